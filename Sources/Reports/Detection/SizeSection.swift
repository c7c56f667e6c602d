import Evaluation

/// AP and recall by object size.
struct SizeSection: Sendable {
  let report: DetectionMetrics

  var markup: Markup {
    Page.section(
      "Object size", "",
      Page.cards([
        card(
          "\(report.apTitle) by size", label: "AP by object size", style: "series-1", metric: "AP"),
        card(
          "\(report.arName) by size", label: "Recall by object size", style: "series-3",
          metric: "AR"),
      ]))
  }

  private func card(_ title: String, label: String, style: String, metric: String) -> Markup {
    let bars = report.parameters.areaRanges.enumerated().map { place, range in
      let name = place > 0 ? metric + range.name : metric == "AR" ? report.arName : metric
      let value = report.numbers.first { $0.name == name }?.value ?? -1
      return BarChart.Bar(
        name: Self.title(range), value: max(value, 0), text: PageNumber.fraction(value),
        style: place == 0 ? "series-8" : style)
    }
    return Page.card(
      title,
      BarChart(label: label, domain: 0...1, bars: bars, nameWidth: 122, textWidth: 46).markup)
  }

  /// COCO's ranges with their limits.
  private static func title(_ range: EvaluationParameters.AreaRange) -> String {
    guard EvaluationParameters.cocoAreas.contains(range) else { return range.name }
    return ["small": "small (to 32²)", "large": "large (from 96²)"][range.name] ?? range.name
  }
}
