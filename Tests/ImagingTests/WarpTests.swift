import Testing

@testable import Imaging

@Suite("Warp")
struct WarpTests {
  private static let gray: Float = 114

  /// Samples on the scale 0...255, whatever the normalization does to them.
  private static let samples = Normalization(
    mean: [0, 0, 0], standardDeviation: [1.0 / 255, 1.0 / 255, 1.0 / 255])

  private func draw(
    _ image: Image, _ transform: AffineTransform, jitter: ColorJitter = .none, width: Int,
    height: Int, region: PixelRegion? = nil, keepsOutside: Bool = false
  ) -> [Float] {
    var values = [Float](repeating: -1, count: width * height * 3)
    values.withUnsafeMutableBufferPointer {
      Warp(transform: transform, jitter: jitter, normalization: Self.samples).fill(
        image, into: $0, width: width, height: height, region: region, keepsOutside: keepsOutside)
    }
    return values
  }

  /// The largest difference; infinite where a value is not a number.
  private func distance(_ a: [Float], _ b: [Float]) -> Float {
    precondition(a.count == b.count)
    return zip(a, b).reduce(0) { worst, pair in
      let difference = abs(pair.0 - pair.1)
      return difference <= worst ? worst : difference.isNaN ? .infinity : difference
    }
  }

  @Test("the identity copies the picture", arguments: [(1, 1), (2, 1), (37, 20), (150, 3)])
  func identity(width: Int, height: Int) {
    let image = Reference.noise(width: width, height: height)
    let found = draw(image, .identity, width: width, height: height)
    #expect(distance(found, image.bytes.map(Float.init)) < 1e-3)
  }

  @Test("a flip mirrors the columns")
  func flip() {
    let image = Reference.noise(width: 31, height: 9)
    let found = draw(image, .horizontalFlip(width: 31), width: 31, height: 9)
    let expected = Reference.pixels(width: 31, height: 9) { x, y in
      (0..<3).map { Float(image.bytes[(y * 31 + 30 - x) * 3 + $0]) }
    }
    #expect(distance(found, expected) < 1e-3)
  }

  @Test("a shift by whole pixels moves them and leaves gray behind")
  func translation() {
    let image = Reference.noise(width: 20, height: 16)
    let found = draw(image, .translation(x: 5, y: -3), width: 24, height: 16)
    let expected = Reference.pixels(width: 24, height: 16) { x, y -> [Float] in
      guard x >= 5, y + 3 < 16 else { return [Self.gray, Self.gray, Self.gray] }
      let first = ((y + 3) * 20 + x - 5) * 3
      return image.bytes[first..<first + 3].map(Float.init)
    }
    #expect(distance(found, expected) < 1e-3)
  }

  @Test("a shift by half a pixel averages neighbors, by hand")
  func halfPixel() {
    // Centers at 0, 1, 2 of the source: the first lies on its left edge (clamped), the others
    // between two pixels; the fourth, at 3, is the right edge and no longer inside.
    let image = Image(
      width: 3, height: 1, format: .rgb8, bytes: [10, 20, 30, 30, 40, 50, 50, 80, 70])
    let found = draw(image, .translation(x: 0.5, y: 0), width: 4, height: 1)
    let expected: [Float] = [10, 20, 30, 20, 30, 40, 40, 60, 60, 114, 114, 114]
    #expect(distance(found, expected) < 1e-3)
  }

  /// What a warp is by definition: bilinear between clamped neighbors, gray where the center of a
  /// pixel is outside.
  private func plainWarp(
    _ image: Image, _ inverse: AffineTransform, width: Int, height: Int
  ) -> [Float] {
    Reference.pixels(width: width, height: height) { x, y -> [Float] in
      let (u, v) = inverse.apply(x: Double(x) + 0.5, y: Double(y) + 0.5)
      guard u >= 0, v >= 0, u < Double(image.width), v < Double(image.height) else {
        return [Self.gray, Self.gray, Self.gray]
      }
      let left = (u - 0.5).rounded(.down)
      let top = (v - 0.5).rounded(.down)
      return (0..<3).map { channel in
        func pixel(_ x: Double, _ y: Double) -> Double {
          let column = min(max(Int(x), 0), image.width - 1)
          let row = min(max(Int(y), 0), image.height - 1)
          return Double(image.bytes[(row * image.width + column) * 3 + channel])
        }
        let fx = u - 0.5 - left
        let fy = v - 0.5 - top
        let upper = (1 - fx) * pixel(left, top) + fx * pixel(left + 1, top)
        let lower = (1 - fx) * pixel(left, top + 1) + fx * pixel(left + 1, top + 1)
        return Float((1 - fy) * upper + fy * lower)
      }
    }
  }

