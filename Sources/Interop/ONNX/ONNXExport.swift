import Engine

/// An op that can be exported to ONNX operators.
///
/// The conformances are in this folder; an op without one cannot be exported.
protocol ONNXOp: Op {
  /// Appends the ONNX operators of the op, with values in the order n, c, h, w.
  func export(_ node: inout ONNXNode) throws(EngineError)
}

/// A graph node during its export to an ONNX model.
struct ONNXNode {
  fileprivate let model: ONNXModel
  /// The node's scoped name.
  let name: String
  /// The names of the input values.
  let inputs: [String]
  /// The shapes of the input values.
  let inputShapes: [Shape]
  /// The name of the output value: that of the node, or of the network's output.
  let outputName: String
  /// The shape of the output value.
  let outputShape: Shape
  /// The batch size in the shape of a Reshape operator: 0, which keeps it, where it is free.
  let batch: Int
  fileprivate let parameters: ParameterBlock
  /// The full names of the op's parameters by their own names.
  fileprivate let parameterNames: [String: String]
  fileprivate var count = 0

  /// Appends an operator; the first one has the name of the node.
  ///
  /// - Parameter output: The name of the result; nil for that of the node's output.
  mutating func add(
    _ type: String, _ inputs: [String], to output: String? = nil,
    _ attributes: ONNXModel.Attributes = []
  ) {
    model.addNode(
      type, name: count == 0 ? name : inner("\(count)"), inputs: inputs,
      outputs: [output ?? outputName], attributes: attributes)
    count += 1
  }

  /// The name of an intermediate result of the node.
  func inner(_ step: String) -> String { "\(name)/\(step)" }

  /// Adds a parameter of the op as an initializer and returns its full name.
  ///
  /// - Parameter shape: The shape; nil for that of public weights files.
  func parameter(_ parameter: String, shape: [Int]? = nil) -> String {
    guard let full = parameterNames[parameter], let entry = parameters.layout[full] else {
      preconditionFailure("\(name) has no parameter \(parameter)")
    }
    // Nodes may share parameters.
    if model.hasConstant(full) { return full }
    let (publicShape, values) = parameters.exported(entry)
    model.addParameter(full, shape: shape ?? publicShape, values)
    return full
  }

  /// Adds a float constant of the node and returns its name.
  func constant(_ step: String, shape: [Int] = [], _ values: [Float]) -> String {
    model.addConstant(inner(step), shape: shape, values)
    return inner(step)
  }

  /// Adds an integer constant of the node and returns its name.
  func integers(_ step: String, _ values: [Int]) -> String {
    model.addIntegers(inner(step), values)
    return inner(step)
  }
}

extension Graph {
  /// The maximum size of a Protocol Buffers message in bytes.
  private static let largestFile = Int(Int32.max)

  /// The network as an ONNX file (operator set 17) with values in the order n, c, h, w, parameters
  /// under their full names, and the outputs of the graph.
  ///
  /// - Parameters:
  ///   - inputShapes: The fixed shapes of the inputs.
  ///   - producerVersion: The version of Glimpse.
  ///   - metadata: Key-value pairs for `metadata_props`.
  /// - Throws: `EngineError` for an op without an ONNX operator, or if the file reaches 2 GiB.
  package func onnx(
    _ parameters: ParameterBlock, inputShapes: [Shape], name: String, producerVersion: String,
    metadata: [String: String] = [:]
  ) throws(EngineError) -> [UInt8] {
    let model = ONNXModel()
    for value in try add(to: model, parameters, inputShapes: inputShapes) {
      model.addOutput(value.port(isDynamic: false))
    }
    return model.bytes(name: name, producerVersion: producerVersion, metadata: metadata)
  }

  /// Adds inputs and nodes to an ONNX model; returns the values of the outputs, still to be declared.
  ///
  /// - Parameters:
  ///   - isDynamic: Whether the batch size is left open.
  ///   - outputNames: The names of the outputs; nil for those of the nodes that compute them.
  func add(
    to model: ONNXModel, _ parameters: ParameterBlock, inputShapes: [Shape],
    isDynamic: Bool = false, outputNames: [String]? = nil
  ) throws(EngineError) -> [ONNXValue] {
    precondition(parameterLayout == parameters.layout, "the parameters belong to another network")
    // 16 MiB is well above the size of the operators and their names.
    guard parameters.layout.count * MemoryLayout<Float>.size < Self.largestFile - 1 << 24 else {
      throw EngineError(
        "an ONNX file holds at most 2 GiB, and the network has \(parameters.layout.count) "
          + "parameters of 4 bytes")
    }
    let shapes = try inferredShapes(inputs: inputShapes)
    var names = [String](repeating: "", count: shapes.count)
    for (index, value) in inputs.enumerated() {
      names[value] = inputs.count == 1 ? "input" : "input\(index)"
      model.addInput(
        ONNXValue(name: names[value], shape: shapes[value]).port(isDynamic: isDynamic))
    }
    for node in nodes {
      guard let op = node.op as? any ONNXOp else {
        throw EngineError("\(node.name): ONNX has no operator for \(node.op.kind)")
      }
      let place = outputs.firstIndex(of: node.output)
      names[node.output] = place.flatMap { outputNames?[$0] } ?? node.name
      var context = ONNXNode(
        model: model, name: node.name, inputs: node.inputs.map { names[$0] },
        inputShapes: node.inputs.map { shapes[$0] }, outputName: names[node.output],
        outputShape: shapes[node.output], batch: isDynamic ? 0 : shapes[node.output].n,
        parameters: parameters,
        parameterNames: Dictionary(
          uniqueKeysWithValues: zip(node.op.parameters.map(\.name), node.parameterNames)))
      try op.export(&context)
    }
    return outputs.map { ONNXValue(name: names[$0], shape: shapes[$0]) }
  }
}
