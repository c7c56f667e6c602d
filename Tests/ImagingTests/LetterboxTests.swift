import Basics
import Testing

@testable import Imaging

@Suite("Letterbox")
struct LetterboxTests {
  /// The input that a letterbox makes of an image.
  private func input(
    _ letterbox: Letterbox, _ image: Image, _ normalization: Normalization = .unit
  ) -> [Float] {
    var values = [Float](
      repeating: .nan, count: letterbox.targetWidth * letterbox.targetHeight * 3)
    values.withUnsafeMutableBufferPointer {
      letterbox.fill(image, into: $0, normalization: normalization)
    }
    return values
  }

  @Test("a wide image is scaled to the width and centered in the height, by hand")
  func geometry() {
    // 640 / 1280 = 0.5; 720 * 0.5 = 360 rows; (640 - 360) / 2 = 140 rows above.
    let letterbox = Letterbox(
      imageWidth: 1280, imageHeight: 720, targetWidth: 640, targetHeight: 640)
    #expect(letterbox.scale == 0.5)
    #expect(letterbox.offsetX == 0 && letterbox.offsetY == 140)
    #expect(letterbox.contentWidth == 640 && letterbox.contentHeight == 360)
    let box = Box(x1: 100, y1: 200, x2: 300, y2: 700)
    #expect(letterbox.inputBox(box) == Box(x1: 50, y1: 240, x2: 150, y2: 490))
    #expect(letterbox.originalBox(letterbox.inputBox(box)) == box)
    #expect(letterbox.transform.apply(x: box.x1, y: box.y1).map { [$0.x, $0.y] } == [50, 240])
  }

  @Test("boxes come back, whatever the shapes")
  func roundTrip() {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<500 {
      let width = Int.random(in: 1...5000, using: &random)
      let height = Int.random(in: 1...5000, using: &random)
      let letterbox = Letterbox(
        imageWidth: width, imageHeight: height,
        targetWidth: Int.random(in: 32...1280, using: &random),
        targetHeight: Int.random(in: 32...1280, using: &random))
      let xs = [0, 0].map { _ in Double.random(in: 0...Double(width), using: &random) }.sorted()
      let ys = [0, 0].map { _ in Double.random(in: 0...Double(height), using: &random) }.sorted()
      let box = Box(x1: xs[0], y1: ys[0], x2: xs[1], y2: ys[1])
      let back = letterbox.originalBox(letterbox.inputBox(box))
      for (found, expected) in zip(
        [back.x1, back.y1, back.x2, back.y2], [box.x1, box.y1, box.x2, box.y2])
      {
        #expect(abs(found - expected) < 1e-9)
      }
      // The image lies inside the input, rounded to a pixel.
      let whole = letterbox.inputBox(
        Box(x1: 0, y1: 0, x2: Double(width), y2: Double(height)))
      #expect(whole.x1 >= 0 && whole.y1 >= 0)
      #expect(whole.x2 <= Double(letterbox.targetWidth) + 0.5 + 1e-9)
      #expect(whole.y2 <= Double(letterbox.targetHeight) + 0.5 + 1e-9)
    }
  }

  @Test("a box that reaches into the padding is cut to the image")
  func clips() {
    let letterbox = Letterbox(imageWidth: 100, imageHeight: 50, targetWidth: 100, targetHeight: 100)
    #expect(
      letterbox.originalBox(Box(x1: -5, y1: 0, x2: 120, y2: 100))
        == Box(x1: 0, y1: 0, x2: 100, y2: 50))
  }

  @Test("every pixel agrees with a sum over all samples in double precision, or is gray 114")
  func matchesReference() {
    let normalization = Normalization(
      mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
    let cases = [
      (40, 30, 32, 32), (9, 21, 32, 64), (70, 11, 33, 17), (1, 1, 8, 5), (90, 1, 24, 24),
    ]
    for (width, height, targetWidth, targetHeight) in cases {
      let image = Reference.noise(width: width, height: height)
      let letterbox = Letterbox(
        imageWidth: width, imageHeight: height, targetWidth: targetWidth,
        targetHeight: targetHeight)
      let found = input(letterbox, image, normalization)
      var worst = 0.0
      for y in 0..<targetHeight {
        for x in 0..<targetWidth {
          let column = x - Int(letterbox.offsetX)
          let row = y - Int(letterbox.offsetY)
          let isImage =
            (0..<letterbox.contentWidth).contains(column)
            && (0..<letterbox.contentHeight).contains(row)
          let step = 1 / letterbox.scale
          for channel in 0..<3 {
            let sample =
              isImage
              ? Reference.resample(
                image, channel: channel,
                centerX: min((Double(column) + 0.5) * step, Double(width)),
                centerY: min((Double(row) + 0.5) * step, Double(height)),
                stepX: step, stepY: step, filter: .bilinear) : 114
            let expected =
              (sample / 255 - Double(normalization.mean[channel]))
              / Double(normalization.standardDeviation[channel])
            let value = Double(found[(y * targetWidth + x) * 3 + channel])
            // An element that was never written is not a number.
            worst = value.isNaN ? .infinity : max(worst, abs(value - expected))
          }
        }
      }
      #expect(worst < 1e-5, "\(width)x\(height) into \(targetWidth)x\(targetHeight)")
    }
  }

  @Test("an image of the input's size arrives unchanged")
  func identity() {
    let image = Reference.noise(width: 48, height: 32)
    let letterbox = Letterbox(imageWidth: 48, imageHeight: 32, targetWidth: 48, targetHeight: 32)
    let expected = image.bytes.map { Float($0) * Float(1.0 / 255) }
    #expect(input(letterbox, image) == expected)
  }

  @Test("an image decoded at half its size lands on the same pixels")
  func reducedDecoding() {
    // A gradient survives halving: samples 2x + 3y at pixel centers, halved by averaging.
    let full = Image(
      width: 64, height: 40, format: .rgb8,
      bytes: Reference.pixels(width: 64, height: 40) { x, y in
        [UInt8(2 * x + 3 * y), UInt8(3 * y), UInt8(2 * x)]
      })
    let half = full.resized(width: 32, height: 20, filter: .area)
    let letterbox = Letterbox(imageWidth: 64, imageHeight: 40, targetWidth: 24, targetHeight: 24)
    let a = input(letterbox, full)
    let b = input(letterbox, half)
    for (a, b) in zip(a, b) {
      // Half a step for rounding to bytes, and the triangle's bend at the edges.
      #expect(abs(a - b) < 2.0 / 255)
    }
  }
}
