import TestSupport
import Testing

@testable import Basics
@testable import Engine
@testable import Interop

/// Operators with indices and masks; expected values by hand or, where it says so, from the examples of
/// the ONNX specification.
@Suite struct IndexOperatorTests {
  @Test func theTopValues() throws {
    let row = ConstantTensor.floats([1, 10], [3, 1, 4, 1, 5, 9, 2, 6, 5, 3])
    try OperatorRun(type: "TopK", outputs: 2).expect(
      [row, .integers([1], [4])], bound: [1],
      [([1, 4], [9, 6, 5, 5]), ([1, 4], [5, 7, 4, 8])])
    try OperatorRun(type: "TopK", attributes: ["largest": .integer(0)], outputs: 2).expect(
      [row, .integers([1], [10])], bound: [1],
      [([1, 10], [1, 1, 2, 3, 3, 4, 5, 5, 6, 9]), ([1, 10], [1, 3, 6, 0, 9, 2, 4, 8, 7, 5])])
    // The largest of each column; before operator set 10, k is an attribute.
    try OperatorRun(
      type: "TopK", attributes: ["axis": .integer(0), "k": .integer(1)], outputs: 2, operatorSet: 9
    ).expect(
      [.floats([2, 3], [1, 5, 2, 4, 5, 0])], [([1, 3], [4, 5, 2]), ([1, 3], [1, 0, 0])])
  }

  /// Against sorting, with many equal values, infinities and NaN.
  @Test(arguments: [true, false]) func theTopOfMany(isLargest: Bool) throws {
    var generator = SeededGenerator(seed: 5)
    var values = (0..<2000).map { _ in Float(generator.next() % 90) }
    (values[700], values[701], values[900]) = (.infinity, -.infinity, .nan)
    func key(_ index: Int) -> Float {
      let value = values[index].isNaN ? 1e30 : min(max(values[index], -1e20), 1e20)
      return isLargest ? -value : value
    }
    let expected = values.indices.sorted { (key($0), $0) < (key($1), $1) }
    for k in [1, 2, 300, 2000] {
      let found = try OperatorRun(
        type: "TopK", attributes: ["largest": .integer(isLargest ? 1 : 0)], outputs: 2
      ).results([.floats([2000], values), .integers([1], [Int64(k)])], bound: [1])
      #expect(found[1].values == expected.prefix(k).map { Float($0) })
    }
  }

  /// Both examples of the specification, and negative indices.
  @Test func elementsAreGathered() throws {
    try OperatorRun(type: "GatherElements", attributes: ["axis": .integer(1)]).expect(
      [.floats([2, 2], [1, 2, 3, 4]), .integers([2, 2], [0, 0, 1, 0])], [([2, 2], [1, 1, 4, 3])])
    let nine = ConstantTensor.floats([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])
    for indices: [Int64] in [[1, 2, 0, 2, 0, 0], [-2, -1, -3, -1, -3, 0]] {
      try OperatorRun(type: "GatherElements").expect(
        [nine, .integers([2, 3], indices)], [([2, 3], [4, 8, 3, 7, 2, 3])])
    }
    // Indices may reach a part of the other axes only.
    try OperatorRun(type: "GatherElements").expect(
      [nine, .integers([1, 2], [2, 1])], [([1, 2], [7, 5])])
  }

