import TestSupport

/// The parts of an ONNX file that tests look at; field numbers of github.com/onnx/onnx, onnx.proto.
struct ONNXFile {
  struct Node: Hashable {
    let name: String
    let type: String
    let inputs: [String]
    let outputs: [String]
    /// Whole numbers by attribute.
    let numbers: [String: [Int]]
  }

  let nodes: [Node]
  /// Extents and values by name; values of 64-bit tensors are left out.
  let constants: [String: (shape: [Int], values: [Float])]
  let inputs: [String: [Int]]
  let outputs: [String: [Int]]
  let operatorSet: Int?
  let metadata: [String: String]

  init(_ bytes: [UInt8]) throws {
    let model = try ProtobufMessage(bytes)
    guard let graph = try model.messages(7).first else { throw ProtobufMessage.Broken() }
    nodes = try graph.messages(1).map { node in
      let attributes = try node.messages(5).map {
        ($0.texts(1)[0], ($0.numbers[3] ?? []) + ($0.numbers[8] ?? []))
      }
      return Node(
        name: node.texts(3)[0], type: node.texts(4)[0], inputs: node.texts(1),
        outputs: node.texts(2),
        numbers: Dictionary(uniqueKeysWithValues: attributes.filter { !$0.1.isEmpty }))
    }
    constants = try Dictionary(
      uniqueKeysWithValues: graph.messages(5).map { tensor in
        let data = tensor.blocks[9]?[0] ?? []
        let values =
          tensor.numbers[2] == [1]
          ? stride(from: 0, to: data.count, by: 4).map { start in
            Float(
              bitPattern: data[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
          } : []
        return (tensor.texts(8)[0], (tensor.numbers[1] ?? [], values))
      })
    func values(_ field: Int) throws -> [String: [Int]] {
      try Dictionary(
        uniqueKeysWithValues: graph.messages(field).map { value in
          let tensor = try value.messages(2)[0].messages(1)[0]
          let extents = try tensor.messages(2)[0].messages(1).map { $0.numbers[1]?[0] ?? -1 }
          return (value.texts(1)[0], extents)
        })
    }
    inputs = try values(11)
    outputs = try values(12)
    operatorSet = try model.messages(8).first?.numbers[2]?[0]
    metadata = try Dictionary(
      uniqueKeysWithValues: model.messages(14).map { ($0.texts(1)[0], $0.texts(2)[0]) })
  }
}
