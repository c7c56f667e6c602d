import Evaluation

/// AP and recall by object size.
struct SizeSection: Sendable {
  let report: DetectionMetrics

  var markup: Markup {
    let sizes = ["small (to 32²)", "medium", "large (from 96²)"]
    func bars(_ all: Double, _ values: [Double], style: String) -> [BarChart.Bar] {
      zip(["all"] + sizes, [all] + values).map { name, value in
        BarChart.Bar(
          name: name, value: max(value, 0), text: PageNumber.fraction(value),
          style: name == "all" ? "series-8" : style)
      }
    }
    func chart(_ label: String, _ bars: [BarChart.Bar]) -> Markup {
      BarChart(label: label, domain: 0...1, bars: bars, nameWidth: 122, textWidth: 46).markup
    }
    return Page.section(
      "Object size", .none,
      Page.cards([
        Page.card(
          "AP50-95 by size",
          chart(
            "AP by object size",
            bars(
              report.ap, [report.apSmall, report.apMedium, report.apLarge], style: "series-1"))),
        Page.card(
          "AR100 by size",
          chart(
            "Recall by object size",
            bars(
              report.ar100, [report.arSmall, report.arMedium, report.arLarge], style: "series-3")
          )),
      ]))
  }
}
