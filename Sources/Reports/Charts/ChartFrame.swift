/// The frame of a chart with two axes: grid, ticks and titles.
///
/// A unit is about one CSS pixel on narrow and on wide screens, since cards have about the same
/// width on both.
struct ChartFrame: Sendable {
  /// The width of all charts.
  static let width = 360.0

  let x: ChartAxis
  let y: ChartAxis
  var height = 250.0

  private static let margins = (left: 46.0, top: 10.0, right: 14.0, bottom: 40.0)

  var xScale: ChartScale {
    ChartScale(
      domain: x.domain, start: Self.margins.left, end: Self.width - Self.margins.right)
  }
  var yScale: ChartScale {
    ChartScale(domain: y.domain, start: height - Self.margins.bottom, end: Self.margins.top)
  }

  /// The chart around the plotted content.
  ///
  /// - Parameter label: The accessible description.
  func svg(label: String, _ content: [Markup]) -> Markup {
    SVG.root(width: Self.width, height: height, label: label, [grid] + content)
  }

  private var grid: Markup {
    var pieces: [Markup] = []
    for tick in ChartScale.ticks(in: x.domain, about: x.tickCount) {
      pieces.append(SVG.line(xScale(tick), yScale.start, xScale(tick), yScale.end, "grid"))
      pieces.append(
        SVG.text(x.label(tick), xScale(tick), yScale.start + 16, "tick", anchor: "middle"))
    }
    for tick in ChartScale.ticks(in: y.domain, about: y.tickCount) {
      pieces.append(SVG.line(xScale.start, yScale(tick), xScale.end, yScale(tick), "grid"))
      pieces.append(
        SVG.text(y.label(tick), xScale.start - 6, yScale(tick) + 4, "tick", anchor: "end"))
    }
    pieces.append(
      SVG.text(
        x.title, (xScale.start + xScale.end) / 2, height - 6, "axis-title", anchor: "middle"))
    pieces.append(
      SVG.text(
        y.title, 11, (yScale.start + yScale.end) / 2, "axis-title", anchor: "middle", turn: -90))
    return Markup(pieces)
  }
}
