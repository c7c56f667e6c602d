import Glimpse

/// A square table of numbers as shades: what was there, row by row, and what it was taken for.
struct HeatMap: Sendable {
  let label: String
  let rowTitle: String
  let columnTitle: String
  let rows: [String]
  let columns: [String]
  /// What each cell counts, row by row.
  let counts: [[Int]]

  private static let nameWidth = 92.0
  private static let titleHeight = 18.0

  /// How wide a cell is: as wide as fits the usual width, and no smaller than four digits.
  private var cell: Double {
    min(max((ChartFrame.width - Self.nameWidth - 22) / Double(max(columns.count, 1)), 28), 54)
  }

  /// True where there are too many cells to fit the usual width.
  var isWide: Bool { width > ChartFrame.width + 1 }

  /// The width of the map, in units of a chart.
  var width: Double { Self.nameWidth + 18 + cell * Double(columns.count) + 4 }

  /// Shades are by row: the part of the row's sum.
  var markup: Markup {
    let left = Self.nameWidth + 18
    let cell = cell
    let top = Self.titleHeight + Self.nameWidth
    let height = top + cell * Double(rows.count) + 4
    var pieces: [Markup] = [
      ChartFrame.text(
        columnTitle, left + cell * Double(columns.count) / 2, 12, "axis-title", anchor: "middle")
    ]
    let middle = top + cell * Double(rows.count) / 2
    pieces.append(Self.turned(rowTitle, 11, middle, -90, "axis-title", anchor: "middle"))
    for (place, name) in columns.enumerated() {
      pieces.append(
        Self.turned(
          BarChart.shortened(name, to: Self.nameWidth), left + cell * (Double(place) + 0.5) + 4,
          top - 6, -90, "bar-name", anchor: "start"))
    }
    for (row, name) in rows.enumerated() {
      let y = top + cell * Double(row)
      pieces.append(
        ChartFrame.text(
          BarChart.shortened(name, to: Self.nameWidth), left - 6, y + cell / 2 + 4, "bar-name",
          anchor: "end"))
      let sum = counts[row].reduce(0, +)
      for (column, count) in counts[row].enumerated() {
        let part = sum > 0 ? Double(count) / Double(sum) : 0
        pieces.append(
          square(
            x: left + cell * Double(column), y: y, part: part, count: count,
            note: "\(name) → \(columns[column]): \(count) of \(sum)"))
      }
    }
    return ChartFrame.svg(width: width, height: height, label: label, pieces)
  }

  private func square(
    x: Double, y: Double, part: Double, count: Int, note: String
  ) -> Markup {
    let cell = cell
    // Steps of a twentieth; faint ones are lifted, since a few confusions are what one looks for.
    let shade = count == 0 ? 0 : max(1, Int((part * 20).rounded()))
    var pieces: [Markup] = [
      .element("title", [:], Markup(note)),
      .element(
        "rect",
        [
          "x": ChartScale.coordinate(x + 0.5), "y": ChartScale.coordinate(y + 0.5),
          "width": ChartScale.coordinate(cell - 1), "height": ChartScale.coordinate(cell - 1),
          "rx": "2", "class": "heat",
          "fill-opacity": NumberFormat.fixed(0.04 + 0.96 * Double(shade) / 20, 2),
        ]),
    ]
    if count > 0 {
      // The note tells the exact number.
      let shown = count < 10_000 ? "\(count)" : "\(count / 1000)k"
      pieces.append(
        ChartFrame.text(
          shown, x + cell / 2, y + cell / 2 + 4, part > 0.5 ? "heat-dark" : "heat-light",
          anchor: "middle"))
    }
    return .element("g", [:], pieces)
  }

  private static func turned(
    _ text: String, _ x: Double, _ y: Double, _ degrees: Int, _ style: String, anchor: String
  ) -> Markup {
    .element(
      "text",
      [
        "x": ChartScale.coordinate(x), "y": ChartScale.coordinate(y), "class": style,
        "text-anchor": anchor,
        "transform":
          "rotate(\(degrees) \(ChartScale.coordinate(x)) \(ChartScale.coordinate(y)))",
      ], Markup(text))
  }
}
