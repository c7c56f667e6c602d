/// Elementary functions of four floats at once, after Cephes' single-precision versions.
enum VectorMath {
  /// exp(-|x|) to two units in the last place, at least exp(-87); NaN stays NaN.
  ///
  /// Cephes `expf`: 2^n times a polynomial on +-log(2)/2.
  @inline(__always)
  static func expOfNegativeMagnitude(_ x: SIMD4<Float>) -> SIMD4<Float> {
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

  /// The natural logarithm of normal numbers above 0, to two units in the last place; NaN stays NaN.
  ///
  /// Cephes `logf`: the exponent times log(2), plus a polynomial on sqrt(1/2)...sqrt(2).
  @inline(__always)
  static func log(_ x: SIMD4<Float>) -> SIMD4<Float> {
    let bits = unsafeBitCast(x, to: SIMD4<UInt32>.self)
    // The mantissa in 0.5..<1, and the exponent that belongs to it.
    var m = unsafeBitCast((bits & 0x007F_FFFF) | 0x3F00_0000, to: SIMD4<Float>.self)
    var e = SIMD4<Float>(
      SIMD4<Int32>(truncatingIfNeeded: (bits &>> 23) & 0xFF) &- SIMD4<Int32>(repeating: 126))
    let isSmall = m .< 0.707_106_77
    e = e.replacing(with: e - 1, where: isSmall)
    m = m.replacing(with: m + m, where: isSmall)
    let r = m - 1
    let z = r * r
    var p = SIMD4<Float>(repeating: 7.037_683_6e-2)
    p = p * r - 1.151_461_03e-1
    p = p * r + 1.167_699_9e-1
    p = p * r - 1.242_014_08e-1
    p = p * r + 1.424_932_28e-1
    p = p * r - 1.666_805_77e-1
    p = p * r + 2.000_071_48e-1
    p = p * r - 2.499_999_4e-1
    p = p * r + 3.333_333_1e-1
    var y = p * r * z + e * -2.121_944_4e-4 - 0.5 * z
    y = r + y + e * 0.693_359_375
    return y.replacing(with: x, where: x .!= x)
  }
}
