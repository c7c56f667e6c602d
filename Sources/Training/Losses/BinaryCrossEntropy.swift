import Foundation

/// Binary cross-entropy between the sigmoid of a logit and a target in 0...1, without overflow.
///
/// `softplus(x) - target x`, with `softplus(x) = max(x, 0) + log(1 + exp(-|x|))`; its slope is
/// `sigmoid(x) - target`. Almost all of a detector's logits have the target 0, so that sum is
/// vectorized, and the few logits with another target are corrected afterwards.
enum BinaryCrossEntropy {
  /// The sum over logits whose targets are all 0; writes the slopes, times `scale`, to `gradient`.
  static func zeroTargets(
    logits: UnsafePointer<Float>, count: Int, scale: Float, gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    let source = UnsafeRawPointer(logits)
    let target = UnsafeMutableRawPointer(gradient)
    var linear = SIMD4<Double>.zero
    // The sum of the logarithms as the logarithm of a product: each factor is at most 2, so that
    // a thousand of them stay below the largest Double.
    var product = SIMD4<Double>(repeating: 1)
    var sum = 0.0
    var index = 0
    while index + 4 <= count {
      let x = source.loadUnaligned(fromByteOffset: index * 4, as: SIMD4<Float>.self)
      let decay = expOfNegativeMagnitude(x)
      let quotient = 1 / (1 + decay)
      let sigmoid = quotient.replacing(with: decay * quotient, where: x .< 0)
      target.storeBytes(of: sigmoid * scale, toByteOffset: index * 4, as: SIMD4<Float>.self)
      linear += SIMD4<Double>(x.replacing(with: 0, where: x .< 0))
      product *= 1 + SIMD4<Double>(decay)
      index += 4
      if index & 0x3FF == 0 {
        sum += log(product.x * product.y) + log(product.z * product.w)
        product = SIMD4<Double>(repeating: 1)
      }
    }
    var rest = product.x * product.y * product.z * product.w
    while index < count {
      let x = logits[index]
      let decay = expOfNegativeMagnitude(SIMD4<Float>(repeating: x)).x
      let quotient = 1 / (1 + decay)
      gradient[index] = (x < 0 ? decay * quotient : quotient) * scale
      linear.x += Double(x < 0 ? 0 : x)
      rest *= 1 + Double(decay)
      index += 1
    }
    return sum + linear.sum() + log(rest)
  }

  /// The correction of a sum over zero targets for one logit with another target, and that logit's
  /// slope.
  static func correction(logit: Float, target: Double) -> (value: Double, slope: Double) {
    (-target * Double(logit), sigmoid(logit) - target)
  }

  /// The probability of a logit.
  static func sigmoid(_ logit: Float) -> Double {
    1 / (1 + exp(-Double(logit)))
  }

  /// The cross-entropy with target 0: log(1 + exp(x)).
  static func softplus(_ logit: Float) -> Double {
    let x = Double(logit)
    return max(x, 0) + log1p(exp(-abs(x)))
  }

  /// exp(-|x|) to two units in the last place, at least exp(-87); NaN stays NaN.
  ///
  /// Cephes `expf`: 2^n times a polynomial on +-log(2)/2.
  @inline(__always)
  private static func expOfNegativeMagnitude(_ x: SIMD4<Float>) -> SIMD4<Float> {
    var y = x.replacing(with: -x, where: x .> 0)
    y = y.replacing(with: -87, where: y .< -87)
    // Adding 1.5 * 2^23 rounds to a whole number and leaves it in the lowest bits.
    let shifted = y * 1.442_695_04 + 12_582_912
    let n = shifted - 12_582_912
    let r = y - n * 0.693_359_375 + n * 2.121_944_4e-4
    var p = SIMD4<Float>(repeating: 1.987_569_15e-4)
    p = p * r + 1.398_199_95e-3
    p = p * r + 8.333_451_9e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 5.000_000_1e-1
    p = p * r * r + r + 1
    let power = (unsafeBitCast(shifted, to: SIMD4<UInt32>.self) &<< 23) &+ 0x3F80_0000
    return p * unsafeBitCast(power, to: SIMD4<Float>.self)
  }
}
