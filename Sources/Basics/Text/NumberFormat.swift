/// Formats and parses numbers independently of the locale.
package enum NumberFormat {
  /// The finite number that a text is in decimal notation, such as "-0.5" or "1e-3"; nil for
  /// hexadecimal numbers, "nan", "inf" and everything else.
  package static func number(_ text: Substring) -> Double? {
    let isDecimal = text.utf8.allSatisfy { byte in
      switch Unicode.Scalar(byte) {
      case "0"..."9", ".", "+", "-", "e", "E": true
      default: false
      }
    }
    guard isDecimal, let number = Double(text), number.isFinite else { return nil }
    return number
  }

  /// A duration: "0.35 s", "4.2 s", "48 s", "3 min 20 s", "2 h 05 min", "3 d 4 h".
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "unknown" }
    if seconds < 0.9995 { return "\(fixed(seconds, seconds < 0.0995 ? 3 : 2)) s" }
    if seconds < 9.95 { return "\(fixed(seconds, 1)) s" }
    guard seconds < 1e12 else { return "ages" }
    let whole = Int(seconds.rounded())
    let (days, hours, minutes) = (whole / 86400, whole / 3600 % 24, whole / 60 % 60)
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(minutes) min \(padded(whole % 60)) s" }
    if days == 0 { return "\(hours) h \(padded(minutes)) min" }
    return "\(days) d \(hours) h"
  }

  /// A size in memory: "512 bytes", "1.5 KiB", "23.4 GiB".
  package static func bytes(_ count: Int) -> String {
    guard count >= 1024 else { return Sentence.count(count, "byte") }
    var value = Double(count) / 1024
    var units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][...]
    while value >= 1023.95, units.count > 1 {
      value /= 1024
      units.removeFirst()
    }
    return "\(fixed(value, 1)) \(units.first ?? "")"
  }

  /// About three significant digits: "0.00123", "0.5", "12.4", "128", "1234567".
  package static func decimal(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "unknown" }
    let size = abs(value)
    if size >= 99.95 { return fixed(value, 0) }
    if size >= 0.995 { return fixed(value, size < 9.995 ? 2 : 1) }
    return size >= 0.00995 ? fixed(value, 3) : fixed(value, 5)
  }

  /// A number with exactly `digits` decimal places, with halves rounded away from zero.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    precondition((0...9).contains(digits), "the number of decimal places must be 0 to 9")
    guard value.isFinite, abs(value) < 1e9 else { return "\(value)" }
    let scale = power(digits)
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(scaled) }
    let fraction = String(scaled % scale)
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
  }

  /// A pixel coordinate in a label file, with at most 9 decimal places.
  ///
  /// No format stores smaller differences, so a conversion to another format and back reproduces
  /// every digit.
  package static func pixels(_ value: Double) -> String { trimmed(value, places: 9) }

  /// A coordinate as a fraction of the image size in a YOLO file, with at most 8 decimal places.
  package static func fraction(_ value: Double) -> String { trimmed(value, places: 8) }

  /// A number rounded to at most `places` decimal places, without trailing zeros.
  private static func trimmed(_ value: Double, places: Int) -> String {
    let scale = power(places)
    let scaled = (value * Double(scale)).rounded()
    // Above 2⁵³ a double cannot represent every integer.
    guard abs(scaled) < 9_007_199_254_740_992 else { return "\(value)" }
    let whole = Int(scaled)
    let (high, low) = abs(whole).quotientAndRemainder(dividingBy: scale)
    let text = (whole < 0 ? "-" : "") + String(high)
    guard low > 0 else { return text }
    var digits = String(low)
    digits = String(repeating: "0", count: places - digits.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return text + "." + digits
  }

  private static func power(_ digits: Int) -> Int {
    (0..<digits).reduce(1) { scale, _ in scale * 10 }
  }

  private static func padded(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
