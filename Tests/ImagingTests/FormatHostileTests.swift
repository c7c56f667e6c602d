import Basics
import Testing

@testable import Imaging

/// TIFF, BMP and Netpbm files that are cut off or damaged: they decode or are refused, and soon.
struct FormatHostileTests {
  private static let entries = FormatGoldenTests.entries
  private static let parents = entries.map(\.bytes)

  /// Decodes, or throws an error that names the file; returns whether it was decoded.
  private func decodes(_ bytes: [UInt8], _ policy: DecodePolicy) -> Bool {
    do {
      let decoded = try ImageFile.decode(bytes, name: "mutant", policy: policy)
      #expect(policy.format == nil || decoded.image.format == policy.format)
      #expect(decoded.originalWidth * decoded.originalHeight <= policy.maximumPixels)
      return true
    } catch {
      #expect(error.description.hasPrefix("mutant "))
      #expect(!error.description.contains("\n"))
      return false
    }
  }

  @Test(arguments: 0..<8)
  func survivesMutations(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var decoded = 0
    for _ in 0..<1000 {
      let parent = try #require(Self.parents.randomElement(using: &random))
      let bytes = CodecHostileTests.mutated(parent, with: Self.parents, using: &random)
      var policy = DecodePolicy(
        format: Bool.random(using: &random) ? .rgb8 : nil, maximumPixels: 1 << 16)
      policy.page = [nil, nil, 0, 1].randomElement(using: &random) ?? nil
      if decodes(bytes, policy) { decoded += 1 }
    }
    #expect((1..<1000).contains(decoded), "mutations do nothing, or nothing survives them")
  }

