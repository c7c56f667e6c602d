import Glimpse

/// Where AP is lost, kind by kind.
struct ErrorSection: Sendable {
  let analysis: EvaluationAnalysis

  var markup: Markup {
    Page.section(
      "Where precision is lost",
      "What AP at IoU 0.5 would gain if all errors of one kind, and nothing else, were mended.",
      Page.cards([
        Page.card(
          "Points of AP50 that each kind costs",
          ErrorChart(runs: [analysis], names: [analysis.shortName]).markup,
          note: "All wrong detections together cost "
            + "\(PageNumber.points(analysis.errors.falsePositiveCost)) points, all objects that are "
            + "not found \(PageNumber.points(analysis.errors.falseNegativeCost)). Kinds do not add "
            + "up: mending one changes what another costs."),
        Page.card("How many there are", table),
      ]))
  }

  private var table: Markup {
    .element(
      "div", ["class": "scroll"],
      .element(
        "table", [:],
        .element(
          "thead", [:],
          .element(
            "tr", [:], .element("th", ["class": "text"], "kind"), .element("th", [:], "count"),
            .element("th", ["class": "text"], "meaning"))),
        .element(
          "tbody", [:],
          ErrorKind.allCases.map { kind in
            .element(
              "tr", [:], .element("td", ["class": "text"], Markup(kind.title)),
              .element("td", [:], Markup("\(analysis.errors.counts[kind.rawValue])")),
              .element("td", ["class": "words"], Markup(kind.explanation)))
          })))
  }
}

/// Bars of the kinds' costs, one run below the other.
struct ErrorChart: Sendable {
  let runs: [EvaluationAnalysis]
  /// What the runs are called.
  let names: [String]

  var markup: Markup {
    let most = runs.flatMap(\.errors.costs).max() ?? 0
    let bars = ErrorKind.allCases.flatMap { kind in
      runs.enumerated().map { place, run in
        BarChart.Bar(
          name: place == 0 ? kind.title : "", value: run.errors.cost(kind),
          text: PageNumber.points(run.errors.cost(kind)),
          style: runs.count > 1 ? "series-\(place + 1)" : kind.style,
          note:
            "\(kind.title), \(names[place]): \(PageNumber.points(run.errors.cost(kind))) points, "
            + "\(run.errors.counts[kind.rawValue]) \(kind.noun(run.errors.counts[kind.rawValue]))")
      }
    }
    return BarChart(
      label: "AP50 that each kind of error costs", domain: 0...max(most, 0.01), bars: bars,
      nameWidth: 106, textWidth: 44
    ).markup
      + Legend(
        entries: names.enumerated().map { ($0.element, "series-\($0.offset + 1)") }
      ).markup
  }
}
