import Basics
import Testing

@testable import Imaging

@Suite("Warp")
struct WarpTests {
  private static let gray: Float = 114

  /// What the target holds before anything is drawn.
  private static let untouched: Float = 3

  private func draw(
    _ image: Image, _ transform: ProjectiveTransform, colors: ColorChange = .none, width: Int,
    height: Int, region: PixelRegion? = nil, keepsOutside: Bool = false
  ) -> [Float] {
    var target = Image(width: width, height: height, filledWith: UInt8(Self.untouched))
    Warp(transform: transform, colors: colors).draw(
      image, into: &target, region: region, keepsOutside: keepsOutside)
    return target.bytes.map(Float.init)
  }

  /// The largest difference; infinite where a value is not a number.
  private func distance(_ a: [Float], _ b: [Float]) -> Float {
    precondition(a.count == b.count)
    return zip(a, b).reduce(0) { worst, pair in
      let difference = abs(pair.0 - pair.1)
      return difference <= worst ? worst : difference.isNaN ? .infinity : difference
    }
  }

  @Test("the identity copies the image", arguments: [(1, 1), (2, 1), (37, 20), (150, 3)])
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
  /// pixel is outside. Places are rounded to 128ths; the blend of two rows is rounded to a byte,
  /// then that of two columns.
  private func plainWarp(
    _ image: Image, _ inverse: ProjectiveTransform, width: Int, height: Int
  ) -> [Float] {
    Reference.pixels(width: width, height: height) { x, y -> [Float] in
      guard let (u, v) = inverse.apply(x: Double(x) + 0.5, y: Double(y) + 0.5),
        u >= 0, v >= 0, u < Double(image.width), v < Double(image.height)
      else { return [Self.gray, Self.gray, Self.gray] }
      func place(_ value: Double, _ count: Int) -> Int {
        Int(min(max((value - 0.5) * 128 + 0.5, 0), Double(count - 1) * 128).rounded(.down))
      }
      let (column, row) = (place(u, image.width), place(v, image.height))
      return (0..<3).map { channel in
        func pixel(_ x: Int, _ y: Int) -> Int {
          Int(
            image.bytes[
              (min(y, image.height - 1) * image.width + min(x, image.width - 1)) * 3 + channel])
        }
        func blend(_ a: Int, _ b: Int, _ share: Int) -> Int {
          (a * (128 - share) + b * share + 64) / 128
        }
        let (left, top) = (column / 128, row / 128)
        return Float(
          blend(
            blend(pixel(left, top), pixel(left, top + 1), row % 128),
            blend(pixel(left + 1, top), pixel(left + 1, top + 1), row % 128), column % 128))
      }
    }
  }

  @Test("rotations, shears, enlargements and perspectives agree with the definition")
  func matchesDefinition() throws {
    var random = SeededGenerator(seed: 77)
    for round in 0..<90 {
      let image = Reference.noise(
        width: Int.random(in: 1...60, using: &random),
        height: Int.random(in: 1...60, using: &random))
      // Steps in the source stay under 1.5, so that no blocks are averaged. Every third is straight,
      // every other third has depth.
      let isStraight = round % 3 == 0
      func factor() -> Double { Double.random(in: -1...1, using: &random) }
      var inverse = ProjectiveTransform(
        a: factor(), b: isStraight ? 0 : factor(),
        tx: Double.random(in: -30...60, using: &random), c: isStraight ? 0 : factor(), d: factor(),
        ty: Double.random(in: -30...60, using: &random))
      if round % 3 == 2 {
        inverse = inverse.concatenating(.perspective(x: factor() * 0.004, y: factor() * 0.004))
      }
      guard let transform = inverse.inverse, let exact = transform.inverse else { continue }
      let step = WarpSource.steps(exact, x: 22.5, y: 16.5)
      guard step.x < 1.5, step.y < 1.5 else { continue }
      let found = draw(image, transform, width: 45, height: 33)
      #expect(found == plainWarp(image, exact, width: 45, height: 33), "round \(round)")
    }
  }