  @Test("rotations, shears and enlargements agree with the definition")
  func matchesDefinition() throws {
    var random = Reference.Random(seed: 77)
    for _ in 0..<60 {
      let image = Reference.noise(
        width: Int.random(in: 1...60, using: &random),
        height: Int.random(in: 1...60, using: &random))
      // Steps in the source stay under 1.5, so that no blocks are averaged.
      let inverse = AffineTransform(
        a: Double.random(in: -1...1, using: &random), b: Double.random(in: -1...1, using: &random),
        tx: Double.random(in: -30...60, using: &random),
        c: Double.random(in: -1...1, using: &random), d: Double.random(in: -1...1, using: &random),
        ty: Double.random(in: -30...60, using: &random))
      guard let transform = inverse.inverse, let exact = transform.inverse else { continue }
      let found = draw(image, transform, width: 45, height: 33)
      #expect(distance(found, plainWarp(image, exact, width: 45, height: 33)) < 0.01)
    }
  }

  @Test("shrinking by a whole factor averages blocks", arguments: [2, 3, 7])
  func shrinks(factor: Int) {
    let image = Reference.noise(width: 84, height: 42)
    let transform = AffineTransform.scale(1 / Double(factor))
    let small = image.resized(width: 84 / factor, height: 42 / factor, filter: .area)
    let found = draw(image, transform, width: small.width, height: small.height)
    // Both round the mean to a byte; a tie may go either way.
    #expect(distance(found, small.bytes.map(Float.init)) < 1.01)
  }

  @Test("a checkerboard shrunk by an odd amount stays gray: nothing is skipped")
  func antialiasing() {
    let image = Image(
      width: 120, height: 120, format: .rgb8,
      bytes: (0..<120 * 120 * 3).map { ($0 / 3 % 120 + $0 / 360) % 2 == 0 ? 0 : 255 })
    let found = draw(image, .scale(1 / 3.6), width: 33, height: 33)
    // A block of 4 x 4 holds as many black as white pixels.
    #expect(found.allSatisfy { abs($0 - 127.5) < 1 })
  }

  @Test("four warps into four regions make a mosaic, and touch nothing else")
  func mosaic() {
    let images = (0..<4).map { index in
      Image(width: 10, height: 10, filledWith: UInt8(10 * (index + 1)))
    }
    var target = [Float](repeating: -1, count: 22 * 20 * 3)
    for (index, image) in images.enumerated() {
      let x = index % 2 * 10
      let y = index / 2 * 10
      // Larger than its region, so that only the region cuts it.
      let transform = AffineTransform.translation(x: -5, y: -5).concatenating(.scale(3))
        .concatenating(.translation(x: Double(x) + 5, y: Double(y) + 5))
      target.withUnsafeMutableBufferPointer {
        Warp(transform: transform, normalization: Self.samples).fill(
          image, into: $0, width: 22, height: 20,
          region: PixelRegion(x: x, y: y, width: 10, height: 10))
      }
    }
    let expected = Reference.pixels(width: 22, height: 20) { x, y -> [Float] in
      let index = x / 10 + y / 10 * 2
      return [Float](repeating: x < 20 ? Float(10 * (1 + index)) : -1, count: 3)
    }
    #expect(distance(target, expected) < 1e-3)
  }

