import Glimpse

/// Two runs on the same images beside each other, and whether the second is better.
struct ComparisonPage: Sendable {
  let first: EvaluationAnalysis
  let second: EvaluationAnalysis
  let paired: PairedBootstrap
  let options: BootstrapOptions
  let facts: [(name: String, value: String)]

  /// The whole file.
  var text: String {
    Page(
      title: "\(first.name) and \(second.name)",
      content: [
        PageHeader(
          eyebrow: "Comparison", title: "\(second.name) against \(first.name)", facts: facts
        ).markup,
        verdict, numbers,
        Page.section(
          "Difference by class",
          Markup(
            "AP50-95 of “\(second.name)” less that of “\(first.name)”, with the range over "
              + "\(options.draws) draws of images. Where the range holds 0, the images do not tell "
              + "which is better."),
          Page.card("", differences)),
        Page.section(
          "Curves and errors", .none,
          Page.cards([
            Page.card("Precision and recall, IoU 0.5, all classes", curves),
            Page.card(
              "Points of AP50 that each kind of error costs",
              ErrorChart(runs: [first, second]).markup),
          ])),
        PageFooter(options: options).markup,
      ]
    ).text
  }

  private var verdict: Markup {
    let difference = paired.ap.interval
    let text =
      if difference.lower > 0 {
        "“\(second.name)” is better: AP50-95 \(PageNumber.difference(difference.value)), "
          + "\(range(difference))."
      } else if difference.upper < 0 {
        "“\(second.name)” is worse: AP50-95 \(PageNumber.difference(difference.value)), "
          + "\(range(difference))."
      } else {
        "These images do not tell which is better: AP50-95 "
          + "\(PageNumber.difference(difference.value)), \(range(difference))."
      }
    return .element(
      "section", [:],
      .element(
        "ul", ["class": "advice"],
        .element(
          "li", [:], .element("b", [:], Markup(text)),
          .element(
            "span", [:],
            Markup(
              "p = \(Self.probability(paired.ap.p)), by a paired bootstrap over "
                + "\(Sentence.count(first.cells.imageNames.count, "image")).")))))
  }

  private func range(_ interval: Interval) -> String {
    "\(PageNumber.percent(options.confidence)) range \(PageNumber.difference(interval.lower)) to "
      + PageNumber.difference(interval.upper)
  }

  /// A p-value; below a thousandth it is only said that it is.
  static func probability(_ p: Double) -> String {
    p < 0.001 ? "below 0.001" : HumanFormat.fixed(p, 3)
  }

  private var numbers: Markup {
    let rows = zip(first.report.numbers, second.report.numbers).map { a, b in
      let tested: PairedBootstrap.Difference? =
        a.name == "AP" ? paired.ap : a.name == "AP50" ? paired.ap50 : nil
      let value = b.value - a.value
      let isThere = a.value >= 0 && b.value >= 0
      return Markup.element(
        "tr", [:], .element("td", ["class": "text"], Markup(a.name)),
        .element("td", [:], Markup(PageNumber.fraction(a.value))),
        .element("td", [:], Markup(PageNumber.fraction(b.value))),
        .element(
          "td", ["class": !isThere || value == 0 ? "" : value > 0 ? "better" : "worse"],
          Markup(isThere ? PageNumber.difference(value) : "–")),
        .element("td", ["class": "range"], Markup(tested.map { self.range($0.interval) } ?? "")),
        .element("td", [:], Markup(tested.map { Self.probability($0.p) } ?? "")))
    }
    return Page.section(
      "Numbers", .none,
      .element(
        "div", ["class": "scroll"],
        .element(
          "table", [:],
          .element(
            "thead", [:],
            .element(
              "tr", [:], .element("th", ["class": "text"], "number"),
              .element("th", [:], "first"), .element("th", [:], "second"),
              .element("th", [:], "difference"), .element("th", [:], "range"),
              .element("th", [:], "p"))),
          .element("tbody", [:], rows))))
  }

  private var differences: Markup {
    let rows = first.labeledClasses.compactMap { entry in
      paired.classes[entry.classIndex].map { (entry.name, $0.ap) }
    }
    let most = rows.flatMap { [abs($0.1.interval.lower), abs($0.1.interval.upper)] }.max() ?? 0
    let bars = ([("all", paired.ap)] + rows).map { name, difference in
      let interval = difference.interval
      return BarChart.Bar(
        name: name, value: interval.value, text: PageNumber.difference(interval.value),
        style: interval.lower > 0 ? "series-3" : interval.upper < 0 ? "series-5" : "series-8 pale",
        interval: (interval.lower, interval.upper),
        note: "\(name): \(range(interval)), p = \(Self.probability(difference.p))")
    }
    let end = max(most, abs(paired.ap.interval.lower), abs(paired.ap.interval.upper), 0.01)
    return BarChart(
      label: "Difference of AP by class", domain: -end...end, bars: bars, nameWidth: 104,
      textWidth: 56
    ).markup
  }

  private var curves: Markup {
    LineChart(
      label: "Precision over recall of both runs", frame: CurveSection.frame,
      lines: [first, second].enumerated().map { place, run in
        LineChart.Line(
          name: "\(run.name) \(PageNumber.fraction(run.report.ap50))",
          points: run.report.curves.meanCurve(
            iou: 0, classes: Array(0..<run.report.curves.classCount)),
          style: "series-\(place + 1)")
      }
    ).markup
  }
}
