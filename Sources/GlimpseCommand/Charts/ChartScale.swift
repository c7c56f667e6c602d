import Glimpse

/// Maps numbers of the data onto a stretch of a chart, in units of the chart.
struct ChartScale: Sendable {
  /// The numbers at the ends.
  let domain: ClosedRange<Double>
  /// Where the lower number lies.
  let start: Double
  /// Where the upper number lies; below `start` for an axis that goes up.
  let end: Double

  /// The place of a number, kept inside of the chart.
  func callAsFunction(_ value: Double) -> Double {
    let extent = domain.upperBound - domain.lowerBound
    let part = extent > 0 ? (value - domain.lowerBound) / extent : 0
    return start + (end - start) * min(max(part, 0), 1)
  }

  /// Round numbers inside of a range, about `count` of them: steps of 1, 2 or 5 times a power of ten.
  static func ticks(in domain: ClosedRange<Double>, about count: Int) -> [Double] {
    let extent = domain.upperBound - domain.lowerBound
    guard extent > 0, extent.isFinite, count > 0 else { return [domain.lowerBound] }
    var power = 1.0
    while power * 10 * Double(count) <= extent { power *= 10 }
    while power * Double(count) > extent { power /= 10 }
    let step = [1.0, 2, 5, 10].map { $0 * power }.first { extent / $0 <= Double(count) } ?? extent
    let first = (domain.lowerBound / step).rounded(.up)
    let last = (domain.upperBound / step + 1e-9).rounded(.down)
    guard first <= last else { return [domain.lowerBound] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// A coordinate with as many digits as can be seen.
  static func coordinate(_ value: Double) -> String {
    let text = NumberFormat.fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

/// One axis of a chart: what it measures, and where numbers are written.
struct ChartAxis: Sendable {
  /// What is measured.
  let title: String
  /// The numbers from end to end.
  var domain: ClosedRange<Double> = 0...1
  /// How many numbers are written, about.
  var tickCount = 5
  /// How a number is written.
  var label: @Sendable (Double) -> String = { ChartAxis.plain($0) }

  /// A number with the digits that it needs: 0, 0.5, 20.
  static func plain(_ value: Double) -> String {
    for digits in 0...4 {
      let text = NumberFormat.fixed(value, digits)
      if let read = Double(text), abs(read - value) < 1e-9 * max(1, abs(value)) { return text }
    }
    return NumberFormat.decimal(value)
  }
}
