import TestSupport
import Foundation
import Imaging

@testable import Datasets

/// Small datasets in which every kind of issue is made on purpose, with a list of what was made.
final class BrokenPack {
  let folder: TestFolder
  /// "kind file:line" of every issue; files relative to the folder.
  private(set) var expected: [String] = []
  /// Gray levels given out: images of one tone are like no other, and two tones are not the same.
  private var grays = 0

  init() throws { folder = try TestFolder() }

  /// Notes an issue that was made.
  func expect(_ kind: DatasetIssue.Kind, _ file: String, _ line: Int? = nil) {
    expected.append("\(kind.rawValue) \(file)\(line.map { ":\($0)" } ?? "")")
  }

  /// What a check found, in the words of `expected`.
  func found(in check: DatasetCheck) -> [String] {
    check.issues.map { issue in
      let file = issue.file.replacing(folder.path + "/", with: "")
      return "\(issue.kind.rawValue) \(file)\(issue.line.map { ":\($0)" } ?? "")"
    }.sorted()
  }

  /// An image of one tone, 20 x 10 pixels, unlike all others.
  func image(_ name: String) throws {
    grays += 1
    try folder.writeImage(name, gray: UInt8(grays))
  }

  // MARK: Images with issues

  /// An image that can be known again, 64 x 48 pixels: blocks of light and dark.
  static func blocks() -> Image {
    var image = Image(width: 64, height: 48, filledWith: 30)
    for y in 0..<48 {
      for x in 0..<64 where (x / 9 * 7 + y / 11 * 5 + x * y / 200) % 3 == 0 {
        for c in 0..<3 { image.bytes[(y * 64 + x) * 3 + c] = UInt8(120 + x + y) }
      }
    }
    return image
  }

  static func jpeg(_ image: Image, quality: Int = 90) throws -> [UInt8] {
    try ImageFile.encode(image, as: .jpeg, quality: quality)
  }

  /// Puts bytes behind the first segment of a JPEG file.
  static func inserting(_ bytes: [UInt8], into jpeg: [UInt8]) -> [UInt8] {
    let end = 4 + Int(jpeg[4]) << 8 + Int(jpeg[5])
    return Array(jpeg[..<end]) + bytes + Array(jpeg[end...])
  }

  /// An APP1 segment with an EXIF orientation (1...8): one entry, tag 0x0112, a SHORT (Exif 2.3,
  /// section 4.6.4).
  static func exif(orientation: UInt8) -> [UInt8] {
    [0xFF, 0xE1, 0, 34] + Array("Exif".utf8) + [0, 0]
      + [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation]
      + [0, 0, 0, 0, 0, 0]
  }

  /// A quarter turn clockwise.
  static let quarterTurn = exif(orientation: 6)
}
