import Engine

/// Operators that normalize axes.
extension ONNXImporter {
  static let normalizationOperators: [String: Translation] = [
    "InstanceNormalization": { call throws(InteropError) in [try instanceNormalization(call)] },
    "LayerNormalization": { call throws(InteropError) in try layerNormalization(call) },
    "GroupNormalization": { call throws(InteropError) in [try groupNormalization(call)] },
    "MeanVarianceNormalization": { call throws(InteropError) in
      [try meanVarianceNormalization(call)]
    },
    "LRN": { call throws(InteropError) in [try localResponseNormalization(call)] },
  ]

  private static func instanceNormalization(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (x, builder) = (try call.input(0), call.builder)
    guard x.rank >= 3, let scale = try call.floats(1, "scale"),
      let bias = try call.floats(2, "bias"),
      scale.count == x.dims[1], bias.count == x.dims[1]
    else { throw InteropError("it needs a scale and a bias per channel of \(x.dims)") }
    let normalized = try builder.normalized(
      x, axes: Array(2..<x.rank), epsilon: call.float("epsilon", default: 1e-5)
    ).values
    let dims = [x.dims[1]] + [Int](repeating: 1, count: x.rank - 2)
    func perChannel(_ values: [Float]) -> Operand {
      Operand(ConstantTensor(.float, dims: dims, values: .floats(values)))
    }
    let scaled = try builder.combined(.multiply, normalized, perChannel(scale))
    return try builder.combined(.add, scaled, perChannel(bias))
  }

  /// The normalized tensor, the mean and 1 / the standard deviation.
  private static func layerNormalization(_ call: OperatorCall) throws(InteropError) -> [Operand] {
    let (x, builder) = (try call.input(0), call.builder)
    let axis = try call.axis(call.integer("axis", default: -1), rank: x.rank)
    let (values, mean, deviation) = try builder.normalized(
      x, axes: Array(axis..<x.rank), epsilon: call.float("epsilon", default: 1e-5))
    var result = try builder.combined(.multiply, values, call.input(1))
    if let bias = call.optional(2) { result = try builder.combined(.add, result, bias) }
    guard call.node.outputs.count > 1 else { return [result] }
    return [result, mean, try builder.mapped(.reciprocal, deviation)]
  }

  private static func groupNormalization(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (x, builder) = (try call.input(0), call.builder)
    let groups = try call.integer("num_groups", default: 0)
    guard x.rank >= 2, x.count > 0, groups > 0, x.dims[1] % groups == 0 else {
      throw InteropError("it has \(groups) groups for an input of \(x.dims)")
    }
    let channels = x.dims[1]
    let grouped = [x.dims[0], groups, channels / groups, x.count / x.dims[0] / channels]
    var result = try builder.normalized(
      builder.reshaped(x, grouped), axes: [2, 3], epsilon: call.float("epsilon", default: 1e-5)
    ).values
    // Before operator set 21, scale and bias are those of groups.
    let dims = call.version >= 21 ? [groups, channels / groups, 1] : [groups, 1, 1]
    for (index, function) in [(1, BinaryFunction.multiply), (2, .add)] {
      let numbers = try call.input(index)
      guard numbers.dims == [call.version >= 21 ? channels : groups] else {
        throw InteropError("its scale or bias is \(numbers.dims) for an input of \(x.dims)")
      }
      result = try builder.combined(function, result, builder.reshaped(numbers, dims))
    }
    return try builder.reshaped(result, x.dims)
  }

  private static func meanVarianceNormalization(
    _ call: OperatorCall
  ) throws(InteropError) -> Operand {
    let x = try call.input(0)
    let axes = try call.axes(call.integers("axes") ?? [0, 2, 3], rank: x.rank)
    // The specification adds 1e-9 to the deviation, so that it is not 0.
    return try call.builder.normalized(x, axes: axes, epsilon: 1e-18).values
  }

  private static func localResponseNormalization(
    _ call: OperatorCall
  ) throws(InteropError) -> Operand {
    let (x, builder) = (try call.input(0), call.builder)
    let size = try call.integer("size", default: 0)
    guard x.rank >= 2, x.count > 0, (1...1 << 16).contains(size) else {
      throw InteropError("it has windows of \(size) channels for an input of \(x.dims)")
    }
    let op = LocalResponseNorm(
      size: size, alpha: try call.float("alpha", default: 1e-4),
      beta: try call.float("beta", default: 0.75), bias: try call.float("bias", default: 1))
    let image = try builder.reshaped(
      x, x.rank == 4 ? x.dims : [x.dims[0], x.dims[1], 1, x.dims[2...].reduce(1, *)])
    let value = try builder.apply(op, [builder.image(image)])
    return try builder.reshaped(builder.operand(image: value), x.dims)
  }
}

extension GraphBuilder {
  /// (x - mean) / deviation over axes, where deviation is sqrt(variance + epsilon).
  func normalized(
    _ x: Operand, axes: [Int], epsilon: Float
  ) throws(InteropError) -> (values: Operand, mean: Operand, deviation: Operand) {
    let mean = try reduced(x, .mean, axes: axes, keepsAxes: true)
    let centered = try combined(.subtract, x, mean)
    let squares = try combined(.multiply, centered, centered)
    let variance = try reduced(squares, .mean, axes: axes, keepsAxes: true)
    let offset = Operand(ConstantTensor(.float, dims: [], values: .floats([epsilon])))
    let deviation = try mapped(.squareRoot, combined(.add, variance, offset))
    return (try combined(.divide, centered, deviation), mean, deviation)
  }
}
