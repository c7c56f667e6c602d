import Basics
import Evaluation
import Foundation

/// Calibration of scores, and ROC curves of classes at image level.
struct CalibrationSection: Sendable {
  let analysis: EvaluationAnalysis

  private static let named = 8

  var markup: Markup {
    var cards: [Markup] = []
    if let calibration = analysis.calibration {
      cards.append(
        Page.card(
          "Reliability diagram", reliability(calibration),
          note: "Expected calibration error: \(PageNumber.percent(calibration.error)). Below the "
            + "diagonal the model is overconfident."))
      cards.append(
        Page.card("Detections by score", histogram(calibration), note: "Logarithmic scale."))
    }
    if let roc { cards.append(roc) }
    guard !cards.isEmpty else { return .none }
    return Page.section(
      "Calibration",
      "Of detections with a score of 0.8, 80 % should be true positives. The image-level ROC curve "
        + "shows how well the highest score separates images with a class from those without.",
      Page.cards(cards))
  }

  private func reliability(_ calibration: Calibration) -> Markup {
    let points = calibration.bins.compactMap { bin in
      bin.score.flatMap { score in bin.precision.map { (x: score, y: $0) } }
    }
    return LineChart(
      label: "Precision of detections over their score",
      frame: ChartFrame(x: ChartAxis(title: "score"), y: ChartAxis(title: "precision")),
      lines: [
        LineChart.Line(name: "ideal", points: [(0, 0), (1, 1)], style: "guide"),
        LineChart.Line(name: "measured", points: points, style: "series-1"),
      ]
    ).markup
  }

  private func histogram(_ calibration: Calibration) -> Markup {
    // Most detections have a low score: a linear scale would hide the others.
    func length(_ count: Int) -> Double { log10(Double(count + 1)) }
    let most = length(calibration.bins.map(\.count).max() ?? 1)
    return BarChart(
      label: "Detections by score", domain: 0...max(most, 1),
      bars: calibration.bins.map { bin in
        let precision =
          bin.precision.map { ", precision \(PageNumber.percent($0))" } ?? ""
        return BarChart.Bar(
          name: "\(ChartAxis.plain(bin.lower)) – \(ChartAxis.plain(bin.upper))",
          value: length(bin.count), text: "\(bin.count)",
          note: Sentence.count(bin.count, "detection") + precision)
      }, nameWidth: 74, textWidth: 56
    ).markup
  }

  private var roc: Markup? {
    let lines = analysis.classLines(named: Self.named) { entry in
      let roc = analysis.imageROCs[entry.classIndex]
      return roc.area.map {
        ($0, roc.curve.map { ($0.falsePositiveRate, $0.truePositiveRate) }, nil)
      }
    }
    guard !lines.isEmpty else { return nil }
    let guide = LineChart.Line(
      name: "chance", points: [(0, 0), (1, 1)], style: "guide", isNamed: false)
    return Page.card(
      "Image-level ROC and AUC",
      LineChart(
        label: "True positive rate over false positive rate of images",
        frame: ChartFrame(
          x: ChartAxis(title: "false positive rate"), y: ChartAxis(title: "true positive rate")),
        lines: [guide] + lines
      ).markup)
  }
}
