import Testing

@testable import Imaging

struct CodecScalingTests {
  static let bytes = Result { () throws -> [UInt8] in
    try ImageFile.encode(Fixtures.waves(width: 451, height: 300), as: .jpeg)
  }

  /// ceil(451 e / 8) x ceil(300 e / 8) for e = 1, 2, 4: 57x38, 113x75, 226x150.
  @Test(arguments: [
    (1, 57, 38), (57, 57, 38), (58, 113, 75), (113, 113, 75), (114, 226, 150), (226, 226, 150),
    (227, 451, 300), (451, 451, 300), (5000, 451, 300),
  ])
  func picksTheSmallestSizeThatIsEnough(needed: Int, width: Int, height: Int) throws {
    let decoded = try ImageFile.decode(
      Self.bytes.get(), name: "a.jpg", policy: DecodePolicy(neededLongerSide: needed))
    #expect(decoded.image.width == width && decoded.image.height == height)
    #expect(decoded.originalWidth == 451 && decoded.originalHeight == 300)
  }

  /// A fraction shows the same image: within 2 levels on average of the area means of full size.
  /// (Sides are multiples of 8, so that both agree on what a pixel covers. A shift by one pixel of the
  /// smallest makes 15 levels.)
  @Test(arguments: [56, 112, 224])
  func showsTheSameImage(needed: Int) throws {
    let bytes = try ImageFile.encode(Fixtures.waves(width: 448, height: 304), as: .jpeg)
    let full = try ImageFile.decode(bytes, name: "a.jpg").image
    let scaled = try ImageFile.decode(
      bytes, name: "a.jpg", policy: DecodePolicy(neededLongerSide: needed)
    ).image
    #expect(scaled.width == needed)
    let expected = full.resized(width: scaled.width, height: scaled.height, filter: .area)
    let sum = zip(scaled.bytes, expected.bytes).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(Double(sum) / Double(scaled.bytes.count) < 2)
  }

  /// The longer side is met exactly, by area averaging; smaller images keep their size.
  @Test(arguments: [(500, 451, 300), (451, 451, 300), (450, 450, 299), (100, 100, 67), (1, 1, 1)])
  func reducesToAMaximumLongerSide(limit: Int, width: Int, height: Int) throws {
    let source = Fixtures.waves(width: 451, height: 300)
    let png = try ImageFile.encode(source, as: .png)
    let policy = DecodePolicy(maximumLongerSide: limit)
    let reduced = try ImageFile.decode(png, name: "a.png", policy: policy)
    #expect(reduced.image == source.resized(width: width, height: height, filter: .area))
    #expect(reduced.originalWidth == 451 && reduced.originalHeight == 300)
    let jpeg = try ImageFile.decode(Self.bytes.get(), name: "a.jpg", policy: policy).image
    #expect(jpeg.width == width && abs(jpeg.height - height) <= 1)
  }

  @Test func leavesPNGInFullSize() throws {
    let png = try ImageFile.encode(Fixtures.waves(width: 90, height: 60), as: .png)
    let decoded = try ImageFile.decode(
      png, name: "a.png", policy: DecodePolicy(neededLongerSide: 10))
    #expect(decoded.image.width == 90)
  }
}
