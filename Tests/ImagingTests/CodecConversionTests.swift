import Testing

@testable import Imaging

struct CodecConversionTests {
  private func pixel(_ format: PixelFormat, _ samples: [Int]) -> Image {
    let bytes: [UInt8] =
      format.bitDepth == 8
      ? samples.map { UInt8($0) }
      : samples.flatMap { sample in withUnsafeBytes(of: UInt16(sample)) { Array($0) } }
    return Image(width: 1, height: 1, format: format, bytes: bytes)
  }

  /// By hand: 0.299 * 200 + 0.587 * 100 + 0.114 * 50 = 124.2; 0.299 * 51400 + 0.587 * 25700
  /// + 0.114 * 12850 = 31919.4.
  @Test(arguments: [
    (3, 8, [200, 100, 50], 1, 8, [124]),
    (4, 8, [200, 100, 50, 7], 2, 8, [124, 7]),
    (3, 16, [51400, 25700, 12850], 1, 16, [31919]),
    (1, 8, [9], 3, 8, [9, 9, 9]),
    (1, 8, [9], 4, 8, [9, 9, 9, 255]),
    (2, 8, [9, 3], 3, 8, [9, 9, 9]),
    (2, 8, [9, 3], 4, 8, [9, 9, 9, 3]),
    (4, 8, [1, 2, 3, 0], 3, 8, [1, 2, 3]),
    (3, 8, [1, 2, 3], 4, 8, [1, 2, 3, 255]),
    (3, 8, [1, 2, 255], 4, 16, [257, 514, 65535, 65535]),
    (3, 16, [0x12FF, 0x3400, 0xFFFF], 3, 8, [0x12, 0x34, 0xFF]),
    (1, 16, [0x1234], 2, 16, [0x1234, 65535]),
  ])
  func converts(_ c: Int, _ b: Int, _ from: [Int], _ c2: Int, _ b2: Int, _ to: [Int]) {
    let target = PixelFormat(channels: c2, bitDepth: b2)
    let image = pixel(PixelFormat(channels: c, bitDepth: b), from)
    #expect(image.converted(to: target) == pixel(target, to))
  }

  /// By hand: (200 * 51 + 100 * 204) / 255 = 120.
  @Test func compositesOverAGray() {
    let rgba = pixel(.rgba8, [200, 0, 100, 51])
    #expect(rgba.composited(over: 100) == pixel(.rgb8, [120, 80, 100]))
    let deep = pixel(PixelFormat(channels: 2, bitDepth: 16), [200 * 257, 51 * 257])
    #expect(
      deep.composited(over: 100) == pixel(PixelFormat(channels: 1, bitDepth: 16), [120 * 257]))
    #expect(pixel(.gray8, [5]).composited(over: 100) == pixel(.gray8, [5]))
  }

  /// Hidden colors are not seen: alpha 0 gives gray 114, 255 the color, and 51 (a fifth) gives
  /// 0.2 * 200 + 0.8 * 114 = 131.2.
  @Test func transparentPixelsBecomeGray() throws {
    let image = Image(
      width: 3, height: 1, format: .rgba8,
      bytes: [255, 0, 0, 0, 200, 10, 20, 255, 200, 200, 200, 51])
    let decoded = try ImageFile.decode(ImageFile.encode(image, as: .png), name: "a.png").image
    #expect(decoded.bytes == [114, 114, 114, 200, 10, 20, 131, 131, 131])
    let mask = try ImageFile.decode(
      ImageFile.encode(
        Image(width: 1, height: 1, format: PixelFormat(channels: 2), bytes: [7, 0]), as: .png),
      name: "m.png", policy: DecodePolicy(format: .gray8))
    #expect(mask.image.bytes == [7])
  }

  /// All pairs, on an image that is wide enough to show a wrong stride: converting to 16 bits and
  /// back changes nothing, and neither does adding and dropping alpha.
  @Test(arguments: Fixtures.formats)
  func roundTrips(_ format: PixelFormat) {
    let image = Fixtures.waves(width: 31, height: 7, format: format)
    for target in Fixtures.formats
    where target.bitDepth >= format.bitDepth && target.channels >= format.channels
      && (format.channels % 2 == 1 || target.channels % 2 == 0)
    {
      // Gray survives color because the weights add up to 65536.
      #expect(image.converted(to: target).converted(to: format) == image)
    }
  }

  /// Decoding straight to a format gives what converting afterwards does, except that RGB is
  /// composited over gray 114.
  @Test(arguments: Fixtures.formats, Fixtures.formats)
  func decodesToEveryFormat(stored: PixelFormat, wanted: PixelFormat) throws {
    let image = Fixtures.waves(width: 31, height: 7, format: stored)
    let png = try ImageFile.encode(image, as: .png)
    let decoded = try ImageFile.decode(
      png, name: "a.png", policy: DecodePolicy(format: wanted))
    var expected = image
    if wanted.channels == 3, stored.channels % 2 == 0 {
      expected = image.converted(to: PixelFormat(channels: 4, bitDepth: wanted.bitDepth))
        .composited(over: 114)
    }
    #expect(decoded.image == expected.converted(to: wanted))
  }
}
