import Testing

@testable import Engine
@testable import Interop

/// Parameters that no network should have: each is an error, and none ends the process.
@Suite struct HostileOperatorTests {
  private static let six = ConstantTensor.floats([2, 3], [0, 1, 2, 3, 4, 5])
  private static let scalar = ConstantTensor.floats([], [1])
  private static let image = ConstantTensor.floats([1, 1, 2, 2], [0, 1, 2, 3])
  private static let far: [Int64] = [.min, -3, 2, 5, .max]

  private func refused(
    _ type: String, _ attributes: [String: ONNXAttribute] = [:], _ inputs: [ConstantTensor],
    outputs: Int = 1, operatorSet: Int = 21
  ) {
    let run = OperatorRun(
      type: type, attributes: attributes, outputs: outputs, operatorSet: operatorSet)
    for bound in [Set(1..<max(inputs.count, 1)), nil] {
      #expect(throws: InteropError.self, "\(type) \(attributes)") {
        try run.results(inputs, bound: bound)
      }
    }
  }

  @Test func numbersOfTopValues() {
    for k: Int64 in [.min, -1, 0, 4, 1 << 33, .max] {
      refused("TopK", [:], [Self.six, .integers([1], [k])], outputs: 2)
      refused("TopK", ["k": .integer(k)], [Self.six], outputs: 2, operatorSet: 9)
    }
    refused("TopK", [:], [Self.six, .integers([2], [1, 1])], outputs: 2)
    refused("TopK", [:], [Self.six], outputs: 2, operatorSet: 9)
    refused("TopK", [:], [Self.scalar, .integers([1], [1])], outputs: 2)
  }

  @Test func axesThatDoNotExist() {
    let one = ConstantTensor.integers([1], [1])
    for axis in Self.far {
      let attributes = ["axis": ONNXAttribute.integer(axis)]
      refused("TopK", attributes, [Self.six, one], outputs: 2)
      refused("GatherElements", attributes, [Self.six, .integers([1, 1], [0])])
      refused(
        "ScatterElements", attributes, [Self.six, .integers([1, 1], [0]), .floats([1, 1], [0])])
      refused("Gather", attributes, [Self.six, one])
      refused("CumSum", [:], [Self.six, .integers([], [axis])])
      refused("LayerNormalization", attributes, [Self.six, Self.six])
      refused("GatherND", ["batch_dims": .integer(axis)], [Self.six, one])
      refused("MeanVarianceNormalization", ["axes": .integers([axis])], [Self.six])
      refused("CenterCropPad", ["axes": .integers([axis])], [Self.six, one])
    }
    for type in ["ArgMax", "Softmax", "Gather", "GatherElements", "LayerNormalization", "Concat"] {
      refused(type, ["axis": .integer(0)], [Self.scalar, .integers([], [0])])
    }
    refused("ReduceSum", [:], [Self.scalar, .integers([1], [0])])
  }

  @Test func indicesThatDoNotFit() {
    let rank1 = ConstantTensor.integers([1], [0])
    refused("GatherElements", [:], [Self.six, rank1])
    refused("GatherElements", [:], [Self.six, .integers([1, 4], [0, 0, 0, 0])])
    refused("GatherElements", [:], [Self.six, .integers([1, 1], [2])])
    refused("GatherElements", [:], [Self.six, .floats([1, 1], [0])])
    refused("GatherND", [:], [Self.six, .integers([3], [0, 0, 0])])
    refused("GatherND", [:], [Self.six, .integers([], [0])])
    refused("GatherND", [:], [Self.six, .integers([2], [0, 3])])
    refused("ScatterND", [:], [Self.six, rank1, .floats([2], [0, 0])])
    refused("ScatterND", [:], [Self.six, rank1, .integers([3], [0, 0, 0])])
    refused("ScatterND", ["reduction": .text("xor")], [Self.six, rank1, .floats([3], [0, 0, 0])])
    refused("ScatterElements", [:], [Self.six, .integers([1, 1], [0]), .floats([1], [0])])
  }

  @Test func masksAndExtents() {
    refused("Where", [:], [.flags([2], [1, 0]), Self.six, Self.scalar])
    refused("Where", [:], [.flags([], [1]), Self.six, .integers([], [1])])
    refused("Trilu", [:], [.floats([3], [1, 2, 3])])
    refused("Trilu", [:], [Self.six, .integers([2], [1, 2])])
    for depth in [Float(0), -1, 1e30, .nan, .infinity] {
      refused("OneHot", [:], [.integers([1], [0]), .floats([], [depth]), .floats([2], [0, 1])])
    }
    refused("OneHot", [:], [.integers([1], [0]), .integers([], [3]), .floats([3], [0, 1, 2])])
    refused("OneHot", ["axis": .integer(2)], [.integers([1], [0]), .integers([], [3]), Self.six])
    let huge = ConstantTensor.integers([3], [1 << 28, 1 << 28, 1 << 28])
    refused("Expand", [:], [Self.scalar, huge])
    refused(
      "Add", [:],
      [
        .floats([1 << 15, 1], [Float](repeating: 0, count: 1 << 15)),
        .floats([1 << 15], [Float](repeating: 0, count: 1 << 15)),
      ])
    for extent: Int64 in [.min, 0, -1, 1 << 40, .max] {
      refused("CenterCropPad", [:], [Self.six, .integers([2], [extent, 1 << 28])])
    }
    #expect(throws: InteropError.self) {
      try OperatorRun(type: "ConstantOfShape").results([huge], bound: nil)
    }
  }

  @Test func windowsAndGroups() {
    for size: Int64 in [.min, -1, 0, 1 << 40, .max] {
      refused("LRN", ["size": .integer(size)], [Self.image])
      refused("GroupNormalization", ["num_groups": .integer(size)], [Self.image])
      refused("LpPool", ["kernel_shape": .integers([1, 1]), "p": .integer(size)], [Self.image])
      for type in ["MaxPool", "AveragePool", "LpPool"] {
        refused(
          type, ["kernel_shape": .integers([2, 2]), "dilations": .integers([1, size])],
          [Self.image], outputs: 2)
      }
    }
    refused(
      "MaxPool", ["kernel_shape": .integers([2, 2]), "storage_order": .integer(1)], [Self.image],
      outputs: 2)
  }

  @Test func pointsThatDoNotFit() {
    let points = ConstantTensor.floats([1, 1, 1, 2], [0, 0])
    refused("GridSample", ["mode": .text("area")], [Self.image, points])
    refused("GridSample", ["padding_mode": .text("wrap")], [Self.image, points])
    refused("GridSample", [:], [Self.image, .floats([1, 1, 1, 3], [0, 0, 0])])
    refused("GridSample", [:], [Self.image, .floats([2, 1, 1, 2], [0, 0, 0, 0])])
    refused("GridSample", [:], [Self.six, points])
  }
}
