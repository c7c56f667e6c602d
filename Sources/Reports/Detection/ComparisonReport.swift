import Basics
import Evaluation

/// The HTML report that compares two results on the same images.
public struct ComparisonReport: Sendable {
  private let first: EvaluationAnalysis
  private let second: EvaluationAnalysis
  private let paired: PairedBootstrap
  private let facts: [(name: String, value: String)]
  /// The file names, or the full paths if the file names are equal.
  private let names: [String]

  /// - Parameter facts: Names and values for the header, such as the dataset.
  public init(
    _ first: EvaluationAnalysis, _ second: EvaluationAnalysis, paired: PairedBootstrap,
    facts: [(name: String, value: String)] = []
  ) {
    self.first = first
    self.second = second
    self.paired = paired
    self.facts = facts
    names = [first, second].map {
      first.shortName == second.shortName ? $0.result.name : $0.shortName
    }
  }

  /// The HTML page.
  public var html: String {
    Page(
      title: "\(names[0]) and \(names[1])", eyebrow: "Comparison",
      heading: "\(names[1]) against \(names[0])", facts: facts,
      content: [
        .element("section", [:], Page.advice([verdict])), numbers,
        Page.section(
          "Difference by class",
          "\(first.report.apTitle) of “\(names[1])” minus that of “\(names[0])”, with confidence intervals from "
            + "\(paired.options.resamples) resamples for classes in at least "
            + "\(EvaluationAnalysis.fewestImages) images. An interval that contains 0 is not "
            + "significant.",
          Page.cards(differences)),
        Page.section(
          "Curves and errors", "",
          Page.cards([
            Page.card(
              "Precision-recall curves, \(CurveSection.iouName(first.report.curves)), all classes",
              curves),
            Page.card(
              "AP50 lost per error type, in points",
              ErrorChart(runs: [first, second], names: names).markup),
          ])),
      ], footer: EvaluationReport.definitions(paired.options, first.result.parameters)
    ).text
  }

  private var verdict: (issue: String, hint: String) {
    let difference = paired.ap.interval
    let result =
      difference.lower > 0
      ? "“\(names[1])” is better"
      : difference.upper < 0
        ? "“\(names[1])” is worse" : "The difference is not significant"
    return (
      "\(result): \(first.report.apTitle) \(PageNumber.difference(difference.value)), \(range(difference)).",
      "p = \(Self.probability(paired.ap.p)), paired bootstrap over "
        + "\(Sentence.count(first.table.imageNames.count, "image"))."
    )
  }

  private func range(_ interval: Interval) -> String {
    "\(PageNumber.percent(paired.options.confidence)) confidence interval \(ends(interval))"
  }

  private func ends(_ interval: Interval) -> String {
    "\(PageNumber.difference(interval.lower)) to \(PageNumber.difference(interval.upper))"
  }

  static func probability(_ p: Double) -> String {
    p < 0.001 ? "< 0.001" : NumberFormat.fixed(p, 3)
  }

  private var numbers: Markup {
    var table = Table(
      [.words("metric")]
        + ["A", "B", "difference", "\(PageNumber.percent(paired.options.confidence)) CI", "p"].map {
          .numbers($0)
        })
    var styles: [String] = []
    for (a, b) in zip(first.report.numbers, second.report.numbers) {
      let tested = a.name == "AP" ? paired.ap : a.name == "AP50" ? paired.ap50 : nil
      let difference = b.value - a.value
      let isKnown = a.value >= 0 && b.value >= 0
      styles.append(!isKnown || difference == 0 ? "" : difference > 0 ? "better" : "worse")
      table.add([
        .text(a.name), .fraction(a.value), .fraction(b.value),
        isKnown ? .text(PageNumber.difference(difference)) : .missing,
        tested.map { .text(ends($0.interval)) } ?? .blank,
        tested.map { .text(Self.probability($0.p)) } ?? .blank,
      ])
    }
    return Page.section(
      "Metrics", "A is “\(names[0])”, B is “\(names[1])”.",
      Page.table(table) { row, column in
        (column == 3 ? styles[row] : column == 4 ? "range" : "", "")
      })
  }

  /// Bars of all classes, in up to three cards.
  private var differences: [Markup] {
    let rows: [(name: String, difference: PairedBootstrap.Difference, isKnown: Bool)] =
      [("all", paired.ap, true)]
      + first.labeledClasses.compactMap { entry in
        paired.classes[entry.classIndex].map {
          (entry.name, $0.ap, first.hasInterval(entry.classIndex))
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
        : "\(name): too few images for a confidence interval")
  }

  private var curves: Markup {
    LineChart(
      label: "Precision-recall curves of both results", frame: CurveSection.frame,
      lines: [first, second].enumerated().map { place, run in
        LineChart.Line(
          name: "\(names[place]) \(PageNumber.fraction(run.report.curves.shownAP))",
          points: run.report.curves.meanCurve(iou: run.report.curves.shownIoU),
          style: "series-\(place + 1)")
      }
    ).markup
  }
}
