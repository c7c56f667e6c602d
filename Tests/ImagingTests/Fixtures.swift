import Foundation
import Testing

@testable import Imaging

/// Images on disk that tests read: the shared test data, where it is present.
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

  /// A progressive JPEG of 33 x 33 pixels with ten scans.
  ///
  /// Pillow 13.0.0: pixels `(x * 7 % 256, y * 7 % 256, x * y % 256)`, `save(file, "JPEG", quality=60,
  /// progressive=True, optimize=True)`.
  static let progressive = [UInt8](
    Data(
      base64Encoded: """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZG
        NywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09P
        T09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAhACEDASIAAhEBAxEB/8QAGQABAQEAAwAAAAAAAAAAAAAA
        AwAEAQIG/8QAGQEAAwEBAQAAAAAAAAAAAAAAAgQFAAMG/9oADAMBAAIQAxAAAAHzzro2BnQ3s9qgZzaO7B5klVQo
        BarkxiWjgKtcqHFUxv8A/8QAGhAAAwEBAQEAAAAAAAAAAAAAAAECERIQIf/aAAgBAQABBQJSKRQKDgUikzBJnBMm
        YTIkcEyc/cMOCCCCPP/EABcRAQEBAQAAAAAAAAAAAAAAAAMAExD/2gAIAQMBAT8BNI0tI0jS0jj5/8QAHxEAAQME
        AwEAAAAAAAAAAAAAAgABEQMhQmIQEjFB/9oACAECAQE/AQHsiam1vVGiA4p2+pyizKNEGCDDj//EABUQAQEAAAAA
        AAAAAAAAAAAAADAh/9oACAEBAAY/Alif/8QAGxAAAgIDAQAAAAAAAAAAAAAAAREAECAhQWH/2gAIAQEAAT8hzENg
        ONwq4Ee0stg07lQcjOH/2gAMAwEAAgADAAAAEIgfA3g3vPP/xAAZEQACAwEAAAAAAAAAAAAAAAAAARARQXH/2gAI
        AQMBAT8QpHs7LHF2aNR//8QAIBEAAQIFBQAAAAAAAAAAAAAAAQDBESFR4fAQMUGRof/aAAgBAgEBPxBUrJFQLCNk
        UXKQII7AHZNBniwjZOMnG0//xAAdEAABBAMBAQAAAAAAAAAAAAAAAREhMUFhcVEQ/9oACAEBAAE/ENRqNRrOCqCq
        BUaXg0PIOB5oGVklRC6oKqZDJ7lTgeaB6ioEWxpL2o3HOV8ODAwMDD5//9k=
        """.filter { !$0.isWhitespace }) ?? Data())

  /// Waves of color, different in each channel and smooth, with full contrast; both bytes of 16-bit
  /// samples are used.
  static func waves(width: Int, height: Int, format: PixelFormat = .rgb8) -> Image {
    var image = Image(width: width, height: height, format: format)
    for i in 0..<width * height * format.channels {
      let (pixel, c) = i.quotientAndRemainder(dividingBy: format.channels)
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      let wave = sin(Double(x) / Double(9 + 4 * c)) * cos(Double(y) / Double(13 - 2 * c))
      let level = (wave + 1) / 2
      if format.bitDepth == 8 {
        image.bytes[i] = UInt8(level * 255)
      } else {
        let sample = UInt16(level * 65535)
        withUnsafeBytes(of: sample) { bytes in
          image.bytes[2 * i] = bytes[0]
          image.bytes[2 * i + 1] = bytes[1]
        }
      }
    }
    return image
  }

  /// Every layout an image can have.
  static let formats = (1...4).flatMap { channels in
    [8, 16].map { PixelFormat(channels: channels, bitDepth: $0) }
  }

  /// The peak signal-to-noise ratio of two 8-bit images in dB.
  static func psnr(_ a: Image, _ b: Image) -> Double {
    let squares = zip(a.bytes, b.bytes).reduce(0.0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }
    return 10 * log10(255 * 255 * Double(a.bytes.count) / squares)
  }

  /// A PNG chunk: length, type, data and the CRC-32 of ISO 3309 over type and data.
  static func pngChunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = [UInt8](type.utf8) + data
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in body {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return bigEndian(UInt32(data.count)) + body + bigEndian(~crc)
  }

  static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// The signature and header chunk of an 8-bit PNG, of which nothing else follows.
  static func pngStart(width: UInt32, height: UInt32, colorType: UInt8 = 2) -> [UInt8] {
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + pngChunk("IHDR", bigEndian(width) + bigEndian(height) + [8, colorType, 0, 0, 0])
  }

  /// A TIFF block whose one entry is the orientation.
  static func exifBlock(orientation: UInt8, isLittle: Bool) -> [UInt8] {
    isLittle
      ? [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]
        + [0, 0, 0, 0]
      : [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]
        + [0, 0, 0, 0]
  }
}