  @Test("a quadrilateral comes from where its corners are, by hand")
  func perspective() {
    // z = 1 + x / 100: x = 100 has depth 2, so that 100 goes to 50 and a height of 60 to 30.
    let transform = ProjectiveTransform.perspective(x: 0.01, y: 0)
    #expect(transform.apply(x: 100, y: 60).map { [$0.x, $0.y] } == [50, 30])
    #expect(transform.apply(x: -100, y: 0) == nil)
    let back = transform.inverse?.apply(x: 50, y: 30)
    #expect(abs((back?.x ?? 0) - 100) < 1e-9 && abs((back?.y ?? 0) - 60) < 1e-9)
    // A box from x = 0 to 100 becomes a trapezoid; of one that reaches behind the camera, the
    // part before it is kept.
    let shape = Polygon(Box(x1: 0, y1: 0, x2: 100, y2: 60)).transformed(by: transform)
    #expect(shape.numbers == [0, 0, 50, 0, 50, 30, 0, 60])
    #expect(shape.area == 2250)  // 50 * (60 + 30) / 2
    let canvas = Box(x1: -40, y1: 0, x2: 40, y2: 50)
    let behind = Polygon(Box(x1: -300, y1: 0, x2: 0, y2: 10)).transformed(
      by: transform, clippedTo: canvas)
    // x / (1 + x / 100) = -40 at x = -200 / 7; there 10 rows are 14, seen from nearer.
    let bounds = behind.bounds
    #expect(abs((bounds?.x1 ?? 0) + 40) < 1e-9 && abs(bounds?.x2 ?? 1) < 1e-9)
    #expect(abs((bounds?.y2 ?? 0) - 14) < 1e-9)
  }

  @Test("shrinking by a whole factor averages blocks", arguments: [2, 3, 7])
  func shrinks(factor: Int) {
    let image = Reference.noise(width: 84, height: 42)
    let transform = ProjectiveTransform.scale(1 / Double(factor))
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
    var target = Image(width: 22, height: 20, filledWith: UInt8(Self.untouched))
    for (index, image) in images.enumerated() {
      let x = index % 2 * 10
      let y = index / 2 * 10
      // Larger than its region, so that only the region cuts it.
      let transform = ProjectiveTransform.translation(x: -5, y: -5).concatenating(.scale(3))
        .concatenating(.translation(x: Double(x) + 5, y: Double(y) + 5))
      Warp(transform: transform).draw(
        image, into: &target, region: PixelRegion(x: x, y: y, width: 10, height: 10))
    }
    let expected = Reference.pixels(width: 22, height: 20) { x, y -> [Float] in
      let index = x / 10 + y / 10 * 2
      return [Float](repeating: x < 20 ? Float(10 * (1 + index)) : Self.untouched, count: 3)
    }
    #expect(target.bytes.map(Float.init) == expected)
  }

