/// Numbers as label files hold them: decimals, without digits that only rounding left.
package enum DecimalText {
  /// A coordinate in pixels, to a billionth: what differs by less is the same in every file, so that
  /// labels come back digit for digit after a way through other formats.
  package static func pixels(_ value: Double) -> String { text(value, places: 9) }

  /// A fraction of an image's side, as YOLO's files hold them.
  package static func fraction(_ value: Double) -> String { text(value, places: 8) }

  /// A number rounded to so many decimal places at most, without zeros at the end.
  private static func text(_ value: Double, places: Int) -> String {
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = (value * Double(scale)).rounded()
    // Beyond this, not every whole number is a double.
    guard abs(scaled) < 9_007_199_254_740_992 else { return "\(value)" }
    let whole = Int(scaled)
    let (high, low) = abs(whole).quotientAndRemainder(dividingBy: scale)
    var text = (whole < 0 ? "-" : "") + String(high)
    guard low > 0 else { return text }
    var digits = String(low)
    digits = String(repeating: "0", count: places - digits.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    text += "." + digits
    return text
  }
}
