import Engine

extension ONNXNode {
  /// Appends the operators of an activation on the value `input`, ending with the node's output.
  mutating func activate(_ activation: Activation, _ input: String) {
    switch activation {
    case .identity: add("Identity", [input])
    case .relu: add("Relu", [input])
    case .leakyReLU(let slope): add("LeakyRelu", [input], [("alpha", .float(slope))])
    case .elu(let alpha): add("Elu", [input], [("alpha", .float(alpha))])
    case .silu:
      add("Sigmoid", [input], to: inner("sigmoid"))
      add("Mul", [input, inner("sigmoid")])
    case .hardSwish: add("HardSwish", [input])
    case .gelu:
      // x / 2 * (1 + erf(x / sqrt(2))); the operator Gelu requires operator set 20.
      add("Mul", [input, constant("root", [Float(0.5).squareRoot()])], to: inner("scaled"))
      add("Erf", [inner("scaled")], to: inner("erf"))
      add("Add", [inner("erf"), constant("one", [1])], to: inner("sum"))
      add("Mul", [input, inner("sum")], to: inner("product"))
      add("Mul", [inner("product"), constant("half", [0.5])])
    case .sigmoid: add("Sigmoid", [input])
    case .tanh: add("Tanh", [input])
    }
  }

  /// The name of the result before the activation: that of the output for the identity.
  func beforeActivation(_ activation: Activation, _ step: String) -> String {
    activation == .identity ? outputName : inner(step)
  }
}

extension ActivationOp: ONNXOp {
  func export(_ node: inout ONNXNode) { node.activate(activation, node.inputs[0]) }
}

extension Softmax: ONNXOp {
  func export(_ node: inout ONNXNode) { node.add("Softmax", node.inputs, [("axis", .int(1))]) }
}

extension Dropout: ONNXOp {
  func export(_ node: inout ONNXNode) {
    node.add("Dropout", node.inputs + [node.constant("ratio", [rate])])
  }
}

extension Add: ONNXOp {
  func export(_ node: inout ONNXNode) { node.add("Add", node.inputs) }
}

extension Multiply: ONNXOp {
  func export(_ node: inout ONNXNode) { node.add("Mul", node.inputs) }
}

extension Concat: ONNXOp {
  func export(_ node: inout ONNXNode) { node.add("Concat", node.inputs, [("axis", .int(1))]) }
}

extension Flatten: ONNXOp {
  /// Glimpse flattens in the order h, w, c, so the values are transposed first.
  func export(_ node: inout ONNXNode) {
    node.add("Transpose", node.inputs, to: node.inner("last"), [("perm", .ints([0, 2, 3, 1]))])
    let shape = node.integers("shape", [node.batch] + node.outputShape.channelsFirst.dropFirst())
    node.add("Reshape", [node.inner("last"), shape])
  }
}