  @Test func indicesOutsideAreRefusedOrClamped() throws {
    let x = ConstantTensor.floats([3], [1, 2, 3])
    let indices = ConstantTensor.integers([4], [3, -4, 1 << 60, -(1 << 60)])
    for type in ["GatherElements", "Gather"] {
      #expect(throws: InteropError.self) {
        try OperatorRun(type: type).results([x, indices], bound: [1])
      }
      let found = try OperatorRun(type: type).results([x, indices])
      #expect(found[0].values == [3, 1, 3, 1])
    }
    // Nothing is written outside.
    let found = try OperatorRun(type: "ScatterElements").results(
      [x, indices, .floats([4], [7, 7, 7, 7])])
    #expect(found[0].values == [1, 2, 3])
  }

  @Test func computedIndicesOfGather() throws {
    let x = ConstantTensor.floats([3, 2], [1, 2, 3, 4, 5, 6])
    try OperatorRun(type: "Gather", attributes: ["axis": .integer(1)]).expect(
      [x, .integers([3], [1, 0, -1])], [([3, 3], [2, 1, 2, 4, 3, 4, 6, 5, 6])])
    try OperatorRun(type: "Gather").expect(
      [x, .integers([2, 1], [2, 0])], [([2, 1, 2], [5, 6, 1, 2])])
    try OperatorRun(type: "Gather").expect([x, .integers([], [1])], [([2], [3, 4])])
  }

  /// The examples of the specification.
  @Test func tuplesOfIndices() throws {
    try OperatorRun(type: "GatherND").expect(
      [.floats([2, 2], [0, 1, 2, 3]), .integers([2, 2], [0, 0, 1, 1])], [([2], [0, 3])])
    let eight = ConstantTensor.floats([2, 2, 2], (0..<8).map { Float($0) })
    try OperatorRun(type: "GatherND").expect(
      [eight, .integers([2, 2], [0, 1, 1, 0])], [([2, 2], [2, 3, 4, 5])])
    try OperatorRun(type: "GatherND", attributes: ["batch_dims": .integer(1)]).expect(
      [eight, .integers([2, 1], [1, 0])], [([2, 2], [2, 3, 4, 5])])
  }

  /// The first examples are the specification's; values of duplicate indices apply in order.
  @Test func valuesAreScattered() throws {
    let x = ConstantTensor.floats([8], [1, 2, 3, 4, 5, 6, 7, 8])
    try OperatorRun(type: "ScatterND").expect(
      [x, .integers([4, 1], [4, 3, 1, 7]), .floats([4], [9, 10, 11, 12])],
      [([8], [1, 11, 3, 10, 9, 6, 7, 12])])
    try OperatorRun(type: "ScatterElements", attributes: ["axis": .integer(1)]).expect(
      [
        .floats([1, 5], [1, 2, 3, 4, 5]), .integers([1, 2], [1, 3]), .floats([1, 2], [1.5, 2.5]),
      ],
      [([1, 5], [1, 1.5, 3, 2.5, 5])])
    for (reduction, second) in [
      ("none", Float(7)), ("add", 14), ("mul", 70), ("max", 7), ("min", 2),
    ] {
      try OperatorRun(type: "ScatterND", attributes: ["reduction": .text(reduction)]).expect(
        [x, .integers([2, 1], [1, -7]), .floats([2], [5, 7])],
        [([8], [1, second, 3, 4, 5, 6, 7, 8])])
    }
    // Fewer indices than columns: column 1 stays.
    try OperatorRun(type: "ScatterElements").expect(
      [.floats([2, 2], [1, 2, 3, 4]), .integers([1, 1], [1]), .floats([1, 1], [9])],
      [([2, 2], [1, 2, 9, 4])])
  }

  @Test func aChoiceRepeatsAxes() throws {
    try OperatorRun(type: "Where").expect(
      [.flags([2, 1], [1, 0]), .floats([3], [1, 2, -.infinity]), .floats([], [.infinity])],
      [([2, 3], [1, 2, -.infinity, .infinity, .infinity, .infinity])])
    let chosen = try GraphBuilder().selected(
      Operand(.flags([2], [1, 0])), Operand(integers: [(1 << 40) + 1, 2]),
      Operand(integers: [3, (1 << 50) + 1]))
    #expect(chosen.integers == [(1 << 40) + 1, (1 << 50) + 1])
  }

  @Test func trianglesOfMatrices() throws {
    let x = ConstantTensor.floats([3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])
    let lower = ["upper": ONNXAttribute.integer(0)]
    try OperatorRun(type: "Trilu").expect(
      [x, .integers([], [1])], bound: [1], [([3, 3], [0, 2, 3, 0, 0, 6, 0, 0, 0])])
    try OperatorRun(type: "Trilu", attributes: lower).expect(
      [x, .integers([], [-1])], bound: [1], [([3, 3], [0, 0, 0, 4, 0, 0, 7, 8, 0])])
    try OperatorRun(type: "Trilu", attributes: lower).expect(
      [x, .integers([], [.max])], bound: [1], [([3, 3], x.values.floats)])
    try OperatorRun(type: "Trilu").expect(
      [x, .integers([], [.max])], bound: [1], [([3, 3], [Float](repeating: 0, count: 9))])
  }

  @Test func cumulativeSums() throws {
    let x = ConstantTensor.floats([5], [1, 2, 3, 4, 5])
    for (exclusive, reverse, expected) in [
      (0, 0, [Float](arrayLiteral: 1, 3, 6, 10, 15)), (1, 0, [0, 1, 3, 6, 10]),
      (0, 1, [15, 14, 12, 9, 5]), (1, 1, [14, 12, 9, 5, 0]),
    ] {
      try OperatorRun(
        type: "CumSum",
        attributes: [
          "exclusive": .integer(Int64(exclusive)), "reverse": .integer(Int64(reverse)),
        ]
      ).expect([x, .integers([], [0])], bound: [1], [([5], expected)])
    }
    try OperatorRun(type: "CumSum").expect(
      [.floats([2, 2], [1, 2, 3, 4]), .integers([1], [-2])], bound: [1], [([2, 2], [1, 2, 4, 6])])
  }

  @Test func classesAsColumns() throws {
    // -1 is the last class, and 5 and -4 are none.
    let inputs: [ConstantTensor] = [
      .integers([4], [1, -1, 5, -4]), .integers([], [3]), .floats([2], [0, 2]),
    ]
    let rows: [Float] = [0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]
    try OperatorRun(type: "OneHot").expect(inputs, bound: [1], [([4, 3], rows)])
    try OperatorRun(type: "OneHot", attributes: ["axis": .integer(0)]).expect(
      inputs, bound: [1], [([3, 4], [0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0])])
  }

  @Test func placesOfConstants() throws {
    let found = try OperatorRun(type: "NonZero").results(
      [.floats([2, 2], [1, 0, 1, 1])], bound: nil)
    #expect(found[0].dims == [2, 3] && found[0].values == [0, 1, 1, 0, 0, 1])
  }
}
