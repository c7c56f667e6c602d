import Basics
import Foundation
import Testing

@testable import Imaging

/// Images drawn with displacements, mirrored edges, 16 bits and any number of channels.
struct ElasticWarpTests {
  private func noise(_ width: Int, _ height: Int, _ format: PixelFormat, seed: UInt64) -> Image {
    var generator = SeededGenerator(seed: seed)
    let count = width * height * format.bytesPerPixel
    return Image(
      width: width, height: height, format: format,
      bytes: (0..<count).map { _ in UInt8(generator.index(below: 256)) })
  }

  private func samples16(_ image: Image) -> [UInt16] {
    image.bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
  }

  // MARK: Displacements

  /// Bicubic convolution passes through the knots; on a grid of the pixels' own density the centers of
  /// pixels lie halfway between knots, where the weights are (-1, 9, 9, -1) / 16 (Keys 1981, a = -1/2).
  @Test func displacementsAreInterpolatedByBicubicConvolution() {
    let grid: [Float] = [0, 3, -2, 5, 1, 7, 4, -6, 2]
    // Two pixels a side: centers at half of each step between three knots.
    let field = DisplacementField(width: 2, height: 2, gridX: grid, gridY: grid.map { -$0 })
    func knot(_ row: Int, _ column: Int) -> Float {
      grid[min(max(row, 0), 2) * 3 + min(max(column, 0), 2)]
    }
    let weights: [Float] = [-1 / 16, 9 / 16, 9 / 16, -1 / 16]
    for y in 0..<2 {
      for x in 0..<2 {
        var expected: Float = 0
        for (i, a) in weights.enumerated() {
          for (j, b) in weights.enumerated() { expected += a * b * knot(y - 1 + i, x - 1 + j) }
        }
        #expect(abs(field.x[y * 2 + x] - expected) < 1e-5)
        #expect(abs(field.y[y * 2 + x] + expected) < 1e-5)
      }
    }
    // The middle pixel of an odd input lies on the middle knot.
    let odd = DisplacementField(width: 9, height: 9, gridX: grid, gridY: grid)
    #expect(abs(odd.x[40] - 1) < 1e-6)
    #expect(odd.reach >= 1 && odd.reach == odd.x.map(abs).max())
  }

  /// A displacement of whole pixels is a shift: pixel x shows x + 2, y - 1.
  @Test(arguments: [(1, 8), (3, 8), (1, 16), (4, 16)])
  func aDisplacementOfWholePixelsIsAShift(channels: Int, bitDepth: Int) {
    let format = PixelFormat(channels: channels, bitDepth: bitDepth)
    let image = noise(9, 7, format, seed: 4)
    let field = DisplacementField(
      width: 9, height: 7, gridX: [Float](repeating: 2, count: 9),
      gridY: [Float](repeating: -1, count: 9))
    var target = Image(width: 9, height: 7, format: format, filledWith: 9)
    ElasticWarp(transform: .identity, displacement: field).draw(image, into: &target)
    let size = format.bytesPerPixel
    for y in 0..<7 {
      for x in 0..<9 {
        let isInside = x + 2 < 9 && y - 1 >= 0
        for byte in 0..<size {
          let expected = isInside ? image.bytes[((y - 1) * 9 + x + 2) * size + byte] : 9
          #expect(target.bytes[(y * 9 + x) * size + byte] == expected)
        }
      }
    }
  }

  /// Numbers of 8 and 16 bits follow the image, and are never mixed.
  @Test(arguments: [8, 16])
  func numbersGoWhereTheImageGoes(bitDepth: Int) {
    let format = PixelFormat(channels: 1, bitDepth: bitDepth)
    var image = Image(width: 40, height: 30, format: format)
    // A disc, of which image and mask have the same values.
    for y in 0..<30 {
      for x in 0..<40 where (x - 22) * (x - 22) + (y - 14) * (y - 14) < 80 {
        for byte in 0..<format.bytesPerPixel {
          image.bytes[(y * 40 + x) * format.bytesPerPixel + byte] = 200
        }
      }
    }
    var generator = SeededGenerator(seed: 8)
    let grid = (0..<18).map { _ in 4 * generator.normal() }
    let warp = ElasticWarp(
      transform: .scale(1.1),
      displacement: DisplacementField(
        width: 40, height: 30, gridX: Array(grid.prefix(9)), gridY: Array(grid.suffix(9))))
    var (drawn, numbers) = (
      Image(width: 40, height: 30, format: format), Image(width: 40, height: 30, format: format)
    )
    warp.draw(image, into: &drawn)
    warp.drawNumbers(image, into: &numbers)
    #expect(Set(numbers.bytes) == [0, 200])
    let top = format.bytesPerPixel - 1
    let differing = (0..<1200).count { place in
      let byte = place * format.bytesPerPixel + top
      return (drawn.bytes[byte] >= 100) != (numbers.bytes[byte] >= 100)
    }
    // Bilinear and nearest samples differ at the border of the disc only.
    #expect(differing < 40, "\(differing)")
    #expect(numbers != image)
  }

  // MARK: Mirrored edges

