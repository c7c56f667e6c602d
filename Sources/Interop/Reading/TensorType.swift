/// The element types of ONNX tensors; raw values are those of `TensorProto.DataType`.
package enum TensorType: Int64, Hashable, Sendable, CaseIterable {
  case float = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case float16 = 10
  case double = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16

  /// Bytes per element in files.
  var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float, .int32, .uint32: 4
    case .int64, .uint64, .double: 8
    }
  }

  /// Whether values are floating-point numbers; they are computed as `Float`.
  package var isFloat: Bool {
    switch self {
    case .float, .float16, .double, .bfloat16: true
    default: false
    }
  }

  /// The smallest and the largest integer of the type; nil for floating-point types.
  var limits: ClosedRange<Int64>? {
    switch self {
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65535
    case .int16: -32768...32767
    case .int32: Int64(Int32.min)...Int64(Int32.max)
    case .uint32: 0...Int64(UInt32.max)
    case .int64: Int64.min...Int64.max
    case .uint64: 0...Int64.max
    case .bool: 0...1
    case .float, .float16, .double, .bfloat16: nil
    }
  }

  /// The integer of this type that is nearest to a number toward zero; 0 for NaN and other types.
  func integer(_ value: Float) -> Int64 {
    guard let limits, !value.isNaN else { return 0 }
    if value >= Float(limits.upperBound) { return limits.upperBound }
    if value <= Float(limits.lowerBound) { return limits.lowerBound }
    return Int64(value)
  }

  /// An integer as a value of this type, with overflow in two's complement.
  func wrapped(_ value: Int64) -> Int64 {
    switch self {
    case .uint8: Int64(UInt8(truncatingIfNeeded: value))
    case .int8: Int64(Int8(truncatingIfNeeded: value))
    case .uint16: Int64(UInt16(truncatingIfNeeded: value))
    case .int16: Int64(Int16(truncatingIfNeeded: value))
    case .int32: Int64(Int32(truncatingIfNeeded: value))
    case .uint32: Int64(UInt32(truncatingIfNeeded: value))
    case .bool: value == 0 ? 0 : 1
    default: value
    }
  }
}

/// The values of a constant tensor in row-major order.
///
/// All floating-point types are kept as `Float`, all others as 64-bit integers.
package enum TensorValues: Hashable, Sendable {
  case floats([Float])
  case integers([Int64])

  package var count: Int {
    switch self {
    case .floats(let values): values.count
    case .integers(let values): values.count
    }
  }

  /// The values as floats.
  package var floats: [Float] {
    switch self {
    case .floats(let values): values
    case .integers(let values): values.map { Float($0) }
    }
  }
}

/// A constant tensor of a file.
package struct ConstantTensor: Hashable, Sendable {
  package let type: TensorType
  /// The extents, outermost first; empty for a scalar, 0 for an empty tensor.
  package let dims: [Int]
  /// As many values as the product of `dims`, in row-major order.
  package let values: TensorValues

  package init(_ type: TensorType, dims: [Int], values: TensorValues) {
    precondition(dims.reduce(1, *) == values.count, "\(values.count) values do not have \(dims)")
    (self.type, self.dims, self.values) = (type, dims, values)
  }
}
