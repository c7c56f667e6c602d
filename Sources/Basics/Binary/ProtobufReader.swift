/// A fault in an encoded Protocol Buffers message.
package struct ProtobufFault: Error, Hashable, Sendable {
  /// The problem, as a clause.
  package let message: String
  /// The position of the field in the message that was being read, in bytes.
  package let offset: Int
}

/// Decodes one Protocol Buffers message field by field (protobuf.dev, "Encoding").
///
/// Every length is checked against the bytes that are left. The bytes must stay valid while the
/// reader and the readers of its nested messages are in use.
package struct ProtobufReader {
  /// The bytes of the message.
  package let bytes: UnsafeRawBufferPointer
  private var offset = 0

  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// A field with its number.
  package struct Field {
    package let number: UInt64
    package let value: Value
    /// The position of the field in its message.
    fileprivate let offset: Int
  }

  /// The encoded value of a field.
  package enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case counted(UnsafeRawBufferPointer)
    case fixed32(UInt32)
  }

  /// The next field; nil at the end of the message.
  package mutating func next() throws(ProtobufFault) -> Field? {
    guard offset < bytes.count else { return nil }
    let start = offset
    let tag = try varint(start)
    guard tag >> 3 > 0 else { throw ProtobufFault(message: "a field has number 0", offset: start) }
    let value: Value
    switch tag & 7 {
    case 0: value = .varint(try varint(start))
    case 1: value = .fixed64(UInt64(littleEndian: try load(start)))
    case 2:
      let count = try varint(start)
      guard count <= UInt64(bytes.count - offset) else {
        throw ProtobufFault(
          message: "a field has \(count) bytes, and \(bytes.count - offset) follow", offset: start)
      }
      value = .counted(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(count)]))
      offset += Int(count)
    case 5: value = .fixed32(UInt32(littleEndian: try load(start)))
    default:
      throw ProtobufFault(message: "a field has the wire type \(tag & 7)", offset: start)
    }
    return Field(number: tag >> 3, value: value, offset: start)
  }

  private mutating func load<Number: FixedWidthInteger & BitwiseCopyable>(
    _ start: Int
  ) throws(ProtobufFault) -> Number {
    let size = MemoryLayout<Number>.size
    guard size <= bytes.count - offset else {
      throw ProtobufFault(message: "the data end within a number", offset: start)
    }
    defer { offset += size }
    return bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
  }

  private mutating func varint(_ start: Int) throws(ProtobufFault) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard offset < bytes.count else {
        throw ProtobufFault(message: "the data end within a number", offset: start)
      }
      let byte = bytes[offset]
      offset += 1
      guard shift < 63 || byte < 2 else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw ProtobufFault(message: "a number has more than 64 bits", offset: start)
  }
}

extension ProtobufReader.Field {
  /// The integer of a varint field.
  package func integer() throws(ProtobufFault) -> Int64 {
    guard case .varint(let value) = value else { throw fault("an integer") }
    return Int64(bitPattern: value)
  }

  /// The bytes of a counted field.
  package func counted() throws(ProtobufFault) -> UnsafeRawBufferPointer {
    guard case .counted(let bytes) = value else { throw fault("bytes") }
    return bytes
  }

  /// The UTF-8 text of a field; invalid sequences are replaced.
  package func text() throws(ProtobufFault) -> String {
    String(decoding: try counted(), as: UTF8.self)
  }

  /// The nested message of a field.
  package func message() throws(ProtobufFault) -> ProtobufReader {
    ProtobufReader(try counted())
  }

  /// The number of a 32-bit float field.
  package func float() throws(ProtobufFault) -> Float {
    guard case .fixed32(let bits) = value else { throw fault("a 32-bit number") }
    return Float(bitPattern: bits)
  }

  /// Appends the integers of a repeated field, packed or not.
  package func appendIntegers(to list: inout [Int64]) throws(ProtobufFault) {
    guard case .counted(let bytes) = value else { return list.append(try integer()) }
    var reader = ProtobufReader(bytes)
    while reader.offset < bytes.count { list.append(Int64(bitPattern: try reader.varint(offset))) }
  }

  /// Appends the 32-bit floats of a repeated field, packed or not.
  package func appendFloats(to list: inout [Float]) throws(ProtobufFault) {
    guard case .counted(let bytes) = value else { return list.append(try float()) }
    guard bytes.count % 4 == 0 else { throw fault("a multiple of 4 bytes") }
    for start in stride(from: 0, to: bytes.count, by: 4) {
      let bits = bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)
      list.append(Float(bitPattern: UInt32(littleEndian: bits)))
    }
  }

  /// Appends the 64-bit floats of a repeated field, packed or not.
  package func appendDoubles(to list: inout [Double]) throws(ProtobufFault) {
    if case .fixed64(let bits) = value { return list.append(Double(bitPattern: bits)) }
    let bytes = try counted()
    guard bytes.count % 8 == 0 else { throw fault("a multiple of 8 bytes") }
    for start in stride(from: 0, to: bytes.count, by: 8) {
      let bits = bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)
      list.append(Double(bitPattern: UInt64(littleEndian: bits)))
    }
  }

  private func fault(_ expected: String) -> ProtobufFault {
    ProtobufFault(message: "field \(number) is not \(expected)", offset: offset)
  }
}
