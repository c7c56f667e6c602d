import Glimpse

/// What was taken for what, with a row and a column for nothing.
struct ConfusionSection: Sendable {
  let matrix: ConfusionMatrix
  let classNames: [String]

  /// Classes that a map shows at most; of more, those that are mixed up most.
  private static let most = 20

  var markup: Markup {
    let shown = self.shown
    guard !shown.isEmpty else { return .none }
    let background = matrix.classCount
    let map = HeatMap(
      label: "Confusion matrix", rowTitle: "what is there", columnTitle: "what it is taken for",
      rows: shown.map { classNames[$0] } + ["nothing"],
      columns: shown.map { classNames[$0] } + ["missed"],
      counts: (shown + [background]).map { groundTruth in
        (shown + [background]).map { matrix.count(found: $0, groundTruth: groundTruth) }
      })
    let left = matrix.classCount - shown.count
    return Page.section(
      "What is taken for what",
      Markup(
        "Objects and detections that overlap by an IoU of 0.5 and more, at scores from "
          + "\(NumberFormat.fixed(matrix.confidence, 2)) on. Rows are shaded by their share."
          + (left > 0
            ? " Of \(matrix.classCount) classes the \(shown.count) that are mixed up most." : "")),
      .element(
        "figure", ["class": "card wide"],
        .element(
          "div",
          [
            "class": "map",
            "style": "min-width: \(Int(map.width))px; max-width: \(Int(map.width * 1.25))px",
          ], map.markup)))
  }

  /// The classes that occur, or so many of them, in order of index.
  private var shown: [Int] {
    let all = 0...matrix.classCount
    let occurring = (0..<matrix.classCount).filter { index in
      all.contains { matrix.count(found: $0, groundTruth: index) > 0 }
        || all.contains { matrix.count(found: index, groundTruth: $0) > 0 }
    }
    guard occurring.count > Self.most else { return occurring }
    let mixed = occurring.map { index in
      (0..<matrix.classCount).filter { $0 != index }.reduce(0) {
        $0 + matrix.count(found: $1, groundTruth: index)
          + matrix.count(found: index, groundTruth: $1)
      }
    }
    let order = occurring.indices.sorted {
      mixed[$0] != mixed[$1] ? mixed[$0] > mixed[$1] : $0 < $1
    }
    return order.prefix(Self.most).map { occurring[$0] }.sorted()
  }
}
