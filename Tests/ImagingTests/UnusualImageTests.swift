import Basics
import Testing

@testable import Imaging

/// Images that other programs write unlike most: few significant bits, CMYK without a marker.
@Suite struct UnusualImageTests {
  /// A ramp of all values below `1 << bits` in a 16-bit PNG: read as samples of that many bits, each
  /// 8-bit value v stands for the samples v << (bits - 8) up to the next.
  @Test(arguments: [8, 10, 12, 14], [1, 2, 3, 4])
  func dark16BitImagesAreScaled(bits: Int, channels: Int) throws {
    let (width, shift) = (256, bits - 8)
    let colors = channels - (channels % 2 == 0 ? 1 : 0)
    var samples: [UInt16] = []
    for x in 0..<width {
      // The largest value of all is there: (255 << shift) + (1 << shift) - 1.
      let value = UInt16(x << shift) + (x % 2 == 1 ? 1 << shift - 1 : 0)
      samples += [UInt16](repeating: value, count: colors)
      if colors < channels { samples.append(.max) }
    }
    let decoded = try decode(samples, width: width, channels: channels)
    #expect(
      decoded.warnings == [
        "its samples have 16 bits, but are at most \(1 << bits - 1): they are read as samples of "
          + "\(bits) bits"
      ])
    #expect(decoded.image.bytes == (0..<width).flatMap { [UInt8](repeating: UInt8($0), count: 3) })
  }

  /// One sample above 14 bits, or black alone, and the high byte is taken, as the PNG standard's
  /// section 13.12 has it.
  @Test func theFullRangeIsReadByItsHighByte() throws {
    let full = try decode([0, 4095, 16_384, 65_535], width: 4, channels: 1)
    #expect(full.warnings.isEmpty)
    #expect(full.image.bytes == [0, 15, 64, 255].flatMap { [UInt8](repeating: $0, count: 3) })
    let black = try decode([0, 0], width: 2, channels: 1)
    #expect(black.warnings.isEmpty && black.image.bytes.allSatisfy { $0 == 0 })
  }

  /// As stored, nothing is scaled: a mask of class numbers stays one.
  @Test func storedSamplesAreKept() throws {
    let bytes = [UInt16](0..<4).withUnsafeBytes { [UInt8]($0) }
    let image = Image(
      width: 4, height: 1, format: PixelFormat(channels: 1, bitDepth: 16), bytes: bytes)
    let decoded = try ImageFile.decode(
      ImageFile.encode(image, as: .png), name: "mask.png", policy: DecodePolicy(format: nil))
    #expect(decoded.image == image && decoded.warnings.isEmpty)
  }

  private func decode(
    _ samples: [UInt16], width: Int, channels: Int
  ) throws -> DecodedImage {
    let image = Image(
      width: width, height: 1, format: PixelFormat(channels: channels, bitDepth: 16),
      bytes: samples.withUnsafeBytes { [UInt8]($0) })
    return try ImageFile.decode(ImageFile.encode(image, as: .png), name: "a.png")
  }

  /// Samples 200, 100, 50 and 204 are inverted ink: red is 200 x 204 / 255 = 160, green 80, blue 40.
  /// Pillow 11 (`Image.open(...).convert("RGB")`) and browsers read both files so.
  @Test(arguments: [false, true])
  func cmykIsInvertedWithAndWithoutAdobesMarker(hasMarker: Bool) throws {
    let bytes = Self.cmyk([200, 100, 50, 204], hasMarker: hasMarker)
    let decoded = try ImageFile.decode(bytes, name: "four.jpg")
    #expect(decoded.image.bytes == (0..<64).flatMap { _ in [160, 80, 40] as [UInt8] })
  }

  /// A JPEG of 8 x 8 equal pixels of four components (ITU-T T.81, annexes B and F): a block is its DC
  /// coefficient, eight times the sample's difference from 128, and an end-of-block code.
  private static func cmyk(_ samples: [Int], hasMarker: Bool) -> [UInt8] {
    func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
      [0xFF, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
    }
    let components = (1...4).map { UInt8($0) }
    var bits = ""
    for sample in samples {
      let value = (sample - 128) * 8
      let category = value == 0 ? 0 : Int.bitWidth - value.magnitude.leadingZeroBitCount
      // The DC code of a category is the category itself in 4 bits; end of block is one zero bit.
      let coded = value < 0 ? value + 1 << category - 1 : value
      bits += padded(category, 4) + padded(coded, category) + "0"
    }
    bits += String(repeating: "1", count: (8 - bits.count % 8) % 8)
    let data = stride(from: 0, to: bits.count, by: 8).map { place in
      UInt8(bits.dropFirst(place).prefix(8), radix: 2) ?? 0
    }
    let adobe = segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 0])
    return [0xFF, 0xD8] + (hasMarker ? adobe : [])
      + segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
      + segment(0xC0, [8, 0, 8, 0, 8, 4] + components.flatMap { [$0, 0x11, 0] })
      + segment(0xC4, [0x00, 0, 0, 0, 12] + [UInt8](repeating: 0, count: 12) + [UInt8](0..<12))
      + segment(0xC4, [0x10, 1] + [UInt8](repeating: 0, count: 15) + [0])
      + segment(0xDA, [4] + components.flatMap { [$0, 0] } + [0, 63, 0])
      + data.flatMap { $0 == 0xFF ? [0xFF, 0] : [$0] } + [0xFF, 0xD9]
  }

  private static func padded(_ value: Int, _ count: Int) -> String {
    let digits = count == 0 ? "" : String(value, radix: 2)
    return String(repeating: "0", count: count - digits.count) + digits
  }

  @Test(arguments: [
    ("a/b.webp", "WebP"), ("A.GIF", "GIF"), ("x.heif", "HEIC"), ("x.jpg", nil), ("x.tif", nil),
    (".gif", nil),
    ("x.txt", nil), ("gif", nil),
  ])
  func formatsThatCannotBeReadAreNamed(path: String, name: String?) {
    #expect(UnreadableFormat(path: path)?.name == name)
  }

  /// No format can be both read and not read.
  @Test func noExtensionIsInBothTables() {
    let unreadable = UnreadableFormat.all.flatMap(\.fileExtensions)
    #expect(Set(unreadable).count == unreadable.count)
    #expect(!unreadable.contains { FilePath.isImage("x." + $0) })
  }
}
