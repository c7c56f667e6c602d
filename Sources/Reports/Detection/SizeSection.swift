import Evaluation

/// AP and recall by object size.
struct SizeSection: Sendable {
  let report: DetectionMetrics

  var markup: Markup {
    Page.section(
      "Object size", "",
      Page.cards([
        card(
          "AP50-95 by size", label: "AP by object size", style: "series-1",
          [report.ap, report.apSmall, report.apMedium, report.apLarge]),
        card(
          "AR100 by size", label: "Recall by object size", style: "series-3",
          [report.ar100, report.arSmall, report.arMedium, report.arLarge]),
      ]))
  }

  private func card(_ title: String, label: String, style: String, _ values: [Double]) -> Markup {
    let bars = zip(["all", "small (to 32²)", "medium", "large (from 96²)"], values).map {
      BarChart.Bar(
        name: $0, value: max($1, 0), text: PageNumber.fraction($1),
        style: $0 == "all" ? "series-8" : style)
    }
    return Page.card(
      title,
      BarChart(label: label, domain: 0...1, bars: bars, nameWidth: 122, textWidth: 46).markup)
  }
}