  @Test("regions are cut to the target, and may be empty or far outside")
  func regions() {
    let image = Image(width: 4, height: 4, filledWith: 50)
    for region in [
      PixelRegion(x: -9, y: 0, width: 5, height: 5), PixelRegion(x: 2, y: 2, width: 0, height: 3),
      PixelRegion(x: 90, y: 90, width: 3, height: 3),
    ] {
      let found = draw(image, .scale(9), width: 8, height: 8, region: region)
      #expect(found.allSatisfy { $0 == -1 })
    }
    let corner = draw(
      image, .scale(9), width: 3, height: 2, region: PixelRegion(x: 1, y: 1, width: 99, height: 99))
    #expect(
      distance(corner, [Float](repeating: -1, count: 12) + [Float](repeating: 50, count: 6)) < 1e-3)
  }

  @Test("pixels outside of the picture can be left alone")
  func keepsOutside() {
    let image = Image(width: 2, height: 1, filledWith: 9)
    let found = draw(
      image, .translation(x: 1, y: 0), width: 4, height: 2, keepsOutside: true)
    let expected: [Float] =
      [-1, -1, -1, 9, 9, 9, 9, 9, 9, -1, -1, -1] + [Float](repeating: -1, count: 12)
    #expect(distance(found, expected) < 1e-3)
  }

  @Test("a transform that flattens the picture, or throws it far away, leaves gray")
  func degenerate() {
    let image = Reference.noise(width: 5, height: 5)
    for transform in [
      AffineTransform.scale(0), .scale(x: 1, y: 0), .translation(x: 1e300, y: 0),
      .scale(1e-300), .scale(1e-9).concatenating(.translation(x: 0.2, y: 0.2)),
    ] {
      let found = draw(image, transform, width: 6, height: 6)
      #expect(found.allSatisfy { abs($0 - Self.gray) < 1e-3 })
    }
  }

  @Test("hue, saturation and value change as in the hexcone model, by hand")
  func colors() {
    let image = Image(
      width: 5, height: 1, format: .rgb8,
      bytes: [200, 100, 100, 0, 0, 0, 90, 90, 90, 20, 40, 80, 255, 0, 0])
    func jittered(_ jitter: ColorJitter) -> [Float] {
      draw(image, .identity, jitter: jitter, width: 5, height: 1)
    }
    // A third of a turn moves red to green, green to blue and blue to red.
    #expect(
      distance(
        jittered(ColorJitter(hueShift: 1.0 / 3)),
        [100, 200, 100, 0, 0, 0, 90, 90, 90, 80, 20, 40, 0, 255, 0]) < 1e-2)
    // The same, the other way around and twice too far.
    #expect(
      distance(
        jittered(ColorJitter(hueShift: -2.0 / 3 - 2)),
        [100, 200, 100, 0, 0, 0, 90, 90, 90, 80, 20, 40, 0, 255, 0]) < 1e-2)
    // Half the saturation: the distance to the largest channel halves.
    #expect(
      distance(
        jittered(ColorJitter(saturationGain: 0.5)),
        [200, 150, 150, 0, 0, 0, 90, 90, 90, 50, 60, 80, 255, 127.5, 127.5]) < 1e-2)
    // Saturations 0.5, 0.75 and 1 tripled are cut at 1.
    #expect(
      distance(
        jittered(ColorJitter(saturationGain: 3)),
        [200, 0, 0, 0, 0, 0, 90, 90, 90, 0, 80 / 3, 80, 255, 0, 0]) < 1e-2)
    // Values 200, 90, 80, 255 times 1.5, cut at 255; the other channels in proportion.
    #expect(
      distance(
        jittered(ColorJitter(valueGain: 1.5)),
        [255, 127.5, 127.5, 0, 0, 0, 135, 135, 135, 30, 60, 120, 255, 0, 0]) < 1e-2)
  }

  @Test("a jitter that changes nothing changes nothing, along whole rows")
  func neutralJitter() {
    let image = Reference.noise(width: 300, height: 4)
    // One turn of the color circle takes the way of the jitter and ends where it began.
    let found = draw(
      image, .identity, jitter: ColorJitter(hueShift: 1), width: 300, height: 4)
    #expect(distance(found, image.bytes.map(Float.init)) < 1e-2)
  }

  @Test("the jitter leaves the gray outside alone")
  func jitterInside() {
    let image = Image(width: 1, height: 1, filledWith: 100)
    let found = draw(
      image, .identity, jitter: ColorJitter(valueGain: 0.5), width: 2, height: 1)
    #expect(distance(found, [50, 50, 50, 114, 114, 114]) < 1e-3)
  }
}
