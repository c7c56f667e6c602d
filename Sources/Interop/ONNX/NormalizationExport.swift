import Engine

extension BatchNorm: ONNXOp {
  func export(_ node: inout ONNXNode) {
    let normalized = node.beforeActivation(activation, "normalized")
    let names = parameters.map { node.parameter($0.name) }
    node.add(
      "BatchNormalization", node.inputs + names, to: normalized,
      // ONNX defines momentum as the weight of the old statistics.
      [("epsilon", .float(epsilon)), ("momentum", .float(1 - momentum))])
    if activation != .identity { node.activate(activation, normalized) }
  }
}

extension LayerNorm: ONNXOp {
  /// ONNX normalizes the last axes, so channels are transposed to the end and back.
  func export(_ node: inout ONNXNode) {
    node.add("Transpose", node.inputs, to: node.inner("last"), [("perm", .ints([0, 2, 3, 1]))])
    node.add(
      "LayerNormalization",
      [node.inner("last"), node.parameter("weight"), node.parameter("bias")],
      to: node.inner("normalized"), [("axis", .int(-1)), ("epsilon", .float(epsilon))])
    node.add("Transpose", [node.inner("normalized")], [("perm", .ints([0, 3, 1, 2]))])
  }
}

extension GroupNorm: ONNXOp {
  /// Exported as InstanceNormalization with groups as channels; GroupNormalization requires
  /// operator set 18.
  func export(_ node: inout ONNXNode) {
    let shape = node.outputShape
    node.add(
      "Reshape", [node.inputs[0], node.integers("grouped", [node.batch, groups, -1])],
      to: node.inner("groups"))
    let ones = node.constant("ones", shape: [groups], [Float](repeating: 1, count: groups))
    let zeros = node.constant("zeros", shape: [groups], [Float](repeating: 0, count: groups))
    node.add(
      "InstanceNormalization", [node.inner("groups"), ones, zeros], to: node.inner("normalized"),
      [("epsilon", .float(epsilon))])
    node.add(
      "Reshape",
      [
        node.inner("normalized"),
        node.integers("shape", [node.batch] + shape.channelsFirst.dropFirst()),
      ],
      to: isAffine ? node.inner("plain") : nil)
    guard isAffine else { return }
    let weight = node.parameter("weight", shape: [channels, 1, 1])
    node.add("Mul", [node.inner("plain"), weight], to: node.inner("scaled"))
    let bias = node.parameter("bias", shape: [channels, 1, 1])
    node.add("Add", [node.inner("scaled"), bias])
  }
}
