import Engine

/// An op that ONNX has operators for.
///
/// The mapping of each op is a conformance in this folder; an op without one cannot be exported.
protocol ONNXOp: Op {
  /// Appends the operators that compute the op on values in the order n, c, h, w.
  func export(_ node: inout ONNXNode) throws(EngineError)
}

/// One node of a graph during its export to an ONNX model.
struct ONNXNode {
  fileprivate let model: ONNXModel
  /// The node's scoped name.
  let name: String
  /// The names of the values that it reads.
  let inputs: [String]
  /// Their shapes.
  let inputShapes: [Shape]
  /// The shape of the value that it computes, which has the node's name.
  let outputShape: Shape
  fileprivate let parameters: ParameterBlock
  fileprivate var count = 0

  /// Appends an operator; the node's first one has its name.
  ///
  /// - Parameter output: The name of its result: nil for the node's own.
  mutating func add(
    _ type: String, _ inputs: [String], to output: String? = nil,
    _ attributes: ONNXModel.Attributes = []
  ) {
    model.addNode(
      type, name: count == 0 ? name : inner("\(count)"), inputs: inputs,
      output: output ?? name, attributes: attributes)
    count += 1
  }

  /// The name of a result between two operators of the node.
  func inner(_ step: String) -> String { "\(name)/\(step)" }

  /// Adds one of the op's parameters under its full name.
  ///
  /// - Parameter shape: The extents: nil for those of public weights files.
  func parameter(_ parameter: String, shape: [Int]? = nil) -> String {
    let full = "\(name).\(parameter)"
    guard let entry = parameters.layout[full] else {
      preconditionFailure("\(name) has no parameter \(parameter)")
    }
    let (publicShape, values) = parameters.exported(entry)
    model.addConstant(full, shape: shape ?? publicShape, values)
    return full
  }

  /// Adds constant floats of the node.
  func constant(_ step: String, shape: [Int] = [], _ values: [Float]) -> String {
    model.addConstant(inner(step), shape: shape, values)
    return inner(step)
  }

  /// Adds constant whole numbers of the node.
  func integers(_ step: String, _ values: [Int]) -> String {
    model.addIntegers(inner(step), values)
    return inner(step)
  }
}

extension Graph {
  /// The largest file of Protocol Buffers.
  private static let largestFile = Int(Int32.max)

  /// The network as an ONNX file (operator set 17): values in the order n, c, h, w, parameters under
  /// their own names, every output as the graph has it.
  ///
  /// - Parameters:
  ///   - inputShapes: The fixed extents of the inputs.
  ///   - producerVersion: Glimpse's version.
  ///   - metadata: Texts by key that are stored beside the graph.
  /// - Throws: `EngineError` for an op that ONNX has no operator for, or a file of 2 GiB and more.
  package func onnx(
    _ parameters: ParameterBlock, inputShapes: [Shape], name: String, producerVersion: String,
    metadata: [String: String] = [:]
  ) throws(EngineError) -> [UInt8] {
    precondition(parameterLayout == parameters.layout, "the parameters are of another network")
    // Well above what the operators and their names take.
    guard parameters.layout.count * MemoryLayout<Float>.size < Self.largestFile - 1 << 24 else {
      throw EngineError(
        "an ONNX file holds at most 2 GiB, and the network has \(parameters.layout.count) "
          + "parameters of 4 bytes")
    }
    let shapes = try inferredShapes(inputs: inputShapes)
    let model = ONNXModel()
    var names = [String](repeating: "", count: shapes.count)
    for (index, value) in inputs.enumerated() {
      names[value] = inputs.count == 1 ? "input" : "input\(index)"
      model.addInput(names[value], shape: shapes[value])
    }
    for node in nodes {
      guard let op = node.op as? any ONNXOp else {
        throw EngineError("\(node.name): ONNX has no operator for \(node.op.kind)")
      }
      var context = ONNXNode(
        model: model, name: node.name, inputs: node.inputs.map { names[$0] },
        inputShapes: node.inputs.map { shapes[$0] }, outputShape: shapes[node.output],
        parameters: parameters)
      try op.export(&context)
      names[node.output] = node.name
    }
    for value in outputs { model.addOutput(names[value], shape: shapes[value]) }
    return model.bytes(name: name, producerVersion: producerVersion, metadata: metadata)
  }
}
