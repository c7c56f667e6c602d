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
      let decay = VectorMath.expOfNegativeMagnitude(x)
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
      let decay = VectorMath.expOfNegativeMagnitude(SIMD4<Float>(repeating: x)).x
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
}
