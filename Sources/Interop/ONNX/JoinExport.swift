import Engine

extension Add: ONNXOp {
  func export(_ node: inout ONNXNode) { node.add("Add", node.inputs) }
}

extension Multiply: ONNXOp {
  func export(_ node: inout ONNXNode) { node.add("Mul", node.inputs) }
}

extension Concat: ONNXOp {
  func export(_ node: inout ONNXNode) { node.add("Concat", node.inputs, ["axis": .int(1)]) }
}

extension Flatten: ONNXOp {
  /// Channels are innermost here.
  func export(_ node: inout ONNXNode) {
    node.add("Transpose", node.inputs, to: node.inner("last"), ["perm": .ints([0, 2, 3, 1])])
    let shape = node.integers("shape", node.outputShape.channelsFirst)
    node.add("Reshape", [node.inner("last"), shape])
  }
}
