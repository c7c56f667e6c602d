/// A chart of horizontal bars with names on the left and values on the right.
struct BarChart: Sendable {
  struct Bar: Sendable {
    let name: String
    let value: Double
    let text: String
    /// The CSS class.
    var style = "series-1"
    var interval: (lower: Double, upper: Double)?
    /// The tooltip.
    var note: String?
  }

  let label: String
  /// The range of the value axis; bars start at 0.
  let domain: ClosedRange<Double>
  var bars: [Bar]
  var nameWidth = 96.0
  var textWidth = 92.0

  private static let rowHeight = 26.0
  private static let barHeight = 14.0

  var markup: Markup {
    let scale = ChartScale(domain: domain, start: nameWidth, end: ChartFrame.width - textWidth)
    let height = Double(bars.count) * Self.rowHeight + 4
    var pieces = [SVG.line(scale(0), 0, scale(0), height, "baseline")]
    for (place, bar) in bars.enumerated() {
      let middle = Double(place) * Self.rowHeight + Self.rowHeight / 2 + 2
      let (from, to) = (scale(min(bar.value, 0)), scale(max(bar.value, 0)))
      pieces.append(
        SVG.text(
          SVG.shortened(bar.name, to: nameWidth), nameWidth - 8, middle + 4, "bar-name",
          anchor: "end"))
      pieces.append(
        SVG.rectangle(
          x: from, y: middle - Self.barHeight / 2, width: to - from, height: Self.barHeight,
          "bar \(bar.style)", note: bar.note ?? "\(bar.name): \(bar.text)"))
      if let interval = bar.interval {
        let (low, high) = (scale(interval.lower), scale(interval.upper))
        pieces.append(SVG.line(low, middle, high, middle, "whisker"))
        for end in [low, high] {
          pieces.append(SVG.line(end, middle - 4, end, middle + 4, "whisker"))
        }
      }
      pieces.append(SVG.text(bar.text, ChartFrame.width, middle + 4, "bar-text", anchor: "end"))
    }
    return SVG.root(width: ChartFrame.width, height: height, label: label, pieces)
  }
}
