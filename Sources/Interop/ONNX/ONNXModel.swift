import Engine

/// An ONNX model under construction: nodes, constants, inputs and outputs.
///
/// Field numbers are those of onnx.proto (github.com/onnx/onnx, IR version 8).
struct ONNXModel: Sendable {
  /// The version of the operators; 14 brought HardSwish, 17 LayerNormalization.
  static let operatorSet = 17
  private static let formatVersion = 8

  /// A number or list of numbers that belongs to a node.
  enum Attribute: Sendable {
    case int(Int)
    case ints([Int])
    case float(Float)
    case text(String)
  }

  private enum ElementType: Int {
    case float = 1
    case int64 = 7
  }

  private var nodes: [ProtobufWriter] = []
  private var initializers: [ProtobufWriter] = []
  private var inputs: [ProtobufWriter] = []
  private var outputs: [ProtobufWriter] = []

  /// Declares a value that the caller fills.
  mutating func addInput(_ name: String, shape: Shape) { inputs.append(Self.value(name, shape)) }
  /// Declares a value that the caller reads.
  mutating func addOutput(_ name: String, shape: Shape) { outputs.append(Self.value(name, shape)) }

  /// Appends an operator.
  mutating func addNode(
    _ type: String, name: String, inputs: [String], outputs: [String],
    attributes: KeyValuePairs<String, Attribute>
  ) {
    var node = ProtobufWriter()
    for input in inputs { node.add(1, input) }
    for output in outputs { node.add(2, output) }
    node.add(3, name)
    node.add(4, type)
    for (key, value) in attributes { node.add(5, Self.attribute(key, value)) }
    nodes.append(node)
  }

  /// Adds constant floats.
  mutating func addConstant(_ name: String, shape: [Int], _ values: [Float]) {
    let bits = values.map { $0.bitPattern.littleEndian }
    addConstant(name, shape, .float, bits.withUnsafeBytes { [UInt8]($0) })
  }

  /// Adds a list of constant whole numbers.
  mutating func addIntegers(_ name: String, _ values: [Int]) {
    let bits = values.map { Int64($0).littleEndian }
    addConstant(name, [values.count], .int64, bits.withUnsafeBytes { [UInt8]($0) })
  }

  private mutating func addConstant(
    _ name: String, _ shape: [Int], _ type: ElementType, _ data: [UInt8]
  ) {
    var tensor = ProtobufWriter()
    for extent in shape { tensor.add(1, extent) }
    tensor.add(2, type.rawValue)
    tensor.add(8, name)
    tensor.add(9, bytes: data)
    initializers.append(tensor)
  }

  /// The file.
  func bytes(name: String, producerVersion: String, metadata: [String: String]) -> [UInt8] {
    var graph = ProtobufWriter()
    for node in nodes { graph.add(1, node) }
    graph.add(2, name)
    for initializer in initializers { graph.add(5, initializer) }
    for input in inputs { graph.add(11, input) }
    for output in outputs { graph.add(12, output) }

    var operators = ProtobufWriter()
    operators.add(1, "")
    operators.add(2, Self.operatorSet)

    var model = ProtobufWriter()
    model.add(1, Self.formatVersion)
    model.add(2, "glimpse")
    model.add(3, producerVersion)
    model.add(7, graph)
    model.add(8, operators)
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      var entry = ProtobufWriter()
      entry.add(1, key)
      entry.add(2, value)
      model.add(14, entry)
    }
    return model.bytes
  }

  /// A value's name, type and extents, in the order n, c, h, w.
  private static func value(_ name: String, _ shape: Shape) -> ProtobufWriter {
    var extents = ProtobufWriter()
    for extent in shape.channelsFirst {
      var dimension = ProtobufWriter()
      dimension.add(1, extent)
      extents.add(1, dimension)
    }
    var tensor = ProtobufWriter()
    tensor.add(1, ElementType.float.rawValue)
    tensor.add(2, extents)
    var type = ProtobufWriter()
    type.add(1, tensor)
    var value = ProtobufWriter()
    value.add(1, name)
    value.add(2, type)
    return value
  }

  private static func attribute(_ name: String, _ value: Attribute) -> ProtobufWriter {
    var result = ProtobufWriter()
    result.add(1, name)
    // The last field is the type of the value.
    switch value {
    case .float(let number):
      result.add(2, number)
      result.add(20, 1)
    case .int(let number):
      result.add(3, number)
      result.add(20, 2)
    case .text(let text):
      result.add(4, text)
      result.add(20, 3)
    case .ints(let numbers):
      for number in numbers { result.add(8, number) }
      result.add(20, 7)
    }
    return result
  }
}

extension Shape {
  /// The extents in the order n, c, h, w.
  var channelsFirst: [Int] { [n, c, h, w] }
}
