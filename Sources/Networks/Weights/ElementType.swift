/// The numbers of a stored tensor, by safetensors' names.
public enum ElementType: String, Codable, Hashable, Sendable {
  /// 32-bit floating point.
  case f32 = "F32"
  /// 16-bit floating point of IEEE 754.
  case f16 = "F16"
  /// The upper half of a 32-bit floating point number.
  case bf16 = "BF16"
  /// 64-bit floating point.
  case f64 = "F64"

  /// Bytes that one number takes.
  public var byteCount: Int {
    switch self {
    case .f16, .bf16: 2
    case .f32: 4
    case .f64: 8
    }
  }

  /// Reads little-endian numbers; the count of bytes is a multiple of `byteCount`.
  func decode(_ bytes: ArraySlice<UInt8>) -> [Float] {
    bytes.withUnsafeBytes { raw in
      let count = raw.count / byteCount
      return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        for index in 0..<count {
          buffer[index] =
            switch self {
            case .f32:
              Float(
                bitPattern: UInt32(
                  littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
            case .f16:
              Float(
                Float16(
                  bitPattern: UInt16(
                    littleEndian: raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))))
            case .bf16:
              Float(
                bitPattern: UInt32(
                  UInt16(
                    littleEndian: raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
                  << 16)
            case .f64:
              Float(
                Double(
                  bitPattern: UInt64(
                    littleEndian: raw.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))))
            }
        }
        initialized = count
      }
    }
  }

  /// Appends numbers, rounded to the nearest, in little-endian order.
  func encode(_ values: [Float], into bytes: inout [UInt8]) {
    func append(_ bits: some FixedWidthInteger) {
      withUnsafeBytes(of: bits.littleEndian) { bytes.append(contentsOf: $0) }
    }
    for value in values {
      switch self {
      case .f32: append(value.bitPattern)
      case .f16: append(Float16(value).bitPattern)
      case .bf16:
        // Round to nearest even on the dropped half; a NaN stays one.
        let bits = value.bitPattern
        let rounded = value.isNaN ? bits | 0x40_0000 : bits &+ 0x7FFF &+ (bits >> 16 & 1)
        append(UInt16(rounded >> 16))
      case .f64: append(Double(value).bitPattern)
      }
    }
  }
}
