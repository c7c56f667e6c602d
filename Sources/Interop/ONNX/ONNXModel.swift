import Basics
import Engine

/// An ONNX model under construction: nodes, constants, inputs and outputs.
///
/// Field numbers are from onnx.proto (github.com/onnx/onnx, IR version 8).
final class ONNXModel {
  /// The operator set version; HardSwish requires 14, LayerNormalization 17.
  static let operatorSet = 17
  private static let formatVersion = 8

  /// An attribute value of a node.
  enum Attribute: Sendable {
    case int(Int)
    case ints([Int])
    case float(Float)
    case text(String)

    static func extents(_ extents: Extent...) -> Attribute {
      .ints(extents.flatMap { [$0.h, $0.w] })
    }
  }

  typealias Attributes = [(name: String, value: Attribute)]

  /// Whether tensors of weights are stored as 16-bit numbers, which a Cast widens.
  private let halvesWeights: Bool

  init(halvesWeights: Bool = false) { self.halvesWeights = halvesWeights }

  /// Encoded fields of the graph.
  private var nodes = ProtobufWriter()
  private var initializers = ProtobufWriter()
  private var constantNames: Set<String> = []
  /// The declared inputs of the graph.
  private(set) var inputs: [ExportedPort] = []
  /// The declared outputs of the graph.
  private(set) var outputs: [ExportedPort] = []

  /// Declares a graph input.
  func addInput(_ port: ExportedPort) { inputs.append(port) }

  /// Declares a graph output.
  func addOutput(_ port: ExportedPort) { outputs.append(port) }

  /// Appends an operator node.
  func addNode(
    _ type: String, name: String, inputs: [String], outputs: [String], attributes: Attributes
  ) {
    nodes.add(1) { node in
      for input in inputs { node.add(1, input) }
      for output in outputs { node.add(2, output) }
      node.add(3, name)
      node.add(4, type)
      for (name, value) in attributes {
        node.add(5) { Self.write(name, value, to: &$0) }
      }
    }
  }

  /// Whether an initializer of this name exists.
  func hasConstant(_ name: String) -> Bool { constantNames.contains(name) }

  /// Adds a float initializer.
  func addConstant(_ name: String, shape: [Int], _ values: [Float]) {
    addConstant(name, shape, .float, values.map { $0.bitPattern.littleEndian })
  }

  /// Adds a parameter of the network as an initializer; vectors, such as biases, keep all their bits.
  func addParameter(_ name: String, shape: [Int], _ values: [Float]) {
    guard halvesWeights, shape.count > 1,
      values.allSatisfy({ abs($0) <= Float(Float16.greatestFiniteMagnitude) })
    else {
      addConstant(name, shape: shape, values)
      return
    }
    let half = "\(name).half"
    addConstant(half, shape, .float16, values.map { Float16($0).bitPattern.littleEndian })
    addNode(
      "Cast", name: "\(name).cast", inputs: [half], outputs: [name],
      attributes: [("to", .int(Int(TensorType.float.rawValue)))])
    constantNames.insert(name)
  }

  /// Adds an int64 initializer of one dimension, or of another shape.
  func addIntegers(_ name: String, shape: [Int]? = nil, _ values: [Int]) {
    addConstant(name, shape ?? [values.count], .int64, values.map { Int64($0).littleEndian })
  }

  private func addConstant(
    _ name: String, _ shape: [Int], _ type: TensorType, _ values: [some FixedWidthInteger]
  ) {
    constantNames.insert(name)
    initializers.add(5) { tensor in
      for extent in shape { tensor.add(1, extent) }
      tensor.add(2, Int(type.rawValue))
      tensor.add(8, name)
      values.withUnsafeBytes { tensor.add(9, bytes: $0) }
    }
  }

  /// The encoded model file.
  func bytes(name: String, producerVersion: String, metadata: [String: String]) -> [UInt8] {
    var model = ProtobufWriter()
    model.add(1, Self.formatVersion)
    model.add(2, "glimpse")
    model.add(3, producerVersion)
    model.add(7) { graph in
      graph.append(nodes)
      graph.add(2, name)
      graph.append(initializers)
      for port in inputs { graph.add(11) { Self.write(port, to: &$0) } }
      for port in outputs { graph.add(12) { Self.write(port, to: &$0) } }
    }
    model.add(8) { operators in
      operators.add(1, "")
      operators.add(2, Self.operatorSet)
    }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      model.add(14) { entry in
        entry.add(1, key)
        entry.add(2, value)
      }
    }
    return model.bytes
  }

  /// Writes a value's name, element type and shape.
  private static func write(_ port: ExportedPort, to value: inout ProtobufWriter) {
    value.add(1, port.name)
    value.add(2) { type in
      type.add(1) { tensor in
        tensor.add(1, Int(port.type.rawValue))
        tensor.add(2) { extents in
          for extent in port.dims {
            extents.add(1) {
              if let extent { $0.add(1, extent) } else { $0.add(2, ExportedPort.batchAxis) }
            }
          }
        }
      }
    }
  }

  private static func write(_ name: String, _ value: Attribute, to result: inout ProtobufWriter) {
    result.add(1, name)
    // Field 20 is the attribute type.
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
  }
}
