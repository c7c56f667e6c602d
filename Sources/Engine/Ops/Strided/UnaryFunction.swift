import Foundation

/// An elementwise function of one number, in the terms of ONNX.
package enum UnaryFunction: Hashable, Sendable {
  case clip(low: Float, high: Float)
  /// clamp(alpha * x + beta, 0, 1)
  case hardSigmoid(alpha: Float, beta: Float)
  case absolute, negative, reciprocal, squareRoot, sign
  case floor, ceiling
  /// To the nearest integer, ties to even.
  case round
  case exponential, logarithm, errorFunction
  case sine, cosine, tangent, sinh, cosh, arcsine, arccosine, arctangent
  /// log(1 + e^x)
  case softplus
  /// x / (1 + |x|)
  case softsign
  /// x * tanh(softplus(x))
  case mish
  /// gamma * (x for x > 0, else alpha * (e^x - 1))
  case selu(alpha: Float, gamma: Float)
  /// max(x, 0) + min(alpha * (e^(x / alpha) - 1), 0)
  case celu(alpha: Float)
  /// x for x > alpha, else 0
  case thresholdedReLU(alpha: Float)
  /// x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)))
  case geluTanh
  /// 1 for 0, else 0.
  case not
  case isNaN
  /// Toward zero.
  case truncate
  /// Toward zero, and into the range of an integer type by its number of values.
  case wrap(low: Float, count: Float)
  /// 0 for 0, else 1.
  case boolean
  /// Rounded to the nearest half-precision number.
  case half
  /// (x - zero) * scale
  case dequantize(scale: Float, zero: Float)

  @inline(__always)
  private static func loop(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int,
    _ function: (Float) -> Float
  ) {
    for index in 0..<count { y[index] = function(x[index]) }
  }

  /// y[i] = f(x[i]); y may be x.
  package func apply(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    switch self {
    case .clip(let low, let high): Self.loop(x, y, count) { clamped($0, low, high) }
    case .hardSigmoid(let alpha, let beta):
      Self.loop(x, y, count) { clamped(alpha * $0 + beta, 0, 1) }
    case .round: Self.loop(x, y, count, rounded)
    case .dequantize(let scale, let zero): Self.loop(x, y, count) { ($0 - zero) * scale }
    default: Self.loop(x, y, count) { value($0) }
    }
  }

  /// The function of one number.
  package func value(_ x: Float) -> Float {
    switch self {
    case .clip(let low, let high): clamped(x, low, high)
    case .hardSigmoid(let alpha, let beta): clamped(alpha * x + beta, 0, 1)
    case .absolute: abs(x)
    case .negative: -x
    case .reciprocal: 1 / x
    case .squareRoot: x.squareRoot()
    case .sign: x > 0 ? 1 : x < 0 ? -1 : x
    case .floor: x.rounded(.down)
    case .ceiling: x.rounded(.up)
    case .round: x.rounded(.toNearestOrEven)
    case .exponential: exp(x)
    case .logarithm: log(x)
    case .errorFunction: erf(x)
    case .sine: sin(x)
    case .cosine: cos(x)
    case .tangent: tan(x)
    case .sinh: Foundation.sinh(x)
    case .cosh: Foundation.cosh(x)
    case .arcsine: asin(x)
    case .arccosine: acos(x)
    case .arctangent: atan(x)
    case .softplus: logOnePlusExp(x)
    case .softsign: x / (1 + abs(x))
    case .mish: x * tanh(logOnePlusExp(x))
    case .selu(let alpha, let gamma): gamma * (x > 0 ? x : alpha * (exp(x) - 1))
    case .celu(let alpha): max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)
    case .thresholdedReLU(let alpha): x > alpha ? x : 0
    case .geluTanh: x / 2 * (1 + tanh(0.797_884_56 * (x + 0.044715 * x * x * x)))
    case .not: x == 0 ? 1 : 0
    case .isNaN: x.isNaN ? 1 : 0
    case .truncate: x.rounded(.towardZero)
    case .wrap(let low, let count):
      (x.rounded(.towardZero) - low)
        - ((x.rounded(.towardZero) - low) / count).rounded(.down) * count + low
    case .boolean: x == 0 ? 0 : 1
    case .half: Float(Float16(x))
    case .dequantize(let scale, let zero): (x - zero) * scale
    }
  }
}

/// A number limited to a range; NaN stays NaN.
@inline(__always)
private func clamped(_ x: Float, _ low: Float, _ high: Float) -> Float {
  x < low ? (low > high ? high : low) : x > high ? high : x
}

/// To the nearest integer, ties to even, without a call per number: floats from 2^23 on are integers.
@inline(__always)
private func rounded(_ x: Float) -> Float {
  let size = abs(x)
  return size < 8_388_608 ? Float(signOf: x, magnitudeOf: (size + 8_388_608) - 8_388_608) : x
}

private func logOnePlusExp(_ x: Float) -> Float { max(x, 0) + log1p(exp(-abs(x))) }
