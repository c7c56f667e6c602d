/// The outside of a chart with two axes: grid, numbers and titles.
///
/// Charts are drawn in units that come out as about one CSS pixel on a phone and on a desk, because
/// cards of charts have much the same width on both; so text stays readable.
struct ChartFrame: Sendable {
  /// The width of all charts.
  static let width = 360.0

  let height: Double
  let x: ChartAxis
  let y: ChartAxis
  /// The scales of the plot inside of the margins.
  let xScale: ChartScale
  let yScale: ChartScale

  private static let margins = (left: 46.0, top: 10.0, right: 14.0, bottom: 40.0)

  init(x: ChartAxis, y: ChartAxis, height: Double = 250) {
    self.height = height
    self.x = x
    self.y = y
    let margins = Self.margins
    xScale = ChartScale(domain: x.domain, start: margins.left, end: Self.width - margins.right)
    yScale = ChartScale(domain: y.domain, start: height - margins.bottom, end: margins.top)
  }

  /// The whole chart around what is plotted.
  ///
  /// - Parameter label: what the chart shows, for those who do not see it.
  func svg(label: String, _ content: [Markup]) -> Markup {
    Self.svg(width: Self.width, height: height, label: label, [grid] + content)
  }

  /// An SVG element that fills the width of its card.
  static func svg(
    width: Double, height: Double, label: String, _ content: [Markup]
  ) -> Markup {
    .element(
      "svg",
      [
        "viewBox": "0 0 \(ChartScale.coordinate(width)) \(ChartScale.coordinate(height))",
        "role": "img", "aria-label": label, "xmlns": "http://www.w3.org/2000/svg",
      ], content)
  }

  private var grid: Markup {
    var pieces: [Markup] = []
    for tick in ChartScale.ticks(in: x.domain, about: x.tickCount) {
      pieces.append(Self.line(xScale(tick), yScale.start, xScale(tick), yScale.end, "grid"))
      pieces.append(
        Self.text(x.label(tick), xScale(tick), yScale.start + 16, "tick", anchor: "middle"))
    }
    for tick in ChartScale.ticks(in: y.domain, about: y.tickCount) {
      pieces.append(Self.line(xScale.start, yScale(tick), xScale.end, yScale(tick), "grid"))
      pieces.append(
        Self.text(y.label(tick), xScale.start - 6, yScale(tick) + 4, "tick", anchor: "end"))
    }
    pieces.append(
      Self.text(
        x.title, (xScale.start + xScale.end) / 2, height - 6, "axis-title", anchor: "middle"))
    let (titleX, titleY) = (11.0, (yScale.start + yScale.end) / 2)
    pieces.append(
      .element(
        "text",
        [
          "x": ChartScale.coordinate(titleX), "y": ChartScale.coordinate(titleY),
          "class": "axis-title", "text-anchor": "middle",
          "transform":
            "rotate(-90 \(ChartScale.coordinate(titleX)) \(ChartScale.coordinate(titleY)))",
        ], Markup(y.title)))
    return pieces.joined
  }

  /// A straight line.
  static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) -> Markup {
    .element(
      "line",
      [
        "x1": ChartScale.coordinate(x1), "y1": ChartScale.coordinate(y1),
        "x2": ChartScale.coordinate(x2), "y2": ChartScale.coordinate(y2), "class": style,
      ])
  }

  /// A line of text; `y` is its baseline.
  static func text(
    _ text: String, _ x: Double, _ y: Double, _ style: String, anchor: String = "start"
  ) -> Markup {
    .element(
      "text",
      [
        "x": ChartScale.coordinate(x), "y": ChartScale.coordinate(y), "class": style,
        "text-anchor": anchor,
      ], Markup(text))
  }

  /// A rectangle; one of no extent is drawn a hair wide, so that it can be told from none.
  static func rectangle(
    x: Double, y: Double, width: Double, height: Double, _ style: String, note: String? = nil
  ) -> Markup {
    let rectangle = Markup.element(
      "rect",
      [
        "x": ChartScale.coordinate(x), "y": ChartScale.coordinate(y),
        "width": ChartScale.coordinate(max(width, 0)),
        "height": ChartScale.coordinate(max(height, 0)), "class": style,
      ])
    guard let note else { return rectangle }
    return .element("g", [:], .element("title", [:], Markup(note)), rectangle)
  }
}
