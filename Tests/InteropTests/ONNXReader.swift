/// Reads the Protocol Buffers that the export writes, as plainly as the format can be read.
///
/// Source: protobuf.dev, "Encoding"; field numbers of github.com/onnx/onnx, onnx.proto.
struct ProtobufMessage {
  private(set) var numbers: [Int: [Int]] = [:]
  private(set) var floats: [Int: [Float]] = [:]
  private(set) var blocks: [Int: [[UInt8]]] = [:]

  init(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    func varint() throws -> Int {
      var (value, shift) = (UInt64(0), UInt64(0))
      while let byte = rest.popFirst() {
        value |= UInt64(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { return Int(Int64(bitPattern: value)) }
      }
      throw Broken()
    }
    while !rest.isEmpty {
      let tag = try varint()
      switch tag & 7 {
      case 0: numbers[tag >> 3, default: []].append(try varint())
      case 2:
        let count = try varint()
        guard count >= 0, count <= rest.count else { throw Broken() }
        blocks[tag >> 3, default: []].append([UInt8](rest.prefix(count)))
        rest = rest.dropFirst(count)
      case 5:
        guard rest.count >= 4 else { throw Broken() }
        let bits = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        floats[tag >> 3, default: []].append(Float(bitPattern: bits))
        rest = rest.dropFirst(4)
      default: throw Broken()
      }
    }
  }

  struct Broken: Error {}

  func messages(_ field: Int) throws -> [ProtobufMessage] {
    try (blocks[field] ?? []).map { try ProtobufMessage($0) }
  }

  func texts(_ field: Int) -> [String] {
    (blocks[field] ?? []).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// The parts of an ONNX file that tests look at.
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
