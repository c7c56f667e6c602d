import Basics

/// Maps a range of values linearly onto chart coordinates.
struct ChartScale: Sendable {
  let domain: ClosedRange<Double>
  /// The coordinate of the lower bound.
  let start: Double
  /// The coordinate of the upper bound; below `start` for a vertical axis.
  let end: Double

  /// The coordinate of a value, clamped to the chart.
  func callAsFunction(_ value: Double) -> Double {
    let extent = domain.upperBound - domain.lowerBound
    let part = extent > 0 ? (value - domain.lowerBound) / extent : 0
    return start + (end - start) * min(max(part, 0), 1)
  }

  /// About `count` round values in a range, in steps of 1, 2 or 5 times a power of ten.
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
}

/// One axis of a chart.
struct ChartAxis: Sendable {
  let title: String
  var domain: ClosedRange<Double> = 0...1
  /// The approximate number of ticks.
  var tickCount = 5
  var label: @Sendable (Double) -> String = { ChartAxis.plain($0) }

  /// The shortest decimal text, with up to four decimals: 0, 0.5, 20.
  static func plain(_ value: Double) -> String {
    for digits in 0...4 {
      let text = NumberFormat.fixed(value, digits)
      if let read = Double(text), abs(read - value) < 1e-9 * max(1, abs(value)) { return text }
    }
    return NumberFormat.decimal(value)
  }
}
