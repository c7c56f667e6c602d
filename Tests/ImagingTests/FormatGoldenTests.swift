import Basics
import Foundation
import TestSupport
import Testing

@testable import Imaging

/// TIFF, BMP and Netpbm files against Pillow and tifffile: every expected value comes from
/// Golden/make_images.py.
struct FormatGoldenTests {
  struct Entry: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var page: Int?
    var file: Data
    var width: Int
    var height: Int
    var channels: Int
    var depth: Int
    var sha256: String

    var bytes: [UInt8] { [UInt8](file) }
    var testDescription: String { name }
  }

  static let entries: [Entry] = {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/images.json")
    let data = (try? Data(contentsOf: path)) ?? Data()
    return (try? JSONDecoder().decode([Entry].self, from: data)) ?? []
  }()

  @Test func thereAreFilesOfEveryFormat() {
    let codecs = Self.entries.compactMap { Codec(path: $0.name) }
    #expect(codecs.count == Self.entries.count)
    #expect(codecs.count { $0 == .tiff } > 70 && codecs.count { $0 == .bmp } > 30)
    #expect(codecs.count { $0 == .netpbm } > 30)
  }

  @Test(arguments: entries)
  func everyFileDecodesToTheExactSamples(_ entry: Entry) throws {
    var policy = DecodePolicy(format: nil)
    policy.page = entry.page
    let decoded = try ImageFile.decode(entry.bytes, name: entry.name, policy: policy)
    let image = decoded.image
    #expect(image.width == entry.width && image.height == entry.height)
    #expect(image.format == PixelFormat(channels: entry.channels, bitDepth: entry.depth))
    #expect(decoded.originalWidth == entry.width && decoded.originalHeight == entry.height)
    #expect(
      SHA256.hex(of: entry.depth == 8 ? image.bytes : littleEndian(image.bytes)) == entry.sha256)
    let warnings =
      switch entry.name {
      case "pages-None.tif": ["it has 3 pages, of which the first is read"]
      case "rgba-unspecified.tif": ["it has 4 channels, of which the first 3 are read"]
      default: [String]()
      }
    #expect(decoded.warnings == warnings)

    let information = try ImageFile.information(of: entry.bytes, name: entry.name)
    #expect(information.width == entry.width && information.height == entry.height)
    #expect(information.format == image.format)
    #expect(information.codec == Codec(path: entry.name))
    if let orientation = Int(entry.name.dropFirst("orientation-".count).prefix(1)),
      entry.name.hasPrefix("orientation-")
    {
      #expect(information.orientation.rawValue == orientation)
    }
  }

  private func littleEndian(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { buffer in
      buffer.assumingMemoryBound(to: UInt16.self).flatMap { sample in
        [UInt8(sample & 255), UInt8(sample >> 8)]
      }
    }
  }

  /// Files on disk go the same way, named by content in whatever they are called.
  @Test func filesAreReadByContent() throws {
    try Fixtures.withFolder { folder in
      for name in ["gray-8.bmp", "p6-255.ppm", "orientation-6.tif"] {
        let entry = try #require(Self.entries.first { $0.name == name })
        let path = "\(folder)/\(name).jpg"
        try entry.file.write(to: URL(filePath: path))
        #expect(try ImageFile.information(path).codec == Codec(path: name))
        #expect(try ImageFile.read(path).image.width == entry.width)
      }
    }
  }
}
