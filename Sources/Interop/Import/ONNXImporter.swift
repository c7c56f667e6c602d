import Engine

/// Translates an ONNX model to a graph of the engine, for fixed input shapes.
///
/// Operators on constants are computed while importing, so that shapes are known for all others.
struct ONNXImporter {
  private let network: ONNXNetwork
  /// The path of the file, for messages.
  private let path: String
  private let builder = GraphBuilder()
  private var operands: [String: Operand] = [:]

  /// Imports a model.
  ///
  /// - Parameter inputDims: The extents of inputs by name; those that are left out are the file's
  ///   own, in which a free extent is 1.
  /// - Parameter constants: Values of inputs that do not change.
  static func network(
    _ network: ONNXNetwork, path: String, inputDims: [String: [Int]] = [:],
    constants: [String: ConstantTensor] = [:]
  ) throws(InteropError) -> ImportedNetwork {
    var network = network
    network.inputs.removeAll { constants[$0.name] != nil }
    network.constants.merge(constants) { $1 }
    var importer = ONNXImporter(network: network, path: path)
    return try importer.run(inputDims)
  }

  private init(network: ONNXNetwork, path: String) {
    (self.network, self.path) = (network, path)
  }

  private mutating func run(_ inputDims: [String: [Int]]) throws(InteropError) -> ImportedNetwork {
    for (name, tensor) in network.constants { operands[name] = Operand(tensor) }
    var inputs: [ImportedNetwork.Port] = []
    for port in network.inputs { inputs.append(try input(port, dims: inputDims[port.name])) }
    for node in try ordered() {
      let results: [Operand]
      do {
        results = try run(node)
      } catch {
        throw InteropError("\(node.label): \(error.description)", in: path)
      }
      for (name, operand) in zip(node.outputs, results) where !name.isEmpty {
        operands[name] = operand
      }
    }
    var (outputs, values) = ([ImportedNetwork.Port](), [Value]())
    for port in network.outputs {
      let (description, value) = try output(port, besides: values)
      outputs.append(description)
      values.append(value)
    }
    guard !values.isEmpty else { throw InteropError("it has no outputs", in: path) }
    let (graph, parameters) = builder.finish(outputs: values)
    return ImportedNetwork(graph: graph, parameters: parameters, inputs: inputs, outputs: outputs)
  }

  /// Declares an input. Images are n, h, w, c in memory, also those that the file has in this order.
  private mutating func input(
    _ port: ONNXPort, dims given: [Int]?
  ) throws(InteropError) -> ImportedNetwork.Port {
    let label = "the input \"\(printable(port.name))\""
    guard let type = port.type else {
      throw InteropError("\(label) is not a tensor of a type that Glimpse reads", in: path)
    }
    let stated = port.dims ?? given ?? []
    let dims = given ?? stated.map { $0 ?? 1 }
    guard dims.count == stated.count,
      zip(stated, dims).allSatisfy({ $0 == nil || $0 == $1 || given != nil && $1 > 0 }),
      dims.allSatisfy({ $0 > 0 })
    else {
      throw InteropError(
        "\(label) has \(stated.map { $0.map { "\($0)" } ?? "?" }.joined(separator: " x ")), which "
          + "\(dims) does not fit", in: path)
    }
    let isChannelsLast = dims.count == 4 && dims[3] <= 4 && dims[1] > 4
    let order = isChannelsLast ? Array(dims.indices) : Operand.channelsLast(dims.count)
    let value = builder.input(try GraphBuilder.shape(dims, order: order))
    guard operands[port.name] == nil else {
      throw InteropError("two tensors are named \"\(printable(port.name))\"", in: path)
    }
    operands[port.name] = Operand(value, type: type, dims: dims, order: order)
    return ImportedNetwork.Port(name: port.name, type: type, dims: dims, order: order)
  }

  /// The operators in an order in which each comes after those that it needs.
  private func ordered() throws(InteropError) -> [ONNXOperator] {
    var makers: [String: Int] = [:]
    for (index, node) in network.nodes.enumerated() {
      for name in node.outputs where !name.isEmpty {
        guard makers.updateValue(index, forKey: name) == nil, operands[name] == nil else {
          throw InteropError(
            "\(node.label): the tensor \"\(printable(name))\" is made twice", in: path)
        }
      }
    }
    // Kahn's algorithm; ties in the file's order.
    var waiting = [Int](repeating: 0, count: network.nodes.count)
    var readers: [Int: [Int]] = [:]
    for (index, node) in network.nodes.enumerated() {
      for name in Set(node.inputs) where !name.isEmpty && operands[name] == nil {
        guard let maker = makers[name] else {
          throw InteropError(
            "\(node.label): nothing makes its input \"\(printable(name))\"", in: path)
        }
        waiting[index] += 1
        readers[maker, default: []].append(index)
      }
    }
    var (result, next) = ([Int](), waiting.indices.filter { waiting[$0] == 0 })
    var place = 0
    while place < next.count {
      result.append(next[place])
      for reader in readers[next[place], default: []] {
        waiting[reader] -= 1
        if waiting[reader] == 0 { next.append(reader) }
      }
      place += 1
    }
    if let index = waiting.firstIndex(where: { $0 > 0 }) {
      throw InteropError(
        "\(network.nodes[index].label): it needs its own result (the graph has a cycle)", in: path)
    }
    return result.map { network.nodes[$0] }
  }

  private func run(_ node: ONNXOperator) throws(InteropError) -> [Operand] {
    guard node.domain.isEmpty else {
      throw InteropError(
        "the operator is of the domain \(printable(node.domain)), which Glimpse does not have")
    }
    guard let translate = Self.operators[node.type] else {
      throw InteropError("Glimpse does not have this operator")
    }
    builder.name = node.name.isEmpty ? (node.outputs.first ?? node.type) : node.name
    let call = OperatorCall(
      node: node, inputs: node.inputs.map { $0.isEmpty ? nil : operands[$0] },
      version: network.operatorSet, builder: builder)
    return try translate(call)
  }

  /// An output as a value of its own, in row-major order unless it is an image.
  private func output(
    _ port: ONNXPort, besides others: [Value]
  ) throws(InteropError) -> (ImportedNetwork.Port, Value) {
    guard let operand = operands[port.name] else {
      throw InteropError("nothing makes the output \"\(printable(port.name))\"", in: path)
    }
    do throws(InteropError) {
      builder.name = port.name
      var result = try builder.dense(operand)
      // An output is neither an input nor another output.
      if case .value(let value) = result.source, isInput(value) || others.contains(value) {
        let order = result.order
        let strides = StridedLayout.rowMajor(order.map { result.dims[$0] })
        let copy = try builder.rearranged(
          value.shape, [(result.transposed(order), StridedLayout(strides: strides))])
        result.source = .value(copy)
      }
      guard case .value(let value) = result.source else {
        throw InteropError("the output \"\(printable(port.name))\" is empty")
      }
      let description = ImportedNetwork.Port(
        name: port.name, type: result.type, dims: result.dims, order: result.order)
      return (description, value)
    } catch {
      throw InteropError("the output \"\(printable(port.name))\": \(error.description)", in: path)
    }
  }

  private func isInput(_ value: Value) -> Bool {
    network.inputs.contains { port in
      if case .value(let input) = operands[port.name]?.source { input == value } else { false }
    }
  }
}
