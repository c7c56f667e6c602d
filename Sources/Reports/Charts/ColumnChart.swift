/// A histogram.
struct ColumnChart: Sendable {
  /// One bin.
  struct Column: Sendable {
    let from: Double
    let to: Double
    let value: Double
    /// The tooltip.
    let note: String
  }

  let label: String
  let frame: ChartFrame
  let columns: [Column]

  var markup: Markup {
    frame.svg(
      label: label,
      columns.map { column in
        let (left, right) = (frame.xScale(column.from), frame.xScale(column.to))
        let top = frame.yScale(column.value)
        return SVG.rectangle(
          x: left + 0.75, y: top, width: right - left - 1.5, height: frame.yScale(0) - top,
          "bar series-1", note: column.note)
      })
  }
}
