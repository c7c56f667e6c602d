/// An ONNX model as its file states it: operators, constants, inputs and outputs.
package struct ONNXNetwork: Hashable, Sendable {
  /// The version of the default operator set.
  var operatorSet = 0
  /// The program that wrote the file.
  var producer = ""
  var nodes: [ONNXOperator] = []
  /// The initializers by name.
  var constants: [String: ConstantTensor] = [:]
  /// The inputs that are not initializers.
  var inputs: [ONNXPort] = []
  var outputs: [ONNXPort] = []
  /// The metadata of the model by key.
  var metadata: [String: String] = [:]

  /// The names of the files beside it that hold tensors.
  var externalFiles: Set<String> = []

  /// The versions of the operator set that are supported.
  static let operatorSets = 7...24
}

/// An operator of an ONNX graph.
struct ONNXOperator: Hashable, Sendable {
  /// The name; may be empty.
  var name = ""
  /// The operator: `Conv`.
  var type = ""
  /// The domain of the operator; empty for ONNX's own.
  var domain = ""
  /// The names of the inputs; empty for one that is left out.
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [String: ONNXAttribute] = [:]

  /// The operator for messages: its type and its name, or the name of its result.
  var label: String {
    let word = name.isEmpty ? (outputs.first ?? "") : name
    return "\(printable(type)) \"\(printable(word))\""
  }
}

/// A value of an operator's attribute.
enum ONNXAttribute: Hashable, Sendable {
  case float(Float)
  case integer(Int64)
  case text(String)
  case tensor(ConstantTensor)
  case floats([Float])
  case integers([Int64])
  case texts([String])
  /// A graph or a sparse tensor, which is not supported.
  case other
}

/// An input or output of an ONNX graph.
struct ONNXPort: Hashable, Sendable {
  let name: String
  /// The element type; nil if it is not a tensor of a supported type.
  let type: TensorType?
  /// The extents; nil for a free one, whose name or lack of one means nothing. Nil if the rank is
  /// unknown.
  let dims: [Int?]?
}
