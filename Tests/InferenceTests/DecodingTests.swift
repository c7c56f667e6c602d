import Engine
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Inference
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
    let box = BoxEncoding([0.25, -0.5, log(2), log(3)], x: 2, y: 1, stride: 8).box
    let expected = Box(x1: 14, y1: -4, x2: 30, y2: 20)
    for (found, wanted) in [
      (box.x1, expected.x1), (box.y1, expected.y1), (box.x2, expected.x2), (box.y2, expected.y2),
    ] {
      #expect(abs(found - wanted) < 1e-5)
    }
  }

  @Test("sizes stop growing at e^8 strides, so that none is infinite")
  func largestSize() {
    let box = BoxEncoding([0, 0, 500, 8], x: 0, y: 0, stride: 32).box
    #expect(abs(box.width / (exp(8) * 32) - 1) < 1e-12)
    #expect(box.width == box.height)
  }

  private let shapes = [
    Shape(n: 2, h: 4, w: 6, c: 7), Shape(n: 2, h: 2, w: 3, c: 7), Shape(n: 2, h: 1, w: 2, c: 7),
  ]

  private func decode(_ head: HeadMemory, _ options: DetectionOptions, image: Int = 0)
    -> [Detection]
  {
    DetectionDecoder(strides: [8, 16, 32], options: options).candidates(
      head.session.outputs, image: image)
  }

  @Test("the best class of each cell over the threshold, by image, stride and cell")
  func bestClass() throws {
    let head = try HeadMemory(shapes)
    // sigmoid(0) = 0.5, sigmoid(1) = 0.73106, sigmoid(-1) = 0.26894, sigmoid(-1.2) = 0.23148.
    head.set(0, x: 5, y: 3, [0, 0, 0, 0, -1, 1, 0])
    head.set(0, x: 0, y: 0, [0, 0, 0, 0, -1.2, -1.2, -1.2])
    head.set(2, x: 1, y: 0, [0, 0, 0, 0, -1, -2, -3])
    head.set(1, image: 1, x: 2, y: 1, [0, 0, 0, 0, 0, 0, 0])
    let found = decode(head, DetectionOptions())
    #expect(found.map(\.classIndex) == [1, 0])
    #expect(abs(found[0].score - 0.731_058_6) < 1e-6)
    #expect(abs(found[1].score - 0.268_941_4) < 1e-6)
    // Column 5, row 3 at stride 8: center (44, 28), 8 wide. Column 1, row 0 at 32: center (48, 16).
    #expect(found[0].box == Box(x1: 40, y1: 24, x2: 48, y2: 32))
    #expect(found[1].box == Box(x1: 32, y1: 0, x2: 64, y2: 32))
    // Of equal logits the first class counts; column 2, row 1 at stride 16: center (40, 24).
    let other = decode(head, DetectionOptions(), image: 1)
    #expect(other.map(\.classIndex) == [0])
    #expect(other[0].box == Box(x1: 32, y1: 16, x2: 48, y2: 32))
  }

  @Test("every class over the threshold where a cell may have several")
  func multiLabel() throws {
    let head = try HeadMemory(shapes)
    head.set(1, x: 1, y: 1, [0, 0, 0, 0, -1, 1, -1.2])
    let found = decode(head, DetectionOptions(multiLabel: true))
    #expect(found.map(\.classIndex) == [0, 1])
    #expect(Set(found.map(\.box)).count == 1)
  }

  @Test("only the classes that are asked for, even where another is more likely")
  func classFilter() throws {
    let head = try HeadMemory(shapes)
    head.set(0, x: 1, y: 1, [0, 0, 0, 0, 3, -1, 2])
    #expect(decode(head, DetectionOptions(classes: [1, 2])).map(\.classIndex) == [2])
    #expect(
      decode(head, DetectionOptions(multiLabel: true, classes: [1, 2])).map(\.classIndex) == [1, 2])
    #expect(decode(head, DetectionOptions(classes: [])).isEmpty)
  }

  @Test("thresholds at the ends: 0 takes all, 1 none; what is not a number is never taken")
  func ends() throws {
    let head = try HeadMemory(shapes)
    // 24 + 6 + 2 cells.
    #expect(decode(head, DetectionOptions(confidence: 0)).count == 32)
    #expect(decode(head, DetectionOptions(confidence: 1)).isEmpty)
    head.set(0, x: 0, y: 0, [0, 0, 0, 0, .nan, .nan, .nan])
    #expect(decode(head, DetectionOptions(confidence: 0)).count == 31)
  }
}
