import Basics

/// A square grid of counts over the image as a heat map.
struct DensityMap: Sendable {
  let label: String
  /// Cells per row and column.
  let side: Int
  /// Row-major from the top left.
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
            "x": SVG.coordinate(Double(place % side) * width + 0.5),
            "y": SVG.coordinate(Double(place / side) * height + 0.5),
            "width": SVG.coordinate(width - 1),
            "height": SVG.coordinate(height - 1), "class": "heat",
            "fill-opacity": NumberFormat.fixed(0.05 + 0.95 * Double(count) / Double(most), 2),
          ]))
    }
    return SVG.root(width: ChartFrame.width, height: Self.height, label: label, cells)
  }
}
