import Testing

@testable import Imaging

struct CodecRoundTripTests {
  @Test(arguments: Fixtures.formats, [(1, 1), (67, 45), (200, 3)])
  func pngKeepsEveryBit(of format: PixelFormat, size: (Int, Int)) throws {
    let image = Fixtures.waves(width: size.0, height: size.1, format: format)
    let bytes = try ImageFile.encode(image, as: .png)
    let decoded = try ImageFile.decode(bytes, name: "a.png", policy: DecodePolicy(format: nil))
    #expect(decoded.image == image)
    #expect(decoded.warnings.isEmpty)
  }

  /// At quality 90 the luminance steps of T.81 table K.1 are scaled by 0.2 and rounded; the mean of
  /// their squares over 12 (an error even within each step) is 15.0 squared levels: 36.4 dB, were all
  /// 64 coefficients that uncertain. At quality 100 all steps are 1: 1/12 for them and 1/12 for
  /// rounding the pixels make 55.9 dB, less what the transforms in integers round: above 52 dB.
  /// A real image does better, since most of its coefficients are small.
  @Test(arguments: [(90, 36.3), (100, 52.0)])
  func jpegStaysWithinItsQuantization(quality: Int, bound: Double) throws {
    let image = Fixtures.waves(width: 123, height: 77, format: .gray8)
    let bytes = try ImageFile.encode(image, as: .jpeg, quality: quality)
    let decoded = try ImageFile.decode(bytes, name: "a.jpg", policy: DecodePolicy(format: nil))
    #expect(decoded.image.format == .gray8)
    #expect(Fixtures.psnr(image, decoded.image) > bound)
  }

  /// The same bound less 3 dB: color differences have coarser steps and half the resolution, of which
  /// smooth colors lose little.
  @Test func jpegKeepsColors() throws {
    let image = Fixtures.waves(width: 160, height: 120)
    let decoded = try ImageFile.decode(
      try ImageFile.encode(image, as: .jpeg), name: "a.jpg")
    #expect(Fixtures.psnr(image, decoded.image) > 33.3)
    let small = try ImageFile.encode(image, as: .jpeg, quality: 20)
    let large = try ImageFile.encode(image, as: .jpeg, quality: 95)
    #expect(small.count < large.count)
  }

  @Test(arguments: Fixtures.formats)
  func jpegTakesEveryFormat(_ format: PixelFormat) throws {
    let image = Fixtures.waves(width: 40, height: 30, format: format)
    let plain = image.converted(to: format.channels <= 2 ? .gray8 : .rgb8)
    #expect(try ImageFile.encode(image, as: .jpeg) == ImageFile.encode(plain, as: .jpeg))
  }

  @Test func refusesWhatCannotBeEncoded() throws {
    let wide = Image(width: 65_501, height: 1)
    let error = try #require(throws: ImagingError.self) {
      try ImageFile.encode(wide, as: .jpeg)
    }
    #expect(error.description.contains("65501x1"))
    let image = Image(width: 1, height: 1)
    #expect(throws: ImagingError.self) { try ImageFile.encode(image, as: .jpeg, quality: 0) }
    #expect(throws: ImagingError.self) { try ImageFile.encode(image, as: .jpeg, quality: 101) }
    _ = try ImageFile.encode(wide, as: .png)
  }
}
