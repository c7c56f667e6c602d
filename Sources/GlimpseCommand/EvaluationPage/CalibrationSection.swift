import Foundation
import Glimpse

/// Whether scores can be taken at their word, and how well they tell in which images a class is.
struct CalibrationSection: Sendable {
  let analysis: EvaluationAnalysis

  private static let named = 8

  var markup: Markup {
    var cards: [Markup] = []
    if let calibration = analysis.calibration {
      cards.append(
        Page.card(
          "Score and share that is right", reliability(calibration),
          note: "On average they are \(PageNumber.percent(calibration.error)) apart (expected "
            + "calibration error). Below the dashed line scores promise too much."))
      cards.append(
        Page.card("Detections by score", histogram(calibration), note: "Bars are logarithmic."))
    }
    if let presence { cards.append(presence) }
    guard !cards.isEmpty else { return .none }
    return Page.section(
      "Scores",
      "Of detections with a score of 0.8, 80 % should be right. And of images with a high score, "
        + "many should show the class.", Page.cards(cards))
  }

  private func reliability(_ calibration: Calibration) -> Markup {
    let points = calibration.bins.compactMap { bin in
      bin.score.flatMap { score in bin.precision.map { (x: score, y: $0) } }
    }
    return LineChart(
      label: "Share of detections that is right over their score",
      frame: ChartFrame(x: ChartAxis(title: "score"), y: ChartAxis(title: "share that is right")),
      lines: [
        LineChart.Line(name: "as promised", points: [(0, 0), (1, 1)], style: "guide"),
        LineChart.Line(name: "as it is", points: points, style: "series-1"),
      ]
    ).markup
  }

  private func histogram(_ calibration: Calibration) -> Markup {
    // Most detections have a low score: on a linear scale the others could not be seen.
    func length(_ count: Int) -> Double { log10(Double(count + 1)) }
    let most = length(calibration.bins.map(\.count).max() ?? 1)
    return BarChart(
      label: "Detections by score", domain: 0...max(most, 1),
      bars: calibration.bins.map { bin in
        let right = bin.precision.map { ", \(PageNumber.percent($0)) right" } ?? ""
        return BarChart.Bar(
          name: "\(ChartAxis.plain(bin.lower)) – \(ChartAxis.plain(bin.upper))",
          value: length(bin.count), text: "\(bin.count)",
          note: "\(bin.count) \(bin.count == 1 ? "detection" : "detections")\(right)")
      }, nameWidth: 74, textWidth: 56
    ).markup
  }

  private var presence: Markup? {
    let classes = analysis.labeledClasses.filter { analysis.presences[$0.classIndex].area != nil }
    guard !classes.isEmpty else { return nil }
    let lines = classes.enumerated().map { place, entry in
      let presence = analysis.presences[entry.classIndex]
      return LineChart.Line(
        name: "\(entry.name) \(PageNumber.fraction(presence.area ?? -1))",
        points: presence.curve.map { ($0.falsePositiveRate, $0.truePositiveRate) },
        style: place < Self.named ? "series-\(place + 1)" : "muted",
        isNamed: place < Self.named)
    }
    let guide = LineChart.Line(
      name: "guessing", points: [(0, 0), (1, 1)], style: "guide", isNamed: false)
    return Page.card(
      "Images that show a class: ROC curve and its area",
      LineChart(
        label: "True positive rate over false positive rate of images",
        frame: ChartFrame(
          x: ChartAxis(title: "images without it that are taken for one with it"),
          y: ChartAxis(title: "images with it that are found")),
        lines: [guide] + lines.filter { !$0.isNamed } + lines.filter(\.isNamed)
      ).markup)
  }
}
