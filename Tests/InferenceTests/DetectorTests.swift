@testable import Basics
import Engine
import Imaging
import TestSupport
import Testing

@testable import Inference
@testable import Networks

/// A compact detector whose last layers do not look at the image: each cell of one stride
/// answers the same code and logits.
private func constantDetector(
  stride: Int, code: [Float], logits: [Float], options: DetectionOptions = DetectionOptions()
) throws -> Detector {
  let model = Model(
    .compact, classNames: logits.indices.map { "class \($0)" },
    imageSize: .exact(height: 64, width: 64), seed: 1)
  let parameters = model.parameters
  for level in [8, 16, 32] {
    let head = "head.stride\(level)"
    #expect(parameters.fill("\(head).box.weight", with: 0))
    #expect(parameters.fill("\(head).class.weight", with: 0))
    let isActive = level == stride
    for (name, values) in [("box", code), ("class", isActive ? logits : logits.map { _ in -20 })] {
      let entry = try #require(parameters.layout["\(head).\(name).bias"])
      parameters.importValues(values, for: entry)
    }
  }
  return try Detector(
    model, options: options, threads: 2, precision: .f32)
}

private func pattern(width: Int, height: Int, seed: UInt64) -> Image {
  var generator = SeededGenerator(seed: seed)
  let bytes = (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &generator) }
  return Image(width: width, height: height, format: .rgb8, bytes: bytes)
}

private func isNear(_ a: Box, _ b: Box) -> Bool {
  [a.x1 - b.x1, a.y1 - b.y1, a.x2 - b.x2, a.y2 - b.y2].allSatisfy { abs($0) < 1e-4 }
}

/// ln 2 and ln 4
private let (half, quarter): (Float, Float) = (-0.693_147_18, -1.386_294_36)

@Suite("Detector") struct DetectorTests {
  @Test("boxes come back in pixels of the original")
  func letterbox() throws {
    let detector = try constantDetector(
      stride: 32, code: [0, 0, half, quarter], logits: [1, -20])
    // 200 x 100 into 64 x 64: scale 0.32, content 64 x 32 from y = 16. The four cells of stride 32
    // have centers 16 and 48 and boxes of 16 x 8: x 8...24 and 40...56, y 12...20 and 44...52. Back:
    // x / 0.32 = 25...75 and 125...175; (y - 16) / 0.32 = -12.5...12.5 and 87.5...112.5, cut to 0...100.
    let found = try detector.detect(Image(width: 200, height: 100))
    let expected = [
      Box(x1: 25, y1: 0, x2: 75, y2: 12.5), Box(x1: 125, y1: 0, x2: 175, y2: 12.5),
      Box(x1: 25, y1: 87.5, x2: 75, y2: 100), Box(x1: 125, y1: 87.5, x2: 175, y2: 100),
    ]
    #expect(found.count == 4)
    #expect(zip(found, expected).allSatisfy { isNear($0.box, $1) })
    // sigmoid(1)
    #expect(found.allSatisfy { $0.classIndex == 0 && abs($0.score - 0.731_058_6) < 1e-6 })
  }

  @Test("boxes refer to the image in full size, however small it was decoded")
  func decodedSmaller() throws {
    let detector = try constantDetector(
      stride: 32, code: [0, 0, half, quarter], logits: [1, -20])
    let whole = try detector.detect(Image(width: 200, height: 100))
    let small = DecodedImage(
      image: Image(width: 50, height: 25), originalWidth: 200, originalHeight: 100)
    #expect(try detector.predict([small]) == [whole])
  }

  @Test("boxes in the padding alone are none of the image's")
  func padding() throws {
    // Stride 16: rows at y 8, 24, 40, 56, boxes 4 high. The content is y 16...48, so that the first
    // and the last row see padding: 2 rows of 4 remain.
    let detector = try constantDetector(
      stride: 16, code: [0, 0, quarter, quarter], logits: [1, -20])
    #expect(try detector.detect(Image(width: 200, height: 100)).count == 8)
    #expect(try detector.detect(Image(width: 100, height: 100)).count == 16)
  }

