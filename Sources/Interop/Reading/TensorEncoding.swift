extension TensorType {
  /// The name in safetensors files.
  var storedName: String {
    switch self {
    case .float: "F32"
    case .float16: "F16"
    case .bfloat16: "BF16"
    case .double: "F64"
    case .uint8: "U8"
    case .int8: "I8"
    case .uint16: "U16"
    case .int16: "I16"
    case .int32: "I32"
    case .uint32: "U32"
    case .int64: "I64"
    case .uint64: "U64"
    case .bool: "BOOL"
    }
  }
}

extension TensorValues {
  /// Decodes little-endian values; nil if the bytes are not as many as `count` values have.
  init?(decoding bytes: UnsafeRawBufferPointer, _ type: TensorType, count: Int) {
    guard bytes.count == count * type.byteCount else { return nil }
    func list<Bits: FixedWidthInteger & BitwiseCopyable, Number>(
      _ type: Bits.Type, _ number: (Bits) -> Number
    ) -> [Number] {
      (0..<count).map {
        number(
          Bits(
            littleEndian: bytes.loadUnaligned(
              fromByteOffset: $0 * MemoryLayout<Bits>.size, as: Bits.self)))
      }
    }
    switch type {
    case .float: self = .floats(list(UInt32.self) { Float(bitPattern: $0) })
    case .double: self = .floats(list(UInt64.self) { Float(Double(bitPattern: $0)) })
    case .float16: self = .floats(list(UInt16.self) { Float(Float16(bitPattern: $0)) })
    case .bfloat16: self = .floats(list(UInt16.self) { Float(bitPattern: UInt32($0) << 16) })
    case .uint8: self = .integers(list(UInt8.self) { Int64($0) })
    case .int8: self = .integers(list(Int8.self) { Int64($0) })
    case .uint16: self = .integers(list(UInt16.self) { Int64($0) })
    case .int16: self = .integers(list(Int16.self) { Int64($0) })
    case .int32: self = .integers(list(Int32.self) { Int64($0) })
    case .uint32: self = .integers(list(UInt32.self) { Int64($0) })
    case .int64: self = .integers(list(Int64.self) { $0 })
    case .uint64: self = .integers(list(UInt64.self) { Int64(clamping: $0) })
    case .bool: self = .integers(list(UInt8.self) { $0 == 0 ? 0 : 1 })
    }
  }

  /// The values as little-endian bytes of a type.
  func encoded(as type: TensorType) -> [UInt8] {
    func bytes(_ list: [some FixedWidthInteger & BitwiseCopyable]) -> [UInt8] {
      list.withUnsafeBytes { [UInt8]($0) }
    }
    if type.isFloat {
      return switch type {
      case .double: bytes(floats.map { Double($0).bitPattern.littleEndian })
      case .float16: bytes(floats.map { Float16($0).bitPattern.littleEndian })
      case .bfloat16: bytes(floats.map { UInt16($0.bitPattern >> 16).littleEndian })
      default: bytes(floats.map { $0.bitPattern.littleEndian })
      }
    }
    let integers: [Int64]
    switch self {
    case .integers(let values): integers = values
    case .floats: integers = floats.map { type.integer($0) }
    }
    return switch type.byteCount {
    case 1: integers.map { UInt8(truncatingIfNeeded: $0) }
    case 2: bytes(integers.map { UInt16(truncatingIfNeeded: $0).littleEndian })
    case 4: bytes(integers.map { UInt32(truncatingIfNeeded: $0).littleEndian })
    default: bytes(integers.map { $0.littleEndian })
    }
  }
}
