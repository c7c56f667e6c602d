/// Converts decimal digits to the nearest double, with fast paths that are provably exact.
package enum JSONNumber {
  /// Powers of ten that a double represents exactly.
  private static let tens: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
    1e18, 1e19, 1e20, 1e21, 1e22,
  ]
  /// Powers of five that fit in 63 bits.
  private static let fives: [UInt64] = [
    1, 5, 25, 125, 625, 3125, 15625, 78125, 390_625, 1_953_125, 9_765_625, 48_828_125, 244_140_625,
    1_220_703_125, 6_103_515_625, 30_517_578_125, 152_587_890_625, 762_939_453_125,
    3_814_697_265_625, 19_073_486_328_125, 95_367_431_640_625, 476_837_158_203_125,
    2_384_185_791_015_625, 11_920_928_955_078_125, 59_604_644_775_390_625,
    298_023_223_876_953_125, 1_490_116_119_384_765_625, 7_450_580_596_923_828_125,
  ]

  /// The double nearest to `mantissa * 10^exponent`, ties to even, or nil if the fast paths do not
  /// apply.
  @inline(__always)
  package static func value(mantissa: UInt64, exponent: Int) -> Double? {
    if mantissa <= 1 << 53 {
      // Both operands are exact, so the result is rounded once (Clinger's fast path).
      if exponent < 0, exponent >= -22 { return Double(mantissa) / tens[-exponent] }
      if exponent >= 0, exponent <= 22 { return Double(mantissa) * tens[exponent] }
    }
    if mantissa == 0 { return 0 }
    if exponent == 0 { return Double(mantissa) }
    if exponent < 0, exponent > -fives.count { return quotient(mantissa, places: -exponent) }
    return nil
  }

  /// `mantissa / 10^places` for a positive mantissa, by one 128-by-64-bit division.
  ///
  /// Dividend and divisor are shifted to the left as far as possible, so the quotient has at least
  /// 63 bits. A nonzero remainder sets its lowest (sticky) bit, so rounding to 53 bits is exact.
  private static func quotient(_ mantissa: UInt64, places: Int) -> Double {
    let divisor = fives[places]
    let divisorShift = divisor.leadingZeroBitCount
    let shift = mantissa.leadingZeroBitCount
    let shifted = mantissa << UInt64(shift)
    let (quotient, remainder) = (divisor << UInt64(divisorShift)).dividingFullWidth(
      (shifted >> 1, shifted << 63))
    let sticky = quotient | (remainder == 0 ? 0 : 1)
    let exponent = divisorShift - shift - places - 63
    return Double(sticky) * Double(bitPattern: UInt64(1023 + exponent) << 52)
  }
}
