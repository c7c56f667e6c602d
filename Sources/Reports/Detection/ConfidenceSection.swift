import Basics
import Evaluation

/// Precision, recall and F1 over the confidence threshold.
struct ConfidenceSection: Sendable {
  let analysis: EvaluationAnalysis

  /// Classes with a color and a name; the others are drawn pale.
  private static let named = 7

  var markup: Markup {
    guard let best = analysis.pooledF1Curve.best else { return .none }
    return Page.section(
      "Best confidence threshold",
      Markup(
        "At IoU 0.5, over all classes, F1 is highest at a confidence threshold of "
          + "\(NumberFormat.fixed(best.score, 2)): precision "
          + "\(PageNumber.percent(best.precision)), recall \(PageNumber.percent(best.recall))."),
      Page.cards([
        Page.card("Precision, recall and F1, all classes", allClasses(best)),
        Page.card("F1 by class", byClass),
      ]))
  }

  private func allClasses(_ best: F1Curve.Point) -> Markup {
    let curve = analysis.pooledF1Curve
    return LineChart(
      label: "Precision, recall and F1 of all classes over the confidence threshold", frame: frame,
      lines: [
        line("precision", curve, \.precision, endsAtZero: false, style: "series-1"),
        line("recall", curve, \.recall, style: "series-2"),
        line("F1", curve, \.f1, style: "strong", mark: (best.score, best.f1)),
      ]
    ).markup
  }

  private var byClass: Markup {
    let classes = analysis.labeledClasses
    let lines = classes.enumerated().map { place, entry in
      let curve = analysis.f1Curves[entry.classIndex]
      let best = curve.best
      return line(
        "\(entry.name) \(PageNumber.fraction(best?.f1 ?? 0))", curve, \.f1,
        style: place < Self.named ? "series-\(place + 1)" : "muted",
        mark: place < Self.named ? best.map { ($0.score, $0.f1) } : nil,
        isNamed: place < Self.named)
    }
    let all = line(
      "all \(PageNumber.fraction(analysis.pooledF1Curve.best?.f1 ?? 0))", analysis.pooledF1Curve,
      \.f1,
      style: "strong")
    return LineChart(
      label: "F1 of each class over the confidence threshold", frame: frame,
      lines: lines.filter { !$0.isNamed } + lines.filter(\.isNamed)
        + (classes.count > 1 ? [all] : [])
    ).markup
  }

  /// Scores outside 0...1 widen the axis.
  private var frame: ChartFrame {
    let scores = analysis.pooledF1Curve.points
    return ChartFrame(
      x: ChartAxis(
        title: "confidence threshold",
        domain: min(0, scores.last?.score ?? 0)...max(1, scores.first?.score ?? 1)),
      y: ChartAxis(title: ""))
  }

  /// Above the highest score precision is undefined, and recall and F1 are 0.
  private func line(
    _ name: String, _ curve: F1Curve, _ value: (F1Curve.Point) -> Double,
    endsAtZero: Bool = true, style: String, mark: (x: Double, y: Double)? = nil,
    isNamed: Bool = true
  ) -> LineChart.Line {
    var points = curve.points.map { (x: $0.score, y: value($0)) }
    if endsAtZero, let first = points.first { points.insert((first.x, 0), at: 0) }
    if let last = points.last { points.append((min(0, last.x), last.y)) }
    return LineChart.Line(
      name: name, points: points, style: style, isNamed: isNamed, mark: mark)
  }
}
