/// A Protocol Buffers message, read as plainly as the format can be.
///
/// Source: protobuf.dev, "Encoding".
package struct ProtobufMessage {
  package private(set) var numbers: [Int: [Int]] = [:]
  package private(set) var floats: [Int: [Float]] = [:]
  package private(set) var doubles: [Int: [Double]] = [:]
  package private(set) var blocks: [Int: [[UInt8]]] = [:]

  package init(_ bytes: [UInt8]) throws {
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
    func fixed(_ count: Int) throws -> UInt64 {
      guard rest.count >= count else { throw Broken() }
      defer { rest = rest.dropFirst(count) }
      return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    while !rest.isEmpty {
      let tag = try varint()
      switch tag & 7 {
      case 0: numbers[tag >> 3, default: []].append(try varint())
      case 1: doubles[tag >> 3, default: []].append(Double(bitPattern: try fixed(8)))
      case 2:
        let count = try varint()
        guard count >= 0, count <= rest.count else { throw Broken() }
        blocks[tag >> 3, default: []].append([UInt8](rest.prefix(count)))
        rest = rest.dropFirst(count)
      case 5:
        floats[tag >> 3, default: []].append(
          Float(bitPattern: UInt32(truncatingIfNeeded: try fixed(4))))
      default: throw Broken()
      }
    }
  }

  package struct Broken: Error {
    package init() {}
  }

  package func messages(_ field: Int) throws -> [ProtobufMessage] {
    try (blocks[field] ?? []).map { try ProtobufMessage($0) }
  }

  package func texts(_ field: Int) -> [String] {
    (blocks[field] ?? []).map { String(decoding: $0, as: UTF8.self) }
  }
}
