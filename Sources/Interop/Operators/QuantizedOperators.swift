import Engine

/// Operators on 8-bit integers.
///
/// Integers are computed as floats: products of 8-bit integers and their sums are exact up to 2^24.
extension ONNXImporter {
  static let quantizedOperators: [String: Translation] = [
    "QuantizeLinear": { call throws(InteropError) in [try quantize(call)] },
    "DequantizeLinear": { call throws(InteropError) in [try dequantize(call)] },
    "DynamicQuantizeLinear": { call throws(InteropError) in try dynamicQuantize(call) },
    "ConvInteger": { call throws(InteropError) in [try convolutionInteger(call)] },
    "QLinearConv": { call throws(InteropError) in [try quantizedConvolution(call)] },
    "MatMulInteger": { call throws(InteropError) in [try productInteger(call)] },
  ]

  /// A scale or zero point as it repeats along the axes of a tensor: one for all, one per position of
  /// an axis, or one per block of an axis.
  private static func aligned(
    _ operand: Operand, axis: Int, of x: Operand, _ call: OperatorCall
  ) throws(InteropError) -> Operand {
    let block = try call.integer("block_size", default: 0)
    if block > 0, operand.rank == x.rank, axis < x.rank {
      var dims = x.dims
      dims[axis] = operand.dims[axis]
      guard dims == operand.dims, block <= x.dims[axis],
        (x.dims[axis] + block - 1) / block == operand.dims[axis]
      else {
        throw InteropError("it has scales of \(operand.dims) for blocks of \(block) of \(x.dims)")
      }
      dims.insert(block, at: axis + 1)
      guard let repeated = operand.inserting([axis + 1]).expanded(dims) else { return operand }
      dims.remove(at: axis + 1)
      dims[axis] *= block
      return try call.builder.reshaped(repeated, dims).sliced(axis, from: 0, count: x.dims[axis])
    }
    guard operand.count > 1 else {
      return operand.count == operand.rank ? operand : operand.removing(Array(operand.dims.indices))
    }
    guard operand.rank == 1, axis < x.rank else {
      throw InteropError("it has scales of \(operand.dims) for \(x.dims)")
    }
    return operand.inserting(Array(1..<x.rank - axis))
  }

  private static func quantize(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (x, builder) = (try call.input(0), call.builder)
    let axis = try call.axis(call.integer("axis", default: min(1, x.rank - 1)), rank: x.rank)
    let (type, low, high) = try call.levels(of: 2)
    let zeros = call.optional(2)
    if let scale = try call.input(1).scalar, zeros == nil || zeros?.scalar != nil {
      let quantization = Quantization(scale: scale, zero: zeros?.scalar ?? 0, low: low, high: high)
      if let floats = x.floats {
        return Operand(
          ConstantTensor(
            type, dims: x.dims,
            values: GraphBuilder.values(floats.map(quantization.level), as: type)))
      }
      return try builder.levels(
        QuantizedTensor(builder.dense(x), .constant(quantization)), type: type)
    }
    let scales = try aligned(call.input(1), axis: axis, of: x, call)
    var result = try builder.mapped(.round, builder.combined(.divide, x, scales))
    if let zeros {
      var offset = try aligned(zeros, axis: axis, of: x, call)
      if let constant = offset.constant { offset = Operand(constant.cast(to: .float)) }
      offset.type = .float
      result = try builder.combined(.add, result, offset)
    }
    return try builder.mapped(.clip(low: low, high: high), result, type: type)
  }

  private static func dequantize(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (x, builder) = (try call.input(0), call.builder)
    let axis = try call.axis(call.integer("axis", default: min(1, x.rank - 1)), rank: x.rank)
    let zeros = call.optional(2)
    if let scale = try call.input(1).scalar, zeros == nil || zeros?.scalar != nil {
      if let tensor = builder.quantizedTensor(x), let zeros, tensor.hasZero(zeros),
        tensor.hasScale(scale)
      {
        return try builder.form(.values, of: tensor)
      }
      return try builder.mapped(
        .dequantize(scale: scale, zero: zeros?.scalar ?? 0), x.asFloats, type: .float)
    }
    var result = x.asFloats
    if let zeros {
      let offset = try aligned(zeros, axis: axis, of: x, call).asFloats
      result = try builder.combined(.subtract, result, offset)
    }
    return try builder.combined(
      .multiply, result, aligned(call.input(1), axis: axis, of: x, call))
  }

