import Foundation
import Testing

@testable import Imaging

/// TIFF: what the writer writes is read again, and files that lie about themselves are refused.
struct TIFFTests {
  @Test(arguments: Fixtures.formats, [(1, 1), (67, 45), (200, 3)])
  func theWriterKeepsEveryBit(of format: PixelFormat, size: (Int, Int)) throws {
    let image = Fixtures.waves(width: size.0, height: size.1, format: format)
    let bytes = try ImageFile.encode(image, as: .tiff)
    let decoded = try ImageFile.decode(bytes, name: "a.tif", policy: DecodePolicy(format: nil))
    #expect(decoded.image == image)
    #expect(decoded.warnings.isEmpty)
  }

  /// Strips have about 2^18 bytes: rows of 2,400 bytes make strips of 109 rows.
  @Test func largeImagesAreWrittenInStrips() throws {
    var image = Image(width: 400, height: 300, format: PixelFormat(channels: 3, bitDepth: 16))
    for index in image.bytes.indices { image.bytes[index] = UInt8(index * index >> 7 & 255) }
    let bytes = try ImageFile.encode(image, as: .tiff)
    let file = try #require(TIFFFile(.memory(bytes[...])))
    let directory = TIFFDirectory(at: file.first, in: file)
    #expect(try directory.value(.rowsPerStrip) == 109)
    #expect(try directory.values(.stripOffsets)?.count == 3)
    let decoded = try ImageFile.decode(bytes, name: "a.tif", policy: DecodePolicy(format: nil))
    #expect(decoded.image == image)
  }

