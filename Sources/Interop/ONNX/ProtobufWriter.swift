import Engine

/// Encodes one Protocol Buffers message field by field (protobuf.dev, "Encoding").
///
/// Supports the types that ONNX needs: integers, floats, strings, bytes and messages.
struct ProtobufWriter: Sendable {
  private(set) var bytes: [UInt8] = []

  /// The wire type of a field.
  private enum Wire: UInt64 {
    case varint = 0
    case counted = 2
    case fixed32 = 5
  }

  /// Adds an integer as a varint; negative values take ten bytes.
  mutating func add(_ field: UInt64, _ value: Int) {
    begin(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// Adds a 32-bit float.
  mutating func add(_ field: UInt64, _ value: Float) {
    begin(field, .fixed32)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds a UTF-8 string.
  mutating func add(_ field: UInt64, _ text: String) {
    add(field, bytes: text.utf8)
  }

  /// Adds a nested message.
  mutating func add(_ field: UInt64, _ write: (inout ProtobufWriter) -> Void) {
    var message = ProtobufWriter()
    write(&message)
    add(field, bytes: message.bytes)
  }

  /// Appends the encoded fields of another writer.
  mutating func append(_ fields: ProtobufWriter) { bytes += fields.bytes }

  /// Adds a field of raw bytes.
  mutating func add(_ field: UInt64, bytes new: some Collection<UInt8>) {
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