  /// To the right of columns 0 1 2 come 2 1 0 0 1 2, as to the left.
  @Test func edgesAreMirrored() {
    let image = Image(width: 3, height: 1, format: .gray8, bytes: [10, 20, 30])
    var target = Image(width: 15, height: 1, format: .gray8)
    ElasticWarp(transform: .translation(x: 6, y: 0), isMirrored: true).draw(image, into: &target)
    #expect(
      target.bytes == [10, 20, 30, 30, 20, 10, 10, 20, 30, 30, 20, 10, 10, 20, 30])
    var numbers = Image(width: 15, height: 1, format: .gray8, filledWith: 255)
    ElasticWarp(transform: .translation(x: 6, y: 0), isMirrored: true)
      .drawNumbers(image, into: &numbers)
    #expect(
      numbers.bytes == [UInt8](repeating: 255, count: 6) + [10, 20, 30]
        + [UInt8](repeating: 255, count: 6))
  }

  /// Without deformation it is the other warp, whose places are rounded to 128ths of a pixel.
  @Test func plainTransformsAgreeWithTheOtherWarp() throws {
    let image = noise(30, 20, .rgb8, seed: 2)
    let transform = ProjectiveTransform(a: 0.9, b: 0.3, tx: 1.5, c: -0.2, d: 1.2, ty: 2)
    var (one, two) = (
      Image(width: 30, height: 30, filledWith: 114), Image(width: 30, height: 30, filledWith: 114)
    )
    Warp(transform: transform).draw(image, into: &one)
    ElasticWarp(transform: transform).draw(image, into: &two)
    let differences = zip(one.bytes, two.bytes).map { abs(Int($0) - Int($1)) }
    // A 256th of a pixel times a step of 255, twice, and rounding.
    #expect(differences.count { $0 > 4 } <= 6)
  }

  /// Shrunk to a quarter, a pixel is the mean of 16.
  @Test func shrinkingAverages() {
    let image = noise(16, 16, PixelFormat(channels: 1, bitDepth: 16), seed: 5)
    var target = Image(width: 4, height: 4, format: image.format)
    ElasticWarp(transform: .scale(0.25)).draw(image, into: &target)
    let (source, result) = (samples16(image), samples16(target))
    for y in 0..<4 {
      for x in 0..<4 {
        var sum = 0
        for v in 0..<4 { for u in 0..<4 { sum += Int(source[(4 * y + v) * 16 + 4 * x + u]) } }
        #expect(abs(Double(sum) / 16 - Double(result[y * 4 + x])) <= 1)
      }
    }
  }

  // MARK: Normalized samples

  /// The network's input of normalized samples is that of the original image.
  @Test(arguments: [(1, 8), (3, 16)])
  func normalizedSamplesKeepTheInput(channels: Int, bitDepth: Int) {
    let image = noise(20, 20, PixelFormat(channels: channels, bitDepth: bitDepth), seed: 3)
    let count = 400 * channels
    let (mean, deviation) = (
      [Float](repeating: 0.25, count: channels), [Float](repeating: 0.5, count: channels)
    )
    func input(_ image: Image, _ normalization: Normalization) -> [Float] {
      [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        normalization.fill(image, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        initialized = count
      }
    }
    let own = Normalization(
      mean: mean, standardDeviation: deviation, perImage: .percentile(low: 1, high: 99.8))
    let plain = Normalization(
      mean: mean.map { _ in 0 }, standardDeviation: deviation.map { _ in 1 },
      perImage: .percentile(low: 1, high: 99.8))
    let samples = UnitSamples.normalized(image, by: plain.scaling(of: PixelStatistics(image)))
    #expect(samples.format == PixelFormat(channels: channels, bitDepth: 16))
    let expected = input(image, own)
    let found = input(samples, UnitSamples.inputNormalization(own))
    // Half a step of 1/4096, divided by the deviation.
    for (a, b) in zip(expected, found) { #expect(abs(a - b) < 0.5 / 4096 / 0.5 + 1e-5) }
  }

  /// The formulas of `ToneCurve` and of HSV, on one channel and on three.
  @Test func colorsChangeAsInEightBits() {
    var image = Image(width: 1, height: 1, format: PixelFormat(channels: 1, bitDepth: 16))
    var target = image
    // 0.5 becomes (0.5^2 - 0.5) * 1.2 + 0.5 + 0.1 = 0.3.
    image.bytes.withUnsafeMutableBytes {
      $0.bindMemory(to: UInt16.self)[0] = UInt16(4.5 * 4096)
    }
    var warp = ElasticWarp(transform: .identity)
    warp.colors.curve = ToneCurve(brightness: 0.1, contrast: 1.2, gamma: 2)
    warp.draw(image, into: &target)
    #expect(abs(Double(samples16(target)[0]) - 4.3 * 4096) <= 1)
    let color = noise(12, 12, .rgb8, seed: 6)
    let change = ColorChange(
      jitter: ColorJitter(hueShift: 0.1, saturationGain: 1.4, valueGain: 0.8))
    var (one, two) = (Image(width: 12, height: 12), Image(width: 12, height: 12))
    Warp(transform: .identity, colors: change).draw(color, into: &one)
    ElasticWarp(transform: .identity, colors: change).draw(color, into: &two)
    #expect(zip(one.bytes, two.bytes).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
  }

  /// Blur and noise of 16 bits: a constant stays, and the noise has its deviation.
  @Test func effectsActOnNormalizedSamples() {
    var image = Image(
      width: 64, height: 64, format: PixelFormat(channels: 1, bitDepth: 16), filledWith: 0x50)
    #expect(image.blurred(standardDeviation: 1.5) == image)
    var generator = SeededGenerator(seed: 1)
    image.addNoise(standardDeviation: 0.1, using: &generator)
    let values = samples16(image).map { Double($0) / 4096 - 4 }
    let center = Double(0x5050) / 4096 - 4
    let deviation =
      (values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / 4096).squareRoot()
    // The standard error of a deviation from 4096 values is about 1 %.
    #expect(abs(deviation - 0.1) < 0.005)
    #expect(image.preview.format == .rgb8)
  }
}