  @Test func filesAreWrittenByTheirEnding() throws {
    try Fixtures.withFolder { folder in
      let image = Fixtures.waves(width: 30, height: 20, format: .gray8)
      for name in ["a.tif", "b.TIFF"] {
        try ImageFile.write(image, to: "\(folder)/\(name)")
        #expect(try ImageFile.information("\(folder)/\(name)").codec == .tiff)
        let policy = DecodePolicy(format: nil)
        #expect(try ImageFile.read("\(folder)/\(name)", policy: policy).image == image)
      }
    }
    for codec in [Codec.bmp, .netpbm] {
      let error = try #require(throws: ImagingError.self) {
        try ImageFile.encode(Image(width: 1, height: 1), as: codec)
      }
      #expect(error.description.contains("read only"))
    }
  }

  /// 16 bits are reduced, and alpha is composited, as those of PNG are.
  @Test(arguments: Fixtures.formats)
  func policiesApplyAsToPNG(format: PixelFormat) throws {
    var image = Fixtures.waves(width: 20, height: 15, format: format)
    if format.bitDepth == 16 {
      // 12 bits, as cameras of microscopes write them.
      image.bytes.withUnsafeMutableBytes { bytes in
        let samples = bytes.assumingMemoryBound(to: UInt16.self)
        for index in samples.indices { samples[index] >>= 4 }
      }
    }
    let png = try ImageFile.encode(image, as: .png)
    let tiff = try ImageFile.encode(image, as: .tiff)
    for wanted in Fixtures.formats {
      let policy = DecodePolicy(format: wanted)
      let expected = try ImageFile.decode(png, name: "a", policy: policy)
      #expect(try ImageFile.decode(tiff, name: "a", policy: policy) == expected)
      #expect(expected.warnings.isEmpty == (format.bitDepth == 8 || wanted.bitDepth == 16))
    }
  }

  /// A gray file of 4 x 2 pixels with its directory behind the pixels. All values are of type LONG.
  private func file(
    _ changes: [Int: [Int]] = [:], data: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8], next: [Int] = [0],
    version: Int = 42
  ) -> [UInt8] {
    var tags: [Int: [Int]] = [
      256: [4], 257: [2], 258: [8], 259: [1], 262: [1], 273: [8], 279: [data.count],
    ]
    tags.merge(changes) { _, new in new }
    let size = 2 + 12 * tags.count + 4
    let first = 8 + data.count
    var bytes = Array("II".utf8) + little(version, 2) + little(first, 4) + data
    var behind: [UInt8] = []
    for place in next {
      bytes += little(tags.count, 2)
      for (tag, values) in tags.sorted(by: { $0.key < $1.key }) {
        bytes += little(tag, 2) + little(4, 2) + little(values.count, 4)
        if values.count == 1 {
          bytes += little(values[0], 4)
        } else {
          bytes += little(first + next.count * size + behind.count, 4)
          behind += values.flatMap { little($0, 4) }
        }
      }
      bytes += little(place, 4)
    }
    return bytes + behind
  }

  private func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func read(_ bytes: [UInt8], page: Int? = nil) throws(ImagingError) -> DecodedImage {
    var policy = DecodePolicy(format: nil)
    policy.page = page
    return try ImageFile.decode(bytes, name: "a.tif", policy: policy)
  }

  @Test func theDirectoryMayLieBehindThePixels() throws {
    #expect(try read(file()).image.bytes == [1, 2, 3, 4, 5, 6, 7, 8])
    // Behind more than `information` reads at first.
    try Fixtures.withFolder { folder in
      let data = [UInt8](repeating: 7, count: 100_000)
      let bytes = file([256: [1000], 257: [100]], data: data)
      try Data(bytes).write(to: URL(filePath: "\(folder)/a.tif"))
      #expect(try ImageFile.information("\(folder)/a.tif").width == 1000)
    }
  }

  @Test(arguments: [
    (259, [7], "its compression is JPEG"), (259, [6], "its compression is JPEG"),
    (259, [4], "its compression is CCITT Group 4"), (259, [50000], "its compression is Zstandard"),
    (259, [99], "its compression is unknown (99)"), (262, [5], "its colors are CMYK"),
    (262, [6], "its colors are YCbCr"), (262, [8], "its colors are CIE L*a*b*"),
    (262, [77], "photometric interpretation 77"), (339, [3], "its samples are floating-point"),
    (339, [2], "its samples are signed"), (258, [12], "1 sample of 12 bits"),
    (258, [32], "1 sample of 32 bits"), (258, [8, 16], "different numbers of bits"),
    (277, [65], "65 samples per pixel"),
  ])
  func kindsThatAreNotReadAreNamed(tag: Int, values: [Int], phrase: String) throws {
    let error = try #require(throws: ImagingError.self) { try read(file([tag: values])) }
    guard case .unsupported = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.description.contains(phrase), "\(error)")
  }

  @Test func otherKindsThatAreNotReadAreNamed() throws {
    let wrong: [([UInt8], String)] = [
      (file(version: 43), "it is a BigTIFF"),
      (file([258: [1], 266: [2]]), "FillOrder 2"),
      (file([259: [5], 317: [3]]), "the predictor 3"),
      (file([258: [4], 259: [8], 317: [2]]), "the predictor 2 for 4 bits"),
      (file([262: [3], 277: [2]]), "a palette with 2 samples"),
      (file([258: [4], 277: [2]]), "2 samples of 4 bits"),
    ]
    for (bytes, phrase) in wrong {
      let error = try #require(throws: ImagingError.self) { try read(bytes) }
      #expect(error.description.contains("convert it first"))
      #expect(error.description.contains(phrase), "\(error)")
    }
  }

  /// Claims that the file does not hold. Nothing is allocated or decoded for them.
  @Test func filesThatLieAreRefused() throws {
    let strips = [Int](repeating: 8, count: 16)
    let wrong: [([UInt8], String)] = [
      (file([256: [0]]), "its size is 0x2"), (file([257: [1 << 31]]), "its size is 4x"),
      (file([256: [16_000], 257: [16_000]]), "ends early"),
      (file([256: [1 << 30], 257: [1 << 30]]), "claims to have"),
      (file([257: [3]]), "strip 1 of 1 is cut off"),
      (file([273: [1000]]), "strip 1 of 1 is cut off"),
      (file([278: [1]]), "1 strips or tiles, too few"),
      (file([278: [0]]), "strips or tiles have 4x0 pixels"),
      (file([262: [2]]), "1 samples of 8 bits per pixel for RGB"),
      (file([262: [3]]), "palette has fewer than 256 colors"),
      (file([259: [8]]), "the deflate data of strip 1 of 1 are invalid"),
      (file([259: [5]], data: [0, 1, 2, 3, 4, 5, 6, 7]), "the lzw data"),
      (file([259: [5]], data: [0x80, 0x60]), "strip 1 of 1 is cut off"),
      // One pixel wide, a thousand tiles of 64 million pixels that share their bytes.
      (
        file([
          256: [1], 257: [16], 259: [8], 322: [1 << 26], 323: [1], 324: strips, 325: strips,
        ]), "too large for an image of 1x16"
      ),
      (
        file([256: [1], 257: [16], 322: [Int(UInt32.max)], 323: [Int(UInt32.max)], 324: strips]),
        "too large"
      ),
    ]
    for (bytes, phrase) in wrong {
      let error = try #require(throws: ImagingError.self) { try read(bytes) }
      #expect(error.description.contains(phrase), "\(error)")
    }
  }

  /// A chain of directories that comes back to one of them ends there.
  @Test func chainsOfPagesEnd() throws {
    let first = 16
    let second = first + 2 + 12 * 7 + 4
    let pages: [([Int], Int)] = [
      ([0], 1), ([first], 1), ([second, 0], 2), ([second, first], 2), ([second, second], 2),
      ([second, 1 << 31], 2), ([1 << 31], 1),
    ]
    for (next, count) in pages {
      let bytes = file(next: next)
      let warnings = count > 1 ? ["it has \(count) pages, of which the first is read"] : []
      #expect(try read(bytes).warnings == warnings)
      #expect(try read(bytes, page: count - 1).warnings == [])
      let error = try #require(throws: ImagingError.self) { try read(bytes, page: count) }
      #expect(error.description.contains("it has no page \(count), counted from 0"))
    }
    #expect(throws: ImagingError.self) { try read(file(), page: -1) }
  }
}
