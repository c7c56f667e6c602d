/// Horizontal bars with names at the left and numbers at the right.
struct BarChart: Sendable {
  /// One bar.
  struct Bar: Sendable {
    let name: String
    let value: Double
    /// What is written behind it.
    let text: String
    /// The class of its style.
    var style = "series-1"
    /// The ends of an interval around the value.
    var interval: (lower: Double, upper: Double)?
    /// What is told where one points at it.
    var note: String?
  }

  let label: String
  /// The numbers from end to end; bars begin at 0.
  let domain: ClosedRange<Double>
  var bars: [Bar]
  /// Room for names at the left.
  var nameWidth = 96.0
  /// Room for numbers at the right.
  var textWidth = 92.0

  private static let rowHeight = 26.0
  private static let barHeight = 14.0

  var markup: Markup {
    let scale = ChartScale(
      domain: domain, start: nameWidth, end: ChartFrame.width - textWidth)
    let height = Double(bars.count) * Self.rowHeight + 4
    var pieces = [
      ChartFrame.line(scale(0), 0, scale(0), height, "baseline")
    ]
    for (place, bar) in bars.enumerated() {
      let middle = Double(place) * Self.rowHeight + Self.rowHeight / 2 + 2
      let (from, to) = (scale(min(bar.value, 0)), scale(max(bar.value, 0)))
      pieces.append(
        ChartFrame.text(
          Self.shortened(bar.name, to: nameWidth), nameWidth - 8, middle + 4, "bar-name",
          anchor: "end"))
      pieces.append(
        ChartFrame.rectangle(
          x: from, y: middle - Self.barHeight / 2, width: to - from, height: Self.barHeight,
          "bar \(bar.style)", note: bar.note ?? "\(bar.name): \(bar.text)"))
      if let interval = bar.interval {
        let (low, high) = (scale(interval.lower), scale(interval.upper))
        pieces.append(ChartFrame.line(low, middle, high, middle, "whisker"))
        for end in [low, high] {
          pieces.append(ChartFrame.line(end, middle - 4, end, middle + 4, "whisker"))
        }
      }
      pieces.append(
        ChartFrame.text(bar.text, ChartFrame.width, middle + 4, "bar-text", anchor: "end"))
    }
    return ChartFrame.svg(width: ChartFrame.width, height: height, label: label, pieces)
  }

  /// A name cut to a width, as letters of text are about 6.6 units wide.
  static func shortened(_ name: String, to width: Double) -> String {
    let most = max(Int((width - 8) / 6.6), 3)
    return name.count <= most ? name : name.prefix(most - 1) + "…"
  }
}
