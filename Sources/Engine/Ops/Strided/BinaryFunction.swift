import Foundation

/// An elementwise function of two numbers, in the terms of ONNX.
package enum BinaryFunction: Hashable, Sendable {
  case add, subtract, multiply, divide
  /// Division of integers, truncated toward zero.
  case divideIntegers
  case power
  case minimum, maximum
  /// The remainder with the sign of the divisor (Python's) and of the dividend (C's `fmod`).
  case modulo, remainder
  /// x for x >= 0, else slope * x, where the slope is the second number.
  case leakyReLU
  /// 1 or 0.
  case equal, less, lessOrEqual, greater, greaterOrEqual, and, or, xor

  @inline(__always)
  private static func loop(
    _ a: UnsafePointer<Float>, _ aStep: Int, _ b: UnsafePointer<Float>, _ bStep: Int,
    _ y: UnsafeMutablePointer<Float>, _ count: Int, _ function: (Float, Float) -> Float
  ) {
    if aStep == 1, bStep == 1 {
      for index in 0..<count { y[index] = function(a[index], b[index]) }
    } else if aStep == 1, bStep == 0 {
      let second = b[0]
      for index in 0..<count { y[index] = function(a[index], second) }
    } else {
      for index in 0..<count { y[index] = function(a[index * aStep], b[index * bStep]) }
    }
  }

  /// y[i] = f(a[i * aStep], b[i * bStep]).
  package func apply(
    _ a: UnsafePointer<Float>, _ aStep: Int, _ b: UnsafePointer<Float>, _ bStep: Int,
    _ y: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    switch self {
    case .add: Self.loop(a, aStep, b, bStep, y, count) { $0 + $1 }
    case .subtract: Self.loop(a, aStep, b, bStep, y, count) { $0 - $1 }
    case .multiply: Self.loop(a, aStep, b, bStep, y, count) { $0 * $1 }
    case .divide: Self.loop(a, aStep, b, bStep, y, count) { $0 / $1 }
    case .leakyReLU: Self.loop(a, aStep, b, bStep, y, count) { $0 >= 0 ? $0 : $0 * $1 }
    case .minimum: Self.loop(a, aStep, b, bStep, y, count, smaller)
    case .maximum: Self.loop(a, aStep, b, bStep, y, count, larger)
    default: Self.loop(a, aStep, b, bStep, y, count) { value($0, $1) }
    }
  }

  /// The function of two numbers.
  package func value(_ a: Float, _ b: Float) -> Float {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .divideIntegers: (a / b).rounded(.towardZero)
    case .power: pow(a, b)
    case .minimum: smaller(a, b)
    case .maximum: larger(a, b)
    case .modulo: a - b * (a / b).rounded(.down)
    case .remainder: fmod(a, b)
    case .leakyReLU: a >= 0 ? a : a * b
    case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .xor:
      holds(a, b) ? 1 : 0
    }
  }

  /// The function of two integers; overflow wraps around, and division by 0 gives 0.
  package func value(_ a: Int64, _ b: Int64) -> Int64 {
    switch self {
    case .add: a &+ b
    case .subtract: a &- b
    case .multiply: a &* b
    case .divide, .divideIntegers: b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
    case .power: Int64(exactly: pow(Double(a), Double(b)).rounded(.towardZero)) ?? 0
    case .minimum: min(a, b)
    case .maximum: max(a, b)
    case .modulo: floored(a, b)
    case .remainder: b == 0 ? 0 : a.remainderReportingOverflow(dividingBy: b).partialValue
    case .leakyReLU: a >= 0 ? a : a &* b
    case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .xor:
      holds(a, b) ? 1 : 0
    }
  }

  /// Whether a predicate holds for two numbers; every number but 0 is true.
  @inline(__always)
  private func holds<Number: Comparable & ExpressibleByIntegerLiteral>(_ a: Number, _ b: Number)
    -> Bool
  {
    switch self {
    case .equal: a == b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .greater: a > b
    case .greaterOrEqual: a >= b
    case .and: a != 0 && b != 0
    case .or: a != 0 || b != 0
    case .xor: (a != 0) != (b != 0)
    default: preconditionFailure("\(self) is no predicate")
    }
  }

  /// Whether the result is a truth value.
  package var isPredicate: Bool {
    switch self {
    case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or, .xor: true
    default: false
    }
  }

  private func floored(_ a: Int64, _ b: Int64) -> Int64 {
    guard b != 0 else { return 0 }
    let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
  }
}

/// The smaller number; NaN if one is NaN, as in ONNX.
@inline(__always)
private func smaller(_ a: Float, _ b: Float) -> Float { a < b || a.isNaN ? a : b }

/// The larger number; NaN if one is NaN, as in ONNX.
@inline(__always)
private func larger(_ a: Float, _ b: Float) -> Float { a > b || a.isNaN ? a : b }
