import Basics
import Testing

@testable import Imaging

struct CodecOrientationTests {
  /// Where the pixels `abc / def` end up, drawn from the figures of Exif 2.3, section 4.6.4.
  static let upright: [(Orientation, [String])] = [
    (.upright, ["abc", "def"]), (.mirroredLeftRight, ["cba", "fed"]),
    (.upsideDown, ["fed", "cba"]), (.mirroredTopBottom, ["def", "abc"]),
    (.transposed, ["ad", "be", "cf"]), (.lyingLeft, ["da", "eb", "fc"]),
    (.transposedOverOtherDiagonal, ["fc", "eb", "da"]), (.lyingRight, ["cf", "be", "ad"]),
  ]

  @Test(arguments: upright, Fixtures.formats)
  func turnsPixels(_ expected: (orientation: Orientation, rows: [String]), format: PixelFormat) {
    let size = format.bytesPerPixel
    func bytes(_ text: String) -> [UInt8] {
      text.utf8.flatMap { letter in (0..<size).map { UInt8($0) &* 17 &+ letter } }
    }
    let stored = Image(width: 3, height: 2, format: format, bytes: bytes("abcdef"))
    let turned = stored.turnedUpright(from: expected.orientation)
    #expect(turned.width == expected.rows[0].count && turned.height == expected.rows.count)
    #expect(turned.bytes == bytes(expected.rows.joined()))
  }

  /// An image larger than a tile, turned there and back: 6 and 8 undo each other, others themselves.
  @Test(arguments: Orientation.allCases)
  func turnsLargeImagesBack(_ orientation: Orientation) {
    let image = Fixtures.waves(width: 150, height: 70)
    let inverse =
      switch orientation {
      case .lyingLeft: Orientation.lyingRight
      case .lyingRight: Orientation.lyingLeft
      default: orientation
      }
    #expect(image.turnedUpright(from: orientation).turnedUpright(from: inverse) == image)
  }

  @Test(arguments: 0...9, [true, false])
  func readsTheOrientationOfJPEG(_ value: UInt8, isLittle: Bool) throws {
    let plain = try ImageFile.encode(Fixtures.waves(width: 20, height: 10), as: .jpeg)
    let payload =
      [UInt8]("Exif\0\0".utf8) + Fixtures.exifBlock(orientation: value, isLittle: isLittle)
    let segment = [0xFF, 0xE1, 0, UInt8(payload.count + 2)] + payload
    let bytes = plain[..<2] + segment + plain[2...]
    let decoded = try ImageFile.decode(Array(bytes), name: "tagged.jpg")
    let expected = try ImageFile.decode(plain, name: "plain.jpg").image
      .turnedUpright(from: Orientation(rawValue: Int(value)) ?? .upright)
    #expect(decoded.image == expected)
    #expect(decoded.originalWidth == expected.width)
  }

  @Test(arguments: 0...9, [true, false])
  func readsTheOrientationOfPNG(_ value: UInt8, isLittle: Bool) throws {
    let image = Fixtures.waves(width: 20, height: 10)
    let plain = try ImageFile.encode(image, as: .png)
    let chunk = Fixtures.pngChunk(
      "eXIf", Fixtures.exifBlock(orientation: value, isLittle: isLittle))
    let headerEnd = 8 + 25
    let decoded = try ImageFile.decode(
      plain[..<headerEnd] + chunk + plain[headerEnd...], name: "tagged.png")
    #expect(
      decoded.image
        == image.turnedUpright(from: Orientation(rawValue: Int(value)) ?? .upright))
  }

  /// Whatever a TIFF block holds, reading it ends, without a trap, in an orientation or none.
  @Test func survivesHostileBlocks() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<5000 {
      var block = Fixtures.exifBlock(orientation: 6, isLittle: Bool.random(using: &random))
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        block[Int.random(in: 0..<block.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      block.removeLast(Int.random(in: 0..<block.count, using: &random) / 2)
      _ = Exif.orientation(inTIFF: block[...])
      _ = Exif.jpegBlock(in: [0xFF, 0xD8, 0xFF, 0xE1, 0, UInt8(block.count)] + block)
      _ = Exif.pngBlock(in: [UInt8](repeating: 0, count: 8) + block)
    }
    #expect(Exif.orientation(inTIFF: []) == nil)
    let beyond: [UInt8] = [0x49, 0x49, 42, 0, 0xFF, 0xFF, 0xFF, 0xFF]
    #expect(Exif.orientation(inTIFF: beyond[...]) == nil)
  }
}
