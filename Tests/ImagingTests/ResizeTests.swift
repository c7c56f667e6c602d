import Testing

@testable import Imaging

@Suite("Resize")
struct ResizeTests {
  /// Sizes that grow, shrink, do both, and reach past the kernels' blocks of 32 samples.
  static let sizes: [(from: (Int, Int), to: (Int, Int))] = [
    ((5, 4), (13, 11)), ((40, 33), (7, 5)), ((37, 3), (9, 20)), ((1, 1), (6, 4)),
    ((50, 41), (1, 1)), ((23, 17), (23, 17)), ((64, 48), (63, 47)), ((3, 90), (8, 2)),
  ]

  @Test(
    "every filter and channel count agrees with a sum over all samples in double precision",
    arguments: ResizeFilter.allCases, 1...4)
  func matchesReference(filter: ResizeFilter, channels: Int) {
    for (from, to) in Self.sizes {
      let image = Reference.noise(width: from.0, height: from.1, channels: channels)
      let result = image.resized(width: to.0, height: to.1, filter: filter)
      #expect(result.width == to.0 && result.height == to.1)
      #expect(result.format == image.format)
      let stepX = Double(from.0) / Double(to.0)
      let stepY = Double(from.1) / Double(to.1)
      var worst = 0.0
      for y in 0..<to.1 {
        for x in 0..<to.0 {
          for channel in 0..<channels {
            let expected = Reference.resample(
              image, channel: channel, centerX: (Double(x) + 0.5) * stepX,
              centerY: (Double(y) + 0.5) * stepY, stepX: stepX, stepY: stepY, filter: filter)
            let found = Double(result.bytes[(y * to.0 + x) * channels + channel])
            worst = max(worst, abs(found - expected))
          }
        }
      }
      // Rounding to a byte moves a sample by half at most; the rest is for single precision.
      #expect(worst < 0.501, "\(from) to \(to)")
    }
  }

  @Test("the same size gives the same bytes", arguments: ResizeFilter.allCases)
  func identity(filter: ResizeFilter) {
    let image = Reference.noise(width: 45, height: 20)
    #expect(image.resized(width: 45, height: 20, filter: filter) == image)
  }

  @Test("area halving averages blocks of four, by hand")
  func areaHalves() {
    // (10 + 20 + 30 + 60) / 4 = 30, (0 + 100 + 200 + 255) / 4 = 138.75
    let image = Image(
      width: 4, height: 2, format: .gray8, bytes: [10, 20, 0, 100, 30, 60, 200, 255])
    #expect(image.resized(width: 2, height: 1, filter: .area).bytes == [30, 139])
  }

  @Test("bilinear doubling interpolates at quarters, by hand")
  func bilinearDoubles() {
    // Centers of the four target pixels in the source: 0.25 (the edge: 0), 0.75 (a quarter of the
    // way from the first center to the second), 1.25 (three quarters), 1.75 (the edge: 100).
    let image = Image(width: 2, height: 1, format: .gray8, bytes: [0, 100])
    #expect(image.resized(width: 4, height: 1).bytes == [0, 25, 75, 100])
  }

  @Test("colors of transparent pixels do not bleed into opaque ones")
  func alphaWeighsColors() {
    // Opaque red beside transparent green: half covered, and still pure red.
    let image = Image(
      width: 2, height: 1, format: .rgba8, bytes: [255, 0, 0, 255, 0, 255, 0, 0])
    #expect(image.resized(width: 1, height: 1, filter: .area).bytes == [255, 0, 0, 128])
  }
}
