import Engine
import Foundation
import TestSupport
import Testing

@testable import Networks

/// Memory in the form of a head's outputs.
private struct HeadMemory {
  let session: Session

  init(_ shapes: [Shape]) throws {
    let scope = Scope()
    let values = shapes.map { scope.input($0) }
    let graph = scope.finish(outputs: values)
    session = try Bench().session(graph, ParameterBlock(zeros: graph.parameterLayout))
    for view in session.outputs {
      var quiet = Tensor(shape: view.shape)
      for index in quiet.values.indices { quiet.values[index] = -20 }
      view.copy(from: quiet)
    }
  }

  /// Sets all numbers of one cell.
  func set(_ output: Int, image: Int = 0, x: Int, y: Int, _ values: [Float]) {
    let view = session.outputs[output]
    let pixel = (image * view.shape.h + y) * view.shape.w + x
    (view.data + pixel * view.stride).update(from: values, count: values.count)
  }
}

@Suite("Decoding") struct DecodingTests {
  @Test("a box code counts from the cell's middle, in strides")
  func boxCode() {
    // Column 2, row 1, stride 8: center ((2 + 0.5 + 0.25) 8, (1 + 0.5 - 0.5) 8) = (22, 8); width
    // e^ln2 * 8 = 16, height e^ln3 * 8 = 24. Corners 22 -+ 8 and 8 -+ 12.
    let box = BoxEncoding.yolox.corners([0.25, -0.5, log(2), log(3)], x: 2, y: 1, stride: 8)
    let expected = SIMD4<Double>(14, -4, 30, 20)
    for corner in 0..<4 { #expect(abs(box[corner] - expected[corner]) < 1e-5) }
  }

  @Test("sizes stop growing at e^8 strides, so that none is infinite")
  func largestSize() {
    let box = BoxEncoding.yolox.corners([0, 0, 500, 8], x: 0, y: 0, stride: 32)
    #expect(abs((box.z - box.x) / (exp(8) * 32) - 1) < 1e-12)
    #expect(box.z - box.x == box.w - box.y)
  }

  private let shapes = [
    Shape(n: 2, h: 4, w: 6, c: 7), Shape(n: 2, h: 2, w: 3, c: 7), Shape(n: 2, h: 1, w: 2, c: 7),
  ]

  private func decode(
    _ memory: HeadMemory, _ head: DetectionHead = DetectionHead(strides: [8, 16, 32]),
    confidence: Float = 0.25, multiLabel: Bool = false, classes: Set<Int>? = nil, image: Int = 0
  ) -> [DetectionCandidate] {
    head.candidates(
      memory.session.outputs, image: image, confidence: confidence, classes: classes,
      isMultiLabel: multiLabel)
  }

  @Test("the best class of each cell over the threshold, by image, stride and cell")
  func bestClass() throws {
    let head = try HeadMemory(shapes)
    // sigmoid(0) = 0.5, sigmoid(1) = 0.73106, sigmoid(-1) = 0.26894, sigmoid(-1.2) = 0.23148.
    head.set(0, x: 5, y: 3, [0, 0, 0, 0, -1, 1, 0])
    head.set(0, x: 0, y: 0, [0, 0, 0, 0, -1.2, -1.2, -1.2])
    head.set(2, x: 0, y: 0, [0, 0, 0, 0, -1, -2, -3])
    head.set(1, image: 1, x: 2, y: 1, [0, 0, 0, 0, 0, 0, 0])
    let found = decode(head)
    #expect(found.map(\.classIndex) == [1, 0])
    #expect(abs(found[0].score - 0.731_058_6) < 1e-6)
    #expect(abs(found[1].score - 0.268_941_4) < 1e-6)
    // Column 5, row 3 at stride 8: center (44, 28), 8 wide. Column 0, row 0 at 32: center (16, 16).
    #expect(found[0].box == [40, 24, 48, 32])
    #expect(found[1].box == [0, 0, 32, 32])
    // Of equal logits the first class counts; column 2, row 1 at stride 16: center (40, 24).
    let other = decode(head, image: 1)
    #expect(other.map(\.classIndex) == [0])
    #expect(other[0].box == [32, 16, 48, 32])
  }

  @Test("anchor points outside the input, where a stride does not divide it, are dropped")
  func outside() throws {
    // 416 = 6.5 x 64: seven rows of the map, of which the last has its centers at 416. 32 is half of 64,
    // so that the only column of stride 64 lies on the edge.
    for (length, stride, count) in [
      (416, 64, 6), (416, 32, 13), (32, 64, 0), (96, 64, 1), (160, 64, 2),
    ] {
      #expect(DetectionHead.anchorPoints(along: length, stride: stride) == count)
    }
    let head = try HeadMemory(shapes)
    head.set(2, x: 1, y: 0, [0, 0, 0, 0, 9, 9, 9])
    #expect(decode(head).isEmpty)
  }

  @Test("every class over the threshold where a cell may have several")
  func multiLabel() throws {
    let head = try HeadMemory(shapes)
    head.set(1, x: 1, y: 1, [0, 0, 0, 0, -1, 1, -1.2])
    let found = decode(head, multiLabel: true)
    #expect(found.map(\.classIndex) == [0, 1])
    #expect(Set(found.map(\.box)).count == 1)
  }

  @Test("only the classes that are asked for, even where another is more likely")
  func classFilter() throws {
    let head = try HeadMemory(shapes)
    head.set(0, x: 1, y: 1, [0, 0, 0, 0, 3, -1, 2])
    #expect(decode(head, classes: [1, 2]).map(\.classIndex) == [2])
    #expect(
      decode(head, multiLabel: true, classes: [1, 2]).map(\.classIndex) == [1, 2])
    #expect(decode(head, classes: []).isEmpty)
  }

  @Test("thresholds at the ends: 0 takes all, 1 none; what is not a number is never taken")
  func ends() throws {
    let head = try HeadMemory(shapes)
    // 24 + 6 + 1 anchor points: the second one of stride 32 lies at 48, the edge of the input.
    #expect(decode(head, confidence: 0).count == 31)
    #expect(decode(head, confidence: 1).isEmpty)
    head.set(0, x: 0, y: 0, [0, 0, 0, 0, .nan, .nan, .nan])
    #expect(decode(head, confidence: 0).count == 30)
  }

  @Test("with objectness, a score is the product of both probabilities")
  func objectness() throws {
    let head = try HeadMemory([Shape(n: 1, h: 2, w: 2, c: 7)])
    let withObjectness = DetectionHead(strides: [8], hasObjectness: true)
    // sigmoid(2) = 0.880797, sigmoid(1) = 0.731059, sigmoid(-1) = 0.268941: products 0.643914 and
    // 0.236883, of which the second is below the threshold of 0.25.
    head.set(0, x: 1, y: 0, [0, 0, 0, 0, 2, 1, -1])
    let found = decode(head, withObjectness, multiLabel: true)
    #expect(found.map(\.classIndex) == [0])
    #expect(abs(found[0].score - 0.643_914) < 1e-5)
    #expect(
      decode(head, withObjectness, confidence: 0.2, multiLabel: true).map(\.classIndex) == [0, 1])
  }
}