  @Test("overlapping boxes are suppressed by class or across classes, and the rest is cut")
  func options() throws {
    // Stride 8: 64 cells with boxes 32 wide, whose neighbors 8 pixels away overlap by 24/40 = 0.6;
    // two steps away by 16/48 = 1/3.
    let code: [Float] = [0, 0, 1.386_294_36, 1.386_294_36]
    let image = Image(width: 64, height: 64)
    let detector = try constantDetector(stride: 8, code: code, logits: [2, 1])
    #expect(try detector.detect(image).count == 64)
    detector.options.iou = 0.55
    // 0.6 is too much now; boxes one step away both ways share 24 * 24 of 2 * 1024 - 576: 0.39. Cut at
    // the border only afterwards, a checkerboard remains.
    #expect(try detector.detect(image).count == 32)
    detector.options.isMultiLabel = true
    let both = try detector.detect(image)
    #expect(
      both.map(\.classIndex) == [Int](repeating: 0, count: 32) + [Int](repeating: 1, count: 32))
    detector.options.isClassAgnostic = true
    #expect(try detector.detect(image).map(\.classIndex) == [Int](repeating: 0, count: 32))
    detector.options.maximumDetections = 5
    #expect(try detector.detect(image).count == 5)
    detector.options.classes = [1]
    #expect(try detector.detect(image).allSatisfy { $0.classIndex == 1 })
  }

  @Test("a batch, another batch size and more threads find the same")
  func batch() throws {
    let weights = Model(.compact, classNames: ["a", "b", "c"], imageSize: 96, seed: 12)
    let options = DetectionOptions(confidence: 0.001, multiLabel: true)
    let images = [
      pattern(width: 60, height: 90, seed: 1), pattern(width: 130, height: 40, seed: 2),
      pattern(width: 96, height: 96, seed: 3),
    ]
    let single = try Detector(weights, options: options, threads: 1)
    let expected = try images.map { try single.detect($0) }
    #expect(expected.allSatisfy { !$0.isEmpty })
    #expect(expected[0] != expected[1])
    for threads in [1, 2, 3] {
      let detector = try Detector(weights, options: options, threads: threads)
      #expect(try detector.predict(images.map { DecodedImage($0) }) == expected)
      #expect(
        try detector.predict(images.prefix(2).map { DecodedImage($0) }) == Array(expected.prefix(2))
      )
      #expect(try detector.detect(images[2]) == expected[2])
    }
    #expect(try single.predict([]) == [])
  }

  @Test("boxes that are computed only in rows with candidates are those of whole outputs")
  func rowsOfCandidates() throws {
    let model = Model(.compact, classNames: ["a", "b"], imageSize: 160, seed: 5)
    let images = (0..<3).map { pattern(width: 160, height: 120, seed: $0) }
    // The highest scores are in a few rows, and all rows have some above the lowest.
    var counts: [Int] = []
    for confidence in [0.001, 0.02, 0.03, 0.04, 0.06] as [Float] {
      let options = DetectionOptions(confidence: confidence)
      let detector = try Detector(model, options: options, threads: 2)
      let found = try detector.predict(images.map { DecodedImage($0) })
      detector.onOutputs = { _, _, _ in }
      #expect(try detector.predict(images.map { DecodedImage($0) }) == found)
      counts.append(found.joined().count)
    }
    #expect(counts.first ?? 0 > 0 && counts == counts.sorted(by: >), "\(counts)")
    #expect(Set(counts).count > 2, "\(counts)")
  }

  @Test("the input has the shape of the image, and its letterbox gives the boxes back")
  func shapes() throws {
    let model = Model(.compact, classNames: ["a"], imageSize: 128, seed: 12)
    let detector = try Detector(model, options: DetectionOptions(confidence: 0.001), threads: 2)
    var shapes: [Shape] = []
    detector.onOutputs = { outputs, _, _ in shapes.append(outputs[0].shape) }
    // 128 x 72 is padded to 96 rows, 72 x 128 to 96 columns, 10 x 200 to 32; 128 x 64 is not padded.
    let sizes = [(160, 90), (90, 160), (10, 200), (64, 32)]
    for (width, height) in sizes {
      let image = pattern(width: width, height: height, seed: 4)
      for found in try detector.detect(image) {
        #expect(found.box == found.box.clipped(toWidth: Double(width), height: Double(height)))
      }
    }
    // At stride 8, with four values and one class.
    #expect(
      shapes == [
        Shape(n: 1, h: 12, w: 16, c: 5), Shape(n: 1, h: 16, w: 12, c: 5),
        Shape(n: 1, h: 16, w: 4, c: 5), Shape(n: 1, h: 8, w: 16, c: 5),
      ])
    let exact = try Detector(
      model, imageSize: .exact(height: 96, width: 128),
      options: DetectionOptions(confidence: 0.001), threads: 1)
    let image = pattern(width: 160, height: 90, seed: 5)
    #expect(try exact.detect(image) == detector.detect(image))
  }

  @Test("takes images of any format and another input size")
  func formats() throws {
    let weights = Model(.compact, classNames: ["a"], imageSize: 64, seed: 13)
    let options = DetectionOptions(confidence: 0.001)
    let detector = try Detector(weights, options: options, threads: 1)
    let gray = Image(
      width: 40, height: 40, format: .gray8, bytes: (0..<1600).map { UInt8($0 % 251) })
    let expected = try detector.detect(gray.converted(to: .rgb8))
    #expect(!expected.isEmpty)
    #expect(try detector.detect(gray) == expected)
    #expect(try detector.detect(gray.converted(to: .rgba8)) == expected)

    let larger = try Detector(weights, imageSize: 128, options: options, threads: 1)
    #expect(larger.description.imageSize == 128)
    #expect(try larger.detect(gray) != expected)
  }
}
