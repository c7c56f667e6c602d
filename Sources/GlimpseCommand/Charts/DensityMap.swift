import Glimpse

/// An image's area in cells, each the darker the more lies there.
struct DensityMap: Sendable {
  let label: String
  /// Cells across and down.
  let side: Int
  /// Rows from the top, each from the left.
  let counts: [Int]

  private static let height = 250.0

  var markup: Markup {
    let (width, height) = (ChartFrame.width / Double(side), Self.height / Double(side))
    let most = max(counts.max() ?? 0, 1)
    let cells = counts.enumerated().map { place, count in
      Markup.element(
        "g", [:], .element("title", [:], Markup("\(count)")),
        .element(
          "rect",
          [
            "x": ChartScale.coordinate(Double(place % side) * width + 0.5),
            "y": ChartScale.coordinate(Double(place / side) * height + 0.5),
            "width": ChartScale.coordinate(width - 1),
            "height": ChartScale.coordinate(height - 1), "class": "heat",
            "fill-opacity": NumberFormat.fixed(0.05 + 0.95 * Double(count) / Double(most), 2),
          ]))
    }
    return ChartFrame.svg(width: ChartFrame.width, height: Self.height, label: label, cells)
  }
}
