/// A matrix of counts; the shade of a cell is its fraction of the row's sum.
struct HeatMap: Sendable {
  let label: String
  let rowTitle: String
  let columnTitle: String
  /// The names of the rows and of the columns.
  let names: [String]
  /// The counts, one array per row.
  let counts: [[Int]]

  private static let nameWidth = 92.0
  private static let titleHeight = 18.0

  /// The width of a cell: fitted to the chart width, but wide enough for four digits.
  private var cell: Double {
    min(max((ChartFrame.width - Self.nameWidth - 22) / Double(max(names.count, 1)), 28), 54)
  }

  var width: Double { Self.nameWidth + 18 + cell * Double(names.count) + 4 }

  var markup: Markup {
    let left = Self.nameWidth + 18
    let cell = cell
    let top = Self.titleHeight + Self.nameWidth
    let height = top + cell * Double(names.count) + 4
    let middle = cell * Double(names.count) / 2
    var pieces = [
      SVG.text(columnTitle, left + middle, 12, "axis-title", anchor: "middle"),
      SVG.text(rowTitle, 11, top + middle, "axis-title", anchor: "middle", turn: -90),
    ]
    for (place, name) in names.enumerated() {
      pieces.append(
        SVG.text(
          SVG.shortened(name, to: Self.nameWidth), left + cell * (Double(place) + 0.5) + 4,
          top - 6, "bar-name", turn: -90))
    }
    for (row, name) in names.enumerated() {
      let y = top + cell * Double(row)
      pieces.append(
        SVG.text(
          SVG.shortened(name, to: Self.nameWidth), left - 6, y + cell / 2 + 4, "bar-name",
          anchor: "end"))
      let sum = counts[row].reduce(0, +)
      for (column, count) in counts[row].enumerated() {
        let part = sum > 0 ? Double(count) / Double(sum) : 0
        pieces.append(
          square(
            x: left + cell * Double(column), y: y, part: part, count: count,
            note: "\(name) → \(names[column]): \(count) of \(sum)"))
      }
    }
    return SVG.root(width: width, height: height, label: label, pieces)
  }

  private func square(
    x: Double, y: Double, part: Double, count: Int, note: String
  ) -> Markup {
    let cell = cell
    // 20 shades; a count above 0 gets at least the lightest one.
    let shade = count == 0 ? 0 : max(1, Int((part * 20).rounded()))
    var pieces: [Markup] = [
      .element("title", [:], Markup(note)),
      SVG.rectangle(
        x: x + 0.5, y: y + 0.5, width: cell - 1, height: cell - 1, radius: "2", "heat",
        opacity: 0.04 + 0.96 * Double(shade) / 20),
    ]
    if count > 0 {
      // The tooltip has the exact number.
      let shown =
        count < 10_000
        ? "\(count)" : count < 10_000_000 ? "\(count / 1000)k" : "\(count / 1_000_000)M"
      pieces.append(
        SVG.text(
          shown, x + cell / 2, y + cell / 2 + 4, part > 0.5 ? "heat-dark" : "heat-light",
          anchor: "middle"))
    }
    return .element("g", [:], pieces)
  }
}

/// A heat map of counts in a square grid over the image.
struct DensityMap: Sendable {
  let label: String
  /// Cells per row and column.
  let side: Int
  /// The counts, row-major from the top left.
  let counts: [Int]

  private static let height = 250.0

  var markup: Markup {
    let (width, height) = (ChartFrame.width / Double(side), Self.height / Double(side))
    let most = max(counts.max() ?? 0, 1)
    let cells = counts.enumerated().map { place, count in
      SVG.rectangle(
        x: Double(place % side) * width + 0.5, y: Double(place / side) * height + 0.5,
        width: width - 1, height: height - 1, "heat",
        opacity: 0.05 + 0.95 * Double(count) / Double(most), note: "\(count)")
    }
    return SVG.root(width: ChartFrame.width, height: Self.height, label: label, cells)
  }
}

extension HeatMap {
  /// The chart as a card of a page, which is scrolled where it is wider than the page.
  var figure: Markup {
    .element(
      "figure", ["class": "card wide"],
      .element(
        "div",
        [
          "class": "map",
          "style": "min-width: \(Int(width))px; max-width: \(Int(width * 1.25))px",
        ], markup))
  }
}
