import Engine

/// Elementwise operators of several tensors.
extension ONNXImporter {
  static let binaryOperators: [String: Translation] = [
    "Add": { call throws(InteropError) in [try add(call)] },
    "Sub": { call throws(InteropError) in [try combined(call, .subtract)] },
    "Mul": { call throws(InteropError) in [try multiply(call)] },
    "Div": { call throws(InteropError) in [try divide(call)] },
    "Pow": { call throws(InteropError) in [try combined(call, .power)] },
    "Mod": { call throws(InteropError) in
      [try combined(call, call.integer("fmod", default: 0) == 1 ? .remainder : .modulo)]
    },
    "PRelu": { call throws(InteropError) in [try combined(call, .leakyReLU)] },
    "Min": { call throws(InteropError) in [try folded(call, .minimum)] },
    "Max": { call throws(InteropError) in [try folded(call, .maximum)] },
    "Sum": { call throws(InteropError) in [try folded(call, .add)] },
    "Mean": { call throws(InteropError) in
      let count = Float(try call.all().count)
      let divisor = Operand(ConstantTensor(.float, dims: [], values: .floats([count])))
      return [try call.builder.combined(.divide, folded(call, .add), divisor)]
    },
    "Equal": { call throws(InteropError) in [try combined(call, .equal)] },
    "Less": { call throws(InteropError) in [try combined(call, .less)] },
    "LessOrEqual": { call throws(InteropError) in [try combined(call, .lessOrEqual)] },
    "Greater": { call throws(InteropError) in [try combined(call, .greater)] },
    "GreaterOrEqual": { call throws(InteropError) in [try combined(call, .greaterOrEqual)] },
    "And": { call throws(InteropError) in [try combined(call, .and)] },
    "Or": { call throws(InteropError) in [try combined(call, .or)] },
    "Xor": { call throws(InteropError) in [try combined(call, .xor)] },
  ]

  private static func combined(
    _ call: OperatorCall, _ function: BinaryFunction
  ) throws(InteropError) -> Operand {
    try call.builder.combined(function, call.input(0), call.input(1))
  }

  private static func folded(
    _ call: OperatorCall, _ function: BinaryFunction
  ) throws(InteropError) -> Operand {
    let all = try call.all()
    var result = all[0]
    for operand in all.dropFirst() {
      result = try call.builder.combined(function, result, operand)
    }
    return result
  }

  private static func add(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (a, b) = (try call.input(0), try call.input(1))
    let result = try call.builder.combined(.add, a, b)
    for (x, other) in [(a, b), (b, a)] where other.isConstant && other.scalar == 3 {
      if let key = result.identity, !x.isConstant { call.builder.origins[key] = .plusThree(x) }
    }
    return result
  }

  /// A product; x * sigmoid(x) and the spellings of hard swish become one activation.
  private static func multiply(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (a, b, builder) = (try call.input(0), try call.input(1), call.builder)
    for (x, other) in [(a, b), (b, a)] {
      guard let key = other.identity, let own = x.identity else { continue }
      switch builder.origins[key] {
      case .sigmoid(let inner) where inner.identity == own:
        return try builder.activated(.silu, x)
      case .hardSigmoid(let inner) where inner.identity == own:
        return try builder.activated(.hardSwish, x)
      case .clippedPlusThree(let inner) where inner.identity == own:
        let result = try builder.combined(.multiply, a, b)
        if let made = result.identity { builder.origins[made] = .sixHardSwish(x) }
        return result
      default: break
      }
    }
    for (x, other) in [(a, b), (b, a)] {
      if other.isConstant, let factor = other.scalar, abs(factor - 1 / 6) < 1e-6,
        let result = try sixth(of: x, builder)
      {
        return result
      }
    }
    return try builder.combined(.multiply, a, b)
  }

  private static func divide(_ call: OperatorCall) throws(InteropError) -> Operand {
    let (a, b) = (try call.input(0), try call.input(1))
    if b.isConstant, b.scalar == 6, let result = try sixth(of: a, call.builder) { return result }
    return try call.builder.combined(a.type.isFloat ? .divide : .divideIntegers, a, b)
  }

  /// The end of a spelling of hard swish or hard sigmoid; nil for another value.
  private static func sixth(
    of x: Operand, _ builder: GraphBuilder
  ) throws(InteropError) -> Operand? {
    guard let key = x.identity else { return nil }
    switch builder.origins[key] {
    case .sixHardSwish(let inner): return try builder.activated(.hardSwish, inner)
    case .clippedPlusThree(let inner):
      let result = try builder.mapped(.hardSigmoid(alpha: 1 / 6, beta: 0.5), inner)
      if let made = result.identity { builder.origins[made] = .hardSigmoid(inner) }
      return result
    default: return nil
    }
  }
}
