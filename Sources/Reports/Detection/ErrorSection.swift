import Basics
import Evaluation

/// TIDE error analysis.
struct ErrorSection: Sendable {
  let analysis: EvaluationAnalysis

  var markup: Markup {
    Page.section(
      "Error analysis (TIDE)",
      "AP50 gained if all errors of one type, and no others, were corrected.",
      Page.cards([
        Page.card(
          "AP50 lost per error type, in points",
          ErrorChart(runs: [analysis], names: [analysis.shortName]).markup,
          note: "All false positives together cost "
            + "\(PageNumber.points(analysis.errors.falsePositiveCost)) points, all false negatives "
            + "\(PageNumber.points(analysis.errors.falseNegativeCost)). Costs do not add up, since "
            + "correcting one type changes the others."),
        Page.card("Counts", table),
      ]))
  }

  private var table: Markup {
    var table = Table([.words("type"), .numbers("count"), .words("definition")])
    for kind in ErrorKind.allCases {
      table.add([
        .text(kind.title), .integer(analysis.errors.counts[kind.rawValue]),
        .text(kind.display.explanation),
      ])
    }
    return Page.table(table) { _, column in (column == 2 ? "words" : "", "") }
  }
}

/// Bars of the cost of each error type, of one or several results.
struct ErrorChart: Sendable {
  let runs: [EvaluationAnalysis]
  let names: [String]

  var markup: Markup {
    let most = runs.flatMap(\.errors.costs).max() ?? 0
    let bars = ErrorKind.allCases.flatMap { kind in
      runs.enumerated().map { place, run in
        BarChart.Bar(
          name: place == 0 ? kind.title : "", value: run.errors.cost(kind),
          text: PageNumber.points(run.errors.cost(kind)),
          style: runs.count > 1 ? "series-\(place + 1)" : kind.display.style,
          note:
            "\(kind.title), \(names[place]): \(PageNumber.points(run.errors.cost(kind))) points, "
            + kind.counted(run.errors))
      }
    }
    return BarChart(
      label: "AP50 lost per error type", domain: 0...max(most, 0.01), bars: bars,
      nameWidth: 106, textWidth: 44
    ).markup
      + (runs.count > 1
        ? Page.legend(names.enumerated().map { ($0.element, "series-\($0.offset + 1)") }) : .none)
  }
}
