import Engine

/// Bytes of one Protocol Buffers message, field by field.
///
/// Source: protobuf.dev, "Encoding". Only what ONNX needs: whole numbers, floats, texts, messages.
struct ProtobufWriter: Sendable {
  private(set) var bytes: [UInt8] = []

  /// How a field's value is stored.
  private enum Wire: UInt64 {
    case varint = 0
    case counted = 2
    case fixed32 = 5
  }

  /// A whole number; negative ones take ten bytes.
  mutating func add(_ field: UInt64, _ value: Int) {
    begin(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// A 32-bit float.
  mutating func add(_ field: UInt64, _ value: Float) {
    begin(field, .fixed32)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// A text.
  mutating func add(_ field: UInt64, _ text: String) {
    add(field, bytes: text.utf8)
  }

  /// A message inside this one.
  mutating func add(_ field: UInt64, _ write: (inout ProtobufWriter) -> Void) {
    var message = ProtobufWriter()
    write(&message)
    add(field, bytes: message.bytes)
  }

  /// Fields behind those of this message.
  mutating func append(_ fields: ProtobufWriter) { bytes += fields.bytes }

  /// Bytes as they are.
  mutating func add(_ field: UInt64, bytes new: some Collection<UInt8>) {
    begin(field, .counted)
    varint(UInt64(new.count))
    bytes.append(contentsOf: new)
  }

  private mutating func begin(_ field: UInt64, _ wire: Wire) {
    varint(field << 3 | wire.rawValue)
  }

  /// Seven bits per byte, the lowest first; the eighth bit is set where more follow.
  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