  /// Mutations of the first bytes alone, where headers and directories have their counts and places.
  @Test(arguments: 0..<4)
  func survivesMutatedHeaders(seed: UInt64) throws {
    var random = SeededGenerator(seed: 100 + seed)
    for _ in 0..<1000 {
      var bytes = try #require(Self.parents.randomElement(using: &random))
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 2..<min(bytes.count, 200), using: &random)
        bytes[at] = [0, 1, 2, 3, 4, 8, 16, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
      }
      _ = decodes(bytes, DecodePolicy(format: nil, maximumPixels: 1 << 16))
    }
  }

  /// A file without its end is refused, unless what is missing is padding, or behind the first page.
  @Test(arguments: entries.filter { $0.page == nil })
  func everyBeginningIsRefused(of entry: FormatGoldenTests.Entry) {
    let bytes = entry.bytes
    var ends = Array(0..<min(bytes.count, 80))
    ends += stride(from: 80, to: bytes.count, by: max(1, bytes.count / 100))
    ends += max(0, bytes.count - 5)..<bytes.count
    let decoded = ends.filter { decodes(Array(bytes[..<$0]), DecodePolicy(format: nil)) }
    // Of the last tiles only the first rows are needed.
    let first =
      entry.name.hasPrefix("pages")
      ? 8 : entry.name.contains("tiles") ? bytes.count / 2 : bytes.count - 16
    #expect(decoded.allSatisfy { $0 >= first }, "\(decoded) of \(bytes.count)")
  }

  /// Small files that claim more than they hold are refused by their header.
  @Test(arguments: [
    ("P5 16000 16000 255\n\u{1}\u{2}", "ends early"), ("P1 99999 99999 1", "claims to have"),
    ("P6 16000 16000 65535\n", "ends early"), ("P2 9999999999 1 1\n", "lacks width"),
    ("P5 3 3 70000\n", "largest value 70000"), ("P5 3 3 0\n", "largest value 0"),
    ("P5 0 3 255\n", "size is 0x3"), ("P3 1 1 255 1 2", "2 of 3 samples"),
    ("P3 1 1 255 1 2 x", "sample 3 is no number"), ("P2 1 1 255 99999", "no number up to 65535"),
    ("P6 2 1 255\n12345", "do not hold 2x1 pixels"), ("P5 2 1 99\n1", "do not hold 2x1 pixels"),
    ("P4 9 2\n\u{1}\u{2}\u{3}", "do not hold 9x2 pixels"), ("P6 3", "header is cut off"),
  ])
  func refusesNetpbmFiles(text: String, phrase: String) throws {
    let error = try #require(throws: ImagingError.self) {
      try ImageFile.decode(Array(text.utf8), name: "a.ppm")
    }
    #expect(error.description.contains(phrase), "\(error)")
  }

  /// Values above the maximum count as white.
  @Test func largeNetpbmSamplesAreWhite() throws {
    let decoded = try ImageFile.decode(
      Array("P2 2 1 10 # dark\n5 99".utf8), name: "a.pgm", policy: DecodePolicy(format: nil))
    #expect(decoded.image.bytes == [128, 255])
  }

  /// A BMP of 4 x 2 pixels: its header's fields may be overwritten.
  private func bitmap(
    bits: UInt8 = 24, code: UInt8 = 0, changes: [Int: [UInt8]] = [:], pixels: [UInt8]? = nil
  ) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 54 + 16)
    header.replaceSubrange(0..<2, with: "BM".utf8)
    (header[10], header[14], header[18], header[22]) = (70, 56, 4, 2)
    (header[26], header[28], header[30]) = (1, bits, code)
    for (place, values) in changes {
      header.replaceSubrange(place..<place + values.count, with: values)
    }
    return header + (pixels ?? [UInt8](repeating: 9, count: 32))
  }

  private static let masks: [UInt8] = [0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255]

  @Test func kindsOfBMPAreNamed() throws {
    #expect(try ImageFile.decode(bitmap(), name: "a.bmp").image.bytes.allSatisfy { $0 == 9 })
    let wrong: [([UInt8], String)] = [
      (bitmap(code: 4), "its compression is JPEG"), (bitmap(code: 5), "its compression is PNG"),
      (bitmap(bits: 2), "2 bits per pixel"), (bitmap(code: 9), "the compression 9"),
      (bitmap(bits: 64), "64 bits per pixel"), (bitmap(changes: [14: [200]]), "200 bytes"),
      (bitmap(changes: [18: [0]]), "size is 0x2"), (bitmap(changes: [10: [20]]), "at byte 20"),
      (bitmap(changes: [18: [255, 255, 255, 255]]), "size is -1x2"),
      (bitmap(changes: [22: [0, 0, 0, 128]]), "size is 4x2147483648"),
      (bitmap(changes: [18: [0, 0x3F], 22: [0, 0x3F]]), "ends early"),
      (bitmap(changes: [18: [255, 255, 255, 127], 22: [255, 255, 255, 127]]), "claims to have"),
      (bitmap(bits: 8, code: 1, changes: [22: [254, 255, 255, 255]]), "rows from the top"),
      (bitmap(bits: 32, code: 3, changes: [54: [5] + Self.masks.dropFirst()]), "the bits"),
      (bitmap(bits: 8, code: 1, pixels: [1]), "run lengths are cut off"),
      (bitmap(pixels: [1, 2, 3]), "do not hold 4x2"),
    ]
    for (bytes, phrase) in wrong {
      let error = try #require(throws: ImagingError.self) {
        try ImageFile.decode(bytes, name: "a.bmp")
      }
      #expect(error.description.contains(phrase), "\(error)")
    }
  }

  /// Programs that know no alpha leave it 0 in every pixel; such an image would be all transparent.
  @Test func alphaOfZeroInAllPixelsIsOpaque() throws {
    let pixels = (UInt8(0)..<8).flatMap { [$0, 2, 3, 0] as [UInt8] }
    let bytes = bitmap(bits: 32, code: 3, changes: [54: Self.masks], pixels: pixels)
    let decoded = try ImageFile.decode(bytes, name: "a.bmp", policy: DecodePolicy(format: nil))
    #expect(decoded.image.format == .rgba8)
    // Rows are stored from the bottom.
    #expect(
      decoded.image.bytes == [4, 5, 6, 7, 0, 1, 2, 3].flatMap { [3, 2, $0, 255] as [UInt8] })
  }

  /// Pixels that run lengths leave out are the first color: here the end comes early, and there the
  /// first row, which is the lower one, is empty.
  @Test(arguments: [
    ([2, 1, 0, 1], [10, 10, 10, 10, 20, 20, 10, 10]),
    ([0, 0, 4, 1, 0, 1], [20, 20, 20, 20, 10, 10, 10, 10]),
    ([9, 1, 0, 0, 9, 0, 0, 1], [10, 10, 10, 10, 20, 20, 20, 20]),
  ])
  func pixelsThatRunLengthsLeaveOutAreTheFirstColor(runs: [UInt8], expected: [UInt8]) throws {
    let palette: [UInt8] = [10, 10, 10, 0, 20, 20, 20, 0]
    let bytes = bitmap(bits: 8, code: 1, changes: [10: [78], 46: [2]], pixels: palette + runs)
    let decoded = try ImageFile.decode(bytes, name: "a.bmp", policy: DecodePolicy(format: nil))
    #expect(decoded.image.format == .gray8 && decoded.image.bytes == expected)
  }
}