  @Test("regions are cut to the target, and may be empty or far outside")
  func regions() {
    let image = Image(width: 4, height: 4, filledWith: 50)
    for region in [
      PixelRegion(x: -9, y: 0, width: 5, height: 5), PixelRegion(x: 2, y: 2, width: 0, height: 3),
      PixelRegion(x: 90, y: 90, width: 3, height: 3),
    ] {
      let found = draw(image, .scale(9), width: 8, height: 8, region: region)
      #expect(found.allSatisfy { $0 == Self.untouched })
    }
    let corner = draw(
      image, .scale(9), width: 3, height: 2, region: PixelRegion(x: 1, y: 1, width: 99, height: 99))
    #expect(
      distance(
        corner, [Float](repeating: Self.untouched, count: 12) + [Float](repeating: 50, count: 6))
        < 1e-3)
  }

  @Test("pixels outside of the image can be left alone")
  func keepsOutside() {
    let image = Image(width: 2, height: 1, filledWith: 9)
    let found = draw(
      image, .translation(x: 1, y: 0), width: 4, height: 2, keepsOutside: true)
    let expected: [Float] =
      [3, 3, 3, 9, 9, 9, 9, 9, 9, 3, 3, 3] + [Float](repeating: Self.untouched, count: 12)
    #expect(distance(found, expected) < 1e-3)
  }

  @Test("a transform that flattens the image, or throws it far away, leaves gray")
  func degenerate() {
    let image = Reference.noise(width: 5, height: 5)
    for transform in [
      ProjectiveTransform.scale(0), .scale(x: 1, y: 0), .translation(x: 1e300, y: 0),
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
      draw(image, .identity, colors: ColorChange(jitter: jitter), width: 5, height: 1)
    }
    // A third of a turn moves red to green, green to blue and blue to red.
    #expect(
      distance(
        jittered(ColorJitter(hueShift: 1.0 / 3)),
        [100, 200, 100, 0, 0, 0, 90, 90, 90, 80, 20, 40, 0, 255, 0]) <= 0.5)
    // The same, the other way around and twice too far.
    #expect(
      distance(
        jittered(ColorJitter(hueShift: -2.0 / 3 - 2)),
        [100, 200, 100, 0, 0, 0, 90, 90, 90, 80, 20, 40, 0, 255, 0]) <= 0.5)
    // Half the saturation: the distance to the largest channel halves.
    #expect(
      distance(
        jittered(ColorJitter(saturationGain: 0.5)),
        [200, 150, 150, 0, 0, 0, 90, 90, 90, 50, 60, 80, 255, 127.5, 127.5]) <= 0.5)
    // Saturations 0.5, 0.75 and 1 tripled are cut at 1.
    #expect(
      distance(
        jittered(ColorJitter(saturationGain: 3)),
        [200, 0, 0, 0, 0, 0, 90, 90, 90, 0, 80 / 3, 80, 255, 0, 0]) <= 0.5)
    // Values 200, 90, 80, 255 times 1.5, cut at 255; the other channels in proportion.
    #expect(
      distance(
        jittered(ColorJitter(valueGain: 1.5)),
        [255, 127.5, 127.5, 0, 0, 0, 135, 135, 135, 30, 60, 120, 255, 0, 0]) <= 0.5)
  }

  @Test("a jitter that changes nothing changes nothing, along whole rows")
  func neutralJitter() {
    let image = Reference.noise(width: 300, height: 4)
    // One turn of the color circle takes the way of the jitter and ends where it began.
    let found = draw(
      image, .identity, colors: ColorChange(jitter: ColorJitter(hueShift: 1)), width: 300, height: 4
    )
    #expect(distance(found, image.bytes.map(Float.init)) <= 0.5)
  }

  @Test("the jitter leaves the gray outside alone")
  func jitterInside() {
    let image = Image(width: 1, height: 1, filledWith: 100)
    let found = draw(
      image, .identity, colors: ColorChange(jitter: ColorJitter(valueGain: 0.5)), width: 2,
      height: 1)
    #expect(distance(found, [50, 50, 50, 114, 114, 114]) < 1e-3)
  }

  @Test("a window shows a part of the image, and gray around it")
  func window() {
    let image = Reference.noise(width: 8, height: 4)
    var target = Image(width: 8, height: 4, filledWith: 0)
    Warp(
      transform: .identity, window: Box(x1: 2, y1: 1, x2: 5, y2: 9)
    ).draw(image, into: &target)
    let expected = Reference.pixels(width: 8, height: 4) { x, y -> [UInt8] in
      let first = (y * 8 + x) * 3
      return (2..<5).contains(x) && y >= 1
        ? Array(image.bytes[first..<first + 3]) : [114, 114, 114]
    }
    #expect(target.bytes == expected)
  }

  @Test("a part of a reduced image is what the whole would show there", arguments: [2, 3])
  func reducedParts(factor: Int) {
    let image = Reference.noise(width: 101, height: 67)
    let transform = ProjectiveTransform.scale(1 / (Double(factor) + 0.2))
    let whole = draw(image, transform, width: 50, height: 34)
    let part = draw(
      image, transform, width: 50, height: 34,
      region: PixelRegion(x: 9, y: 5, width: 12, height: 7))
    for y in 5..<12 {
      for place in (y * 50 + 9) * 3..<(y * 50 + 21) * 3 { #expect(whole[place] == part[place]) }
    }
  }

  @Test("brightness, contrast, gamma and gray, by hand")
  func tones() {
    let image = Image(width: 2, height: 1, format: .rgb8, bytes: [0, 51, 102, 153, 204, 255])
    func changed(_ colors: ColorChange) -> [Float] {
      draw(image, .identity, colors: colors, width: 2, height: 1)
    }
    // A fifth of white is 51.
    #expect(
      changed(ColorChange(curve: ToneCurve(brightness: 0.2))) == [51, 102, 153, 204, 255, 255])
    // Half the distance to 127.5: 63.75, 89.25, 114.75, 140.25, 165.75, 191.25.
    #expect(
      changed(ColorChange(curve: ToneCurve(contrast: 0.5))) == [64, 89, 115, 140, 166, 191])
    // 255 * (s / 255)^2: 0, 10.2, 40.8, 91.8, 163.2, 255.
    #expect(changed(ColorChange(curve: ToneCurve(gamma: 2))) == [0, 10, 41, 92, 163, 255])
    // 0.299 r + 0.587 g + 0.114 b: 41.6 and 194.6.
    #expect(changed(ColorChange(isGray: true)) == [42, 42, 42, 195, 195, 195])
  }
}
