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

  private enum ElementType: Int {
    case float = 1
    case int64 = 7
  }

  /// Encoded fields of the graph.
  private var nodes = ProtobufWriter()
  private var initializers = ProtobufWriter()
  private var constantNames: Set<String> = []
  private var inputs = ProtobufWriter()
  private var outputs = ProtobufWriter()

  /// Declares a graph input.
  func addInput(_ name: String, shape: Shape) {
    inputs.add(11) { Self.write(name, shape, to: &$0) }
  }

  /// Declares a graph output.
  func addOutput(_ name: String, shape: Shape) {
    outputs.add(12) { Self.write(name, shape, to: &$0) }
  }

  /// Appends an operator node.
  func addNode(
    _ type: String, name: String, inputs: [String], output: String, attributes: Attributes
  ) {
    nodes.add(1) { node in
      for input in inputs { node.add(1, input) }
      node.add(2, output)
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

  /// Adds a one-dimensional int64 initializer.
  func addIntegers(_ name: String, _ values: [Int]) {
    addConstant(name, [values.count], .int64, values.map { Int64($0).littleEndian })
  }

  private func addConstant(
    _ name: String, _ shape: [Int], _ type: ElementType, _ values: [some FixedWidthInteger]
  ) {
    constantNames.insert(name)
    initializers.add(5) { tensor in
      for extent in shape { tensor.add(1, extent) }
      tensor.add(2, type.rawValue)
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
      for fields in [initializers, inputs, outputs] { graph.append(fields) }
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

  /// Writes a value's name, element type and shape in the order n, c, h, w.
  private static func write(_ name: String, _ shape: Shape, to value: inout ProtobufWriter) {
    value.add(1, name)
    value.add(2) { type in
      type.add(1) { tensor in
        tensor.add(1, ElementType.float.rawValue)
        tensor.add(2) { extents in
          for extent in shape.channelsFirst { extents.add(1) { $0.add(1, extent) } }
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

extension Shape {
  /// The extents in the order n, c, h, w (NCHW).
  var channelsFirst: [Int] { [n, c, h, w] }
}
