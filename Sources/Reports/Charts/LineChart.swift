/// A line chart with a legend.
struct LineChart: Sendable {
  struct Line: Sendable {
    let name: String
    let points: [(x: Double, y: Double)]
    /// The CSS class: `series-1` and so on, `muted`, `guide`.
    let style: String
    /// Whether it is in the legend.
    var isNamed = true
    /// A highlighted point.
    var mark: (x: Double, y: Double)?
  }

  let label: String
  var frame: ChartFrame
  var lines: [Line]

  var markup: Markup {
    let curves = lines.map { line in
      let path = Markup.element(
        "path", ["d": path(line.points), "class": "curve \(line.style)"])
      let title = Markup.element("title", [:], Markup(line.name))
      let mark = line.mark.map { mark in
        Markup.element(
          "circle",
          [
            "cx": SVG.coordinate(frame.xScale(mark.x)),
            "cy": SVG.coordinate(frame.yScale(mark.y)), "r": "4",
            "class": "mark \(line.style)",
          ])
      }
      return Markup.element("g", [:], [title, path] + (mark.map { [$0] } ?? []))
    }
    let named = lines.filter(\.isNamed)
    return frame.svg(label: label, curves)
      + (named.count > 1 ? Page.legend(named.map { ($0.name, $0.style) }) : .none)
  }

  /// SVG path data; points less than 0.8 units away from the previous one are skipped.
  private func path(_ points: [(x: Double, y: Double)]) -> String {
    var path = ""
    var last = (x: -1.0, y: -1.0)
    for (place, point) in points.enumerated() {
      let (x, y) = (frame.xScale(point.x), frame.yScale(point.y))
      let isEnd = place == 0 || place == points.count - 1
      if !isEnd, abs(x - last.x) + abs(y - last.y) < 0.8 { continue }
      path +=
        "\(path.isEmpty ? "M" : "L")\(SVG.coordinate(x)) \(SVG.coordinate(y))"
      last = (x, y)
    }
    return path
  }
}
