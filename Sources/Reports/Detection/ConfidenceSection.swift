import Basics
import Evaluation

/// Precision, recall and F1 over the confidence threshold.
struct ConfidenceSection: Sendable {
  let analysis: EvaluationAnalysis

  /// The number of classes with a color and a name; the others are drawn pale.
  private static let named = 7

  var markup: Markup {
    guard let best = analysis.pooledF1Curve.best else { return .none }
    return Page.section(
      "Best confidence threshold",
      "At \(analysis.matchIoU), pooled over classes, F1 is highest at a confidence threshold of "
        + "\(NumberFormat.fixed(best.score, 2)): precision "
        + "\(PageNumber.percent(best.precision)), recall \(PageNumber.percent(best.recall)).",
      Page.cards([
        Page.card("Precision, recall and F1, pooled over classes", allClasses(best)),
        Page.card("F1 by class", byClass(best)),
      ]))
  }

  private func allClasses(_ best: F1Curve.Point) -> Markup {
    let curve = analysis.pooledF1Curve
    return LineChart(
      label: "Precision, recall and F1 of all classes over the confidence threshold", frame: frame,
      lines: [
        .init(
          name: "precision", points: points(curve, \.precision, endsAtZero: false),
          style: "series-1"),
        .init(name: "recall", points: points(curve, \.recall), style: "series-2"),
        .init(
          name: "F1", points: points(curve, \.f1), style: "strong", mark: (best.score, best.f1)),
      ]
    ).markup
  }

  private func byClass(_ best: F1Curve.Point) -> Markup {
    var lines = analysis.classLines(named: Self.named) { entry in
      let curve = analysis.f1Curves[entry.classIndex]
      let best = curve.best
      return (best?.f1 ?? 0, points(curve, \.f1), best.map { ($0.score, $0.f1) })
    }
    if lines.count > 1 {
      lines.append(
        .init(
          name: "all \(PageNumber.fraction(best.f1))", points: points(analysis.pooledF1Curve, \.f1),
          style: "strong"))
    }
    return LineChart(
      label: "F1 of each class over the confidence threshold", frame: frame, lines: lines
    ).markup
  }

  /// The axes; scores outside 0...1 extend the x axis.
  private var frame: ChartFrame {
    let scores = analysis.pooledF1Curve.points
    return ChartFrame(
      x: ChartAxis(
        title: "confidence threshold",
        domain: min(0, scores.last?.score ?? 0)...max(1, scores.first?.score ?? 1)),
      y: ChartAxis(title: ""))
  }

  /// Above the highest score precision is undefined, and recall and F1 are 0.
  private func points(
    _ curve: F1Curve, _ value: (F1Curve.Point) -> Double, endsAtZero: Bool = true
  ) -> [(x: Double, y: Double)] {
    var points = curve.points.map { (x: $0.score, y: value($0)) }
    if endsAtZero, let first = points.first { points.insert((first.x, 0), at: 0) }
    if let last = points.last { points.append((min(0, last.x), last.y)) }
    return points
  }
}
