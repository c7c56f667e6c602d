import Foundation
import Testing

@testable import Imaging

/// Pictures on disk that tests read: the shared test data, where it is present.
enum Fixtures {
  /// The folder of decoder tests beside the package: ../shared/data/codecs.
  static let codecs = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/data/codecs").standardizedFileURL.path

  /// One file of the decoder tests, as its manifest describes it.
  struct Entry: Decodable, Sendable, CustomTestStringConvertible {
    /// true, false or "damaged": what a decoder has to do with the file.
    enum Validity: Decodable {
      case valid, invalid, damaged

      init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let isValid = try? value.decode(Bool.self) {
          self = isValid ? .valid : .invalid
        } else {
          self = .damaged
        }
      }
    }

    var file: String
    var format: String
    var valid: Validity
    var width: Int?
    var height: Int?
    var rgbDigest: String?
    var rgbaDigest: String?
    var orientation: Int?
    var uprightWidth: Int?
    var uprightHeight: Int?
    var uprightDigest: String?

    enum CodingKeys: String, CodingKey {
      case file, format, valid, width, height, orientation
      case rgbDigest = "rgb_sha256"
      case rgbaDigest = "rgba_sha256"
      case uprightWidth = "oriented_width"
      case uprightHeight = "oriented_height"
      case uprightDigest = "oriented_rgb_sha256"
    }

    var path: String { codecs + "/" + file }
    var testDescription: String { file }
  }

  /// The manifest's entries; none where the data is absent.
  static let entries: [Entry] = {
    struct Manifest: Decodable { var files: [Entry] }
    guard let data = FileManager.default.contents(atPath: codecs + "/manifest.json"),
      let manifest = try? JSONDecoder().decode(Manifest.self, from: data)
    else { return [] }
    return manifest.files
  }()

  static var areAbsent: Bool { entries.isEmpty }

  /// The bytes of a shared file.
  static func bytes(_ file: String) throws -> [UInt8] {
    try [UInt8](Data(contentsOf: URL(filePath: codecs + "/" + file)))
  }

  /// Runs a closure with the path of a folder that lives as long as the closure runs.
  static func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "glimpse-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }
}
