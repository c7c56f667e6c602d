import Basics
import Evaluation

/// The confusion matrix, with a row and a column for the background.
struct ConfusionSection: Sendable {
  let analysis: EvaluationAnalysis

  /// The maximum number of classes; if there are more, the most confused ones are shown.
  private static let most = 20
  private var matrix: ConfusionMatrix { analysis.confusion }

  var markup: Markup {
    let shown = matrix.shownClasses(most: Self.most)
    guard !shown.isEmpty else { return .none }
    let indices = shown + [matrix.classCount]
    let names = shown.map { analysis.table.classNames[$0] } + ["background"]
    let map = HeatMap(
      label: "Confusion matrix", rowTitle: "ground truth", columnTitle: "predicted", names: names,
      counts: indices.map { groundTruth in
        indices.map { matrix.count(predicted: $0, groundTruth: groundTruth) }
      })
    let left = matrix.classCount - shown.count
    return Page.section(
      "Confusion matrix",
      "At \(analysis.matchIoU) and confidence \(matrix.confidence.optionText) and above. Cells are "
        + "shaded by the fraction of their row."
        + (left > 0
          ? " Of \(matrix.classCount) classes the \(shown.count) most confused ones are shown."
          : ""),
      map.figure)
  }
}
