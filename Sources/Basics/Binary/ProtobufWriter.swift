/// Encodes one Protocol Buffers message field by field (protobuf.dev, "Encoding").
///
/// Supports the types that ONNX and TensorBoard need: integers, floats, strings, bytes and messages.
package struct ProtobufWriter: Sendable {
  /// The encoded fields.
  package private(set) var bytes: [UInt8] = []

  /// Makes a message without fields.
  package init() {}

  /// The wire type of a field.
  private enum Wire: UInt64 {
    case varint = 0
    case fixed64 = 1
    case counted = 2
    case fixed32 = 5
  }

  /// Adds an integer as a varint; negative values take ten bytes.
  package mutating func add(_ field: UInt64, _ value: Int) {
    begin(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// Adds a 32-bit float.
  package mutating func add(_ field: UInt64, _ value: Float) {
    begin(field, .fixed32)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds a 64-bit float.
  package mutating func add(_ field: UInt64, _ value: Double) {
    begin(field, .fixed64)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds a UTF-8 string.
  package mutating func add(_ field: UInt64, _ text: String) {
    add(field, bytes: text.utf8)
  }

  /// Adds a nested message.
  package mutating func add(_ field: UInt64, _ write: (inout ProtobufWriter) -> Void) {
    var message = ProtobufWriter()
    write(&message)
    add(field, bytes: message.bytes)
  }

  /// Appends the encoded fields of another writer.
  package mutating func append(_ fields: ProtobufWriter) { bytes += fields.bytes }

  /// Adds a field of raw bytes.
  package mutating func add(_ field: UInt64, bytes new: some Collection<UInt8>) {
    begin(field, .counted)
    varint(UInt64(new.count))
    bytes.append(contentsOf: new)
  }

  private mutating func begin(_ field: UInt64, _ wire: Wire) {
    varint(field << 3 | wire.rawValue)
  }

  /// Appends a varint: seven bits per byte, lowest first; the eighth bit marks continuation.
  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