  /// Scale and zero point from the range of the values and 0 (ONNX, "DynamicQuantizeLinear").
  private static func dynamicQuantize(_ call: OperatorCall) throws(InteropError) -> [Operand] {
    let builder = call.builder
    let x = try builder.dense(call.input(0))
    guard case .value(let value) = x.source else { throw InteropError("its input has no values") }
    let range = try builder.apply(QuantizationRange(), [value])
    let pair = Operand(range, dims: [2], order: [0])
    let scale = pair.sliced(0, from: 0, count: 1).removing([0])
    var zero = pair.sliced(0, from: 1, count: 1).removing([0])
    zero.type = .uint8
    let levels = try builder.levels(
      QuantizedTensor(x, .computed(range, zero: zero)), type: .uint8)
    return [levels, scale, zero]
  }

  private static func convolutionInteger(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.centered(call.input(0), zero: call.optional(2), axis: 1)
    let weights = try call.centered(call.input(1), zero: call.optional(3), axis: 0)
    guard let values = weights.constant else { throw InteropError("its weights are computed") }
    // Padding is the zero point, which is 0 here.
    var result = try call.convolution(x, weights: values, bias: nil, isExact: true)
    result.type = .int32
    return result
  }

  private static func productInteger(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (a, b) = (try call.input(0), try call.input(1))
    let first = try call.centered(a, zero: call.optional(2), axis: max(0, a.rank - 2))
    let second = try call.centered(b, zero: call.optional(3), axis: max(0, b.rank - 1))
    var result = try call.builder.product(first, second, isExact: true)
    result.type = .int32
    return result
  }

  private static func quantizedConvolution(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.centered(call.input(0), zero: call.optional(2), axis: 1)
    let weights = try call.centered(call.input(3), zero: call.optional(5), axis: 0)
    guard let values = weights.constant, let xScale = try call.input(1).scalar,
      let weightScales = try call.floats(4, "weight scales"), let yScale = try call.input(6).scalar,
      let zero = try call.input(7).scalar
    else { throw InteropError("its weights, scales and zero points must be constant") }
    let outputs = values.dims[0]
    guard weightScales.count == 1 || weightScales.count == outputs else {
      throw InteropError("it has \(weightScales.count) scales for \(outputs) channels")
    }
    let (type, low, high) = try call.levels(of: 7)
    let bias = try call.floats(8, "bias")
    let sums = try call.convolution(x, weights: values, bias: bias, isExact: true)
    // One factor per channel, rounded once, as onnxruntime has it.
    let factors = weightScales.map { xScale * $0 / yScale }
    return try call.builder.levels(
      QuantizedTensor(
        sums, factors: factors.count == 1 ? Array(repeating: factors[0], count: outputs) : factors,
        .constant(Quantization(scale: yScale, zero: zero, low: low, high: high))), type: type)
  }
}

extension OperatorCall {
  /// The integer type that a zero point has; unsigned bytes without one.
  fileprivate func quantizedType(_ index: Int) throws(InteropError) -> TensorType {
    if let zero = optional(index) { return zero.type }
    if let code = try integer("output_dtype"), code != 0 {
      guard let type = TensorType(rawValue: Int64(code)) else {
        throw InteropError("its output_dtype is \(code)")
      }
      return type
    }
    return .uint8
  }

  /// The integer type that a zero point has, and its range as floats.
  fileprivate func levels(
    of index: Int
  ) throws(InteropError) -> (type: TensorType, low: Float, high: Float) {
    let type = try quantizedType(index)
    guard let limits = type.limits, limits.upperBound <= UInt16.max else {
      throw InteropError("it quantizes to \(type), not to integers of 8 or 16 bits")
    }
    return (type, Float(limits.lowerBound), Float(limits.upperBound))
  }

  /// x - zero as floats; the zero point may belong to positions along an axis.
  fileprivate func centered(
    _ x: Operand, zero: Operand?, axis: Int
  ) throws(InteropError) -> Operand {
    let floats = x.asFloats
    guard let zero, zero.scalar != 0 else { return floats }
    if let tensor = builder.quantizedTensor(x), tensor.hasZero(zero) {
      return try builder.form(.offsets, of: tensor)
    }
    var offset = zero.asFloats
    if zero.count > 1 {
      guard zero.rank == 1, zero.count == x.dims[axis] else {
        throw InteropError("it has \(zero.count) zero points for \(x.dims)")
      }
      offset = offset.inserting(Array(1..<x.rank - axis))
    } else {
      offset = offset.removing(Array(offset.dims.indices))
    }
    // A computed zero point is a tensor of its own; the subtraction must not be folded with rounding.
    return try builder.combined(.subtract, floats, offset)
  }
}

extension Operand {
  /// The same values as floating-point numbers.
  fileprivate var asFloats: Operand {
    if let constant { return Operand(constant.cast(to: .float)) }
    var result = self
    result.type = .float
    return result
  }
}
