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
      title: "\(firstName) and \(secondName)",
      content: [
        PageHeader(
          eyebrow: "Comparison", title: "\(secondName) against \(firstName)", facts: facts
        ).markup,
        verdict, numbers,
        Page.section(
          "Difference by class",
          Markup(
            "AP50-95 of “\(secondName)” less that of “\(firstName)”, with the range over "
              + "\(options.draws) draws for classes that \(EvaluationAnalysis.fewestImages) or more "
              + "images show. Where the range holds 0, the images do not tell which is better."),
          Page.cards(differences)),
        Page.section(
          "Curves and errors", .none,
          Page.cards([
            Page.card("Precision and recall, IoU 0.5, all classes", curves),
            Page.card(
              "Points of AP50 that each kind of error costs",
              ErrorChart(runs: [first, second], names: [firstName, secondName]).markup),
          ])),
        PageFooter(options: options).markup,
      ]
    ).text
  }

  private var verdict: Markup {
    let difference = paired.ap.interval
    let text =
      if difference.lower > 0 {
        "“\(secondName)” is better: AP50-95 \(PageNumber.difference(difference.value)), "
          + "\(range(difference))."
      } else if difference.upper < 0 {
        "“\(secondName)” is worse: AP50-95 \(PageNumber.difference(difference.value)), "
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
                + "\(Sentence.count(first.table.imageNames.count, "image")).")))))
  }

  private var firstName: String { name(of: 0) }
  private var secondName: String { name(of: 1) }

  /// The file names, or the whole paths where those are the same.
  private func name(of run: Int) -> String {
    let analysis = run == 0 ? first : second
    return first.shortName == second.shortName ? analysis.name : analysis.shortName
  }

  private func range(_ interval: Interval) -> String {
    "\(PageNumber.percent(options.confidence)) range \(ends(interval))"
  }

  private func ends(_ interval: Interval) -> String {
    "\(PageNumber.difference(interval.lower)) to \(PageNumber.difference(interval.upper))"
  }

  /// A p-value; below a thousandth it is only said that it is.
  static func probability(_ p: Double) -> String {
    p < 0.001 ? "below 0.001" : NumberFormat.fixed(p, 3)
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
        .element("td", ["class": "range"], Markup(tested.map { ends($0.interval) } ?? "")),
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
              .element("th", [:], "difference"),
              .element("th", [:], Markup("\(PageNumber.percent(options.confidence)) range")),
              .element("th", [:], "p"))),
          .element("tbody", [:], rows))))
  }

  /// Bars of all classes, in as many cards as stand beside each other.
  private var differences: [Markup] {
    let rows: [(name: String, difference: PairedBootstrap.Difference, isKnown: Bool)] =
      [("all", paired.ap, true)]
      + first.labeledClasses.compactMap { entry in
        paired.classes[entry.classIndex].map {
          (entry.name, $0.ap, first.hasRange(entry.classIndex))
        }
      }
    let ends = rows.flatMap { row -> [Double] in
      let interval = row.difference.interval
      return row.isKnown ? [interval.lower, interval.upper, interval.value] : [interval.value]
    }
    let end = max(ends.map(abs).max() ?? 0, 0.01)
    let columns = rows.count > 24 ? 3 : rows.count > 10 ? 2 : 1
    let length = (rows.count + columns - 1) / columns
    return stride(from: 0, to: rows.count, by: length).map { start in
      let part = rows[start..<min(start + length, rows.count)]
      return .element(
        "figure", ["class": "card"],
        BarChart(
          label: "Difference of AP by class", domain: -end...end,
          bars: part.map { bar($0.name, $0.difference, isKnown: $0.isKnown) }, nameWidth: 104,
          textWidth: 56
        ).markup)
    }
  }

  private func bar(
    _ name: String, _ difference: PairedBootstrap.Difference, isKnown: Bool
  ) -> BarChart.Bar {
    let interval = difference.interval
    let isCertain = isKnown && (interval.lower > 0 || interval.upper < 0)
    return BarChart.Bar(
      name: name, value: interval.value, text: PageNumber.difference(interval.value),
      style: !isCertain ? "series-8 pale" : interval.value > 0 ? "series-3" : "series-5",
      interval: isKnown ? (interval.lower, interval.upper) : nil,
      note: isKnown
        ? "\(name): \(range(interval)), p = \(Self.probability(difference.p))"
        : "\(name): on too few images for a range")
  }

  private var curves: Markup {
    LineChart(
      label: "Precision over recall of both runs", frame: CurveSection.frame,
      lines: [first, second].enumerated().map { place, run in
        LineChart.Line(
          name: "\(name(of: place)) \(PageNumber.fraction(run.report.ap50))",
          points: run.report.curves.meanCurve(
            iou: 0, classes: Array(0..<run.report.curves.classCount)),
          style: "series-\(place + 1)")
      }
    ).markup
  }
}
