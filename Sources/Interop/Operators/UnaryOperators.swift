import Engine

/// Elementwise operators of one tensor.
extension ONNXImporter {
  static let unaryOperators: [String: Translation] = [
    "Relu": { call throws(InteropError) in [try activated(call, .relu)] },
    "LeakyRelu": { call throws(InteropError) in
      [try activated(call, .leakyReLU(slope: call.float("alpha", default: 0.01)))]
    },
    "Elu": { call throws(InteropError) in
      [try activated(call, .elu(alpha: call.float("alpha", default: 1)))]
    },
    "Sigmoid": { call throws(InteropError) in [try sigmoid(call)] },
    "Tanh": { call throws(InteropError) in [try activated(call, .tanh)] },
    "HardSwish": { call throws(InteropError) in [try activated(call, .hardSwish)] },
    "Swish": { call throws(InteropError) in [try activated(call, .silu)] },
    "Gelu": { call throws(InteropError) in
      try call.text("approximate", default: "none") == "tanh"
        ? [try mapped(call, .geluTanh)] : [try activated(call, .gelu)]
    },
    "Clip": { call throws(InteropError) in [try clip(call)] },
    "HardSigmoid": { call throws(InteropError) in
      [
        try mapped(
          call,
          .hardSigmoid(
            alpha: call.float("alpha", default: 0.2), beta: call.float("beta", default: 0.5)))
      ]
    },
    "Selu": { call throws(InteropError) in
      [
        try mapped(
          call,
          .selu(
            alpha: call.float("alpha", default: 1.673_263_2),
            gamma: call.float("gamma", default: 1.050_701)))
      ]
    },
    "Celu": { call throws(InteropError) in
      [try mapped(call, .celu(alpha: call.float("alpha", default: 1)))]
    },
    "ThresholdedRelu": { call throws(InteropError) in
      [try mapped(call, .thresholdedReLU(alpha: call.float("alpha", default: 1)))]
    },
    "Abs": { call throws(InteropError) in [try mapped(call, .absolute)] },
    "Neg": { call throws(InteropError) in [try mapped(call, .negative)] },
    "Reciprocal": { call throws(InteropError) in [try mapped(call, .reciprocal)] },
    "Sqrt": { call throws(InteropError) in [try mapped(call, .squareRoot)] },
    "Sign": { call throws(InteropError) in [try mapped(call, .sign)] },
    "Floor": { call throws(InteropError) in [try mapped(call, .floor)] },
    "Ceil": { call throws(InteropError) in [try mapped(call, .ceiling)] },
    "Round": { call throws(InteropError) in [try mapped(call, .round)] },
    "Exp": { call throws(InteropError) in [try mapped(call, .exponential)] },
    "Log": { call throws(InteropError) in [try mapped(call, .logarithm)] },
    "Erf": { call throws(InteropError) in [try mapped(call, .errorFunction)] },
    "Sin": { call throws(InteropError) in [try mapped(call, .sine)] },
    "Cos": { call throws(InteropError) in [try mapped(call, .cosine)] },
    "Tan": { call throws(InteropError) in [try mapped(call, .tangent)] },
    "Sinh": { call throws(InteropError) in [try mapped(call, .sinh)] },
    "Cosh": { call throws(InteropError) in [try mapped(call, .cosh)] },
    "Asin": { call throws(InteropError) in [try mapped(call, .arcsine)] },
    "Acos": { call throws(InteropError) in [try mapped(call, .arccosine)] },
    "Atan": { call throws(InteropError) in [try mapped(call, .arctangent)] },
    "Softplus": { call throws(InteropError) in [try mapped(call, .softplus)] },
    "Softsign": { call throws(InteropError) in [try mapped(call, .softsign)] },
    "Mish": { call throws(InteropError) in [try mapped(call, .mish)] },
    "Not": { call throws(InteropError) in [try mapped(call, .not, type: .bool)] },
    "IsNaN": { call throws(InteropError) in [try mapped(call, .isNaN, type: .bool)] },
  ]

  private static func mapped(
    _ call: OperatorCall, _ function: UnaryFunction, type: TensorType? = nil
  ) throws(InteropError) -> Operand {
    try call.builder.mapped(function, call.input(0), type: type)
  }

  private static func activated(
    _ call: OperatorCall, _ activation: Activation
  ) throws(InteropError) -> Operand {
    let x = try call.input(0)
    // Constants and integers are computed by the same op: there are few of them.
    return try call.builder.activated(activation, x)
  }

  private static func sigmoid(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.builder.dense(call.input(0))
    let result = try call.builder.activated(.sigmoid, x)
    if let key = result.identity { call.builder.origins[key] = .sigmoid(x) }
    return result
  }

  private static func clip(_ call: OperatorCall) throws(InteropError) -> Operand {
    let x = try call.input(0)
    // Limits beyond all numbers, and the integers of a type, clip nothing.
    let (low, high): (Float, Float)
    if call.version >= 11 {
      if call.optional(1)?.isConstant == false || call.optional(2)?.isConstant == false {
        var result = x
        if let least = call.optional(1) {
          result = try call.builder.combined(.maximum, result, least)
        }
        if let most = call.optional(2) {
          result = try call.builder.combined(.minimum, result, most)
        }
        return result
      }
      low = try call.floats(1, "min")?.first ?? -.infinity
      high = try call.floats(2, "max")?.first ?? .infinity
    } else {
      low = try call.float("min", default: -.infinity)
      high = try call.float("max", default: .infinity)
    }
    if low == 0, high == .infinity, x.type.isFloat {
      return try call.builder.activated(.relu, x)
    }
    let source = try x.isConstant ? x : call.builder.dense(x)
    let result = try call.builder.mapped(.clip(low: low, high: high), source)
    if low == 0, high == 6, let key = source.identity, let made = result.identity,
      case .plusThree(let inner) = call.builder.origins[key]
    {
      call.builder.origins[made] = .clippedPlusThree(inner)
    }
    return result
  }
}
