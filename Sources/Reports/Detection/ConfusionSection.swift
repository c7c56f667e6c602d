import Basics
import Evaluation

/// The confusion matrix, with a row and a column for the background.
struct ConfusionSection: Sendable {
  let analysis: EvaluationAnalysis

  /// The maximum number of classes; if there are more, the most confused ones are shown.
  private static let most = 20
  private var matrix: ConfusionMatrix { analysis.confusion }

  var markup: Markup {
    let shown = self.shown
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
      "At IoU 0.5 and confidence \(NumberFormat.fixed(matrix.confidence, 2)) and above. Cells are "
        + "shaded by the fraction of their row."
        + (left > 0
          ? " Of \(matrix.classCount) classes the \(shown.count) most confused ones are shown."
          : ""),
      map.figure)
  }

  /// The classes that occur, at most `most`, in order of index.
  private var shown: [Int] {
    let all = 0...matrix.classCount
    let occurring = (0..<matrix.classCount).filter { index in
      all.contains { matrix.count(predicted: $0, groundTruth: index) > 0 }
        || all.contains { matrix.count(predicted: index, groundTruth: $0) > 0 }
    }
    guard occurring.count > Self.most else { return occurring }
    let confusions = occurring.map { index in
      (0..<matrix.classCount).filter { $0 != index }.reduce(0) {
        $0 + matrix.count(predicted: $1, groundTruth: index)
          + matrix.count(predicted: index, groundTruth: $1)
      }
    }
    let order = occurring.indices.sorted { (confusions[$1], $0) < (confusions[$0], $1) }
    return order.prefix(Self.most).map { occurring[$0] }.sorted()
  }
}
