/// The element type of a stored tensor; raw values are safetensors' dtype names.
package enum ElementType: String, Codable, Hashable, Sendable, CaseIterable {
  /// 32-bit floating point.
  case f32 = "F32"
  /// 16-bit floating point (IEEE 754 half precision).
  case f16 = "F16"
  /// bfloat16, the upper half of a 32-bit floating point number.
  case bf16 = "BF16"
  /// 64-bit floating point.
  case f64 = "F64"

  /// Bytes per element.
  package var byteCount: Int {
    switch self {
    case .f16, .bf16: 2
    case .f32: 4
    case .f64: 8
    }
  }

  /// Bytes per element of the format's other types, which public weights use for counters.
  static let otherByteCounts = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "U16": 2, "I16": 2, "U32": 4,
    "I32": 4, "U64": 8, "I64": 8,
  ]

  /// Decodes little-endian values to floats; the size is a multiple of `byteCount`.
  func decode(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    func list<Bits: FixedWidthInteger & BitwiseCopyable>(
      _ type: Bits.Type, _ number: (Bits) -> Float
    ) -> [Float] {
      let size = MemoryLayout<Bits>.size
      return (0..<bytes.count / size).map {
        number(Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: size * $0, as: type)))
      }
    }
    return switch self {
    case .f32: list(UInt32.self) { Float(bitPattern: $0) }
    case .f16: list(UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .bf16: list(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .f64: list(UInt64.self) { Float(Double(bitPattern: $0)) }
    }
  }

  /// Encodes floats as little-endian values, rounded to nearest.
  func encode(_ values: [Float]) -> [UInt8] {
    func bytes(_ bits: [some FixedWidthInteger & BitwiseCopyable]) -> [UInt8] {
      bits.withUnsafeBytes { [UInt8]($0) }
    }
    return switch self {
    case .f32: bytes(values.map { $0.bitPattern.littleEndian })
    case .f16: bytes(values.map { Float16($0).bitPattern.littleEndian })
    case .bf16:
      bytes(
        values.map { value in
          // Round the dropped half to nearest even; a NaN stays a NaN.
          let bits = value.bitPattern
          let rounded = value.isNaN ? bits | 0x40_0000 : bits &+ 0x7FFF &+ (bits >> 16 & 1)
          return UInt16(rounded >> 16).littleEndian
        })
    case .f64: bytes(values.map { Double($0).bitPattern.littleEndian })
    }
  }
}
