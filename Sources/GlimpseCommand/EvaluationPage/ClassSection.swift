import Glimpse

/// A row a class; the script makes the headings sort it.
struct ClassSection: Sendable {
  let analysis: EvaluationAnalysis

  var markup: Markup {
    Page.section(
      "Classes",
      Markup(
        "Click a heading to sort. AUC is the area under the ROC curve of telling in which images a "
          + "class is to be seen."
          + (analysis.bootstrap == nil
            ? ""
            : " Small print is the range of each AP, for classes that \(EvaluationAnalysis.fewestImages) or more "
              + "images show.")),
      .element(
        "div", ["class": "scroll"],
        .element(
          "table", ["class": "sortable"], .element("thead", [:], head),
          .element("tbody", [:], analysis.report.classes.map(row)),
          .element("tfoot", [:], foot))))
  }

  private var head: Markup {
    .element(
      "tr", [:],
      [.element("th", ["class": "text"], "class")]
        + [
          "AP50-95", "AP50", "AP75", "AR100", "best F1", "at score", "AUC", "objects", "detections",
        ].map {
          .element("th", [:], Markup($0))
        })
  }

  private func row(_ entry: DetectionMetrics.ClassEntry) -> Markup {
    let ranges =
      analysis.hasRange(entry.classIndex) ? analysis.bootstrap?.classes[entry.classIndex] : nil
    let area = analysis.presences[entry.classIndex].area
    let best = analysis.operating[entry.classIndex].best
    return .element(
      "tr", [:],
      .element(
        "td", ["class": "text", "data-value": entry.name, "title": entry.name],
        Markup(entry.name)),
      number(PageNumber.fraction(entry.ap), entry.ap, ranges?.ap),
      number(PageNumber.fraction(entry.ap50), entry.ap50, ranges?.ap50),
      number(PageNumber.fraction(entry.ap75), entry.ap75),
      number(PageNumber.fraction(entry.ar100), entry.ar100),
      number(PageNumber.fraction(best?.f1 ?? -1), best?.f1 ?? -1),
      number(PageNumber.fraction(best?.score ?? -1), best?.score ?? -1),
      number(PageNumber.fraction(area ?? -1), area ?? -1),
      number("\(entry.groundTruthCount)", Double(entry.groundTruthCount)),
      number("\(entry.detectionCount)", Double(entry.detectionCount)))
  }

  private var foot: Markup {
    let report = analysis.report
    let texts =
      [
        report.ap, report.ap50, report.ap75, report.ar100, analysis.pooled.best?.f1 ?? -1,
        analysis.pooled.best?.score ?? -1,
      ].map(PageNumber.fraction)
      + ["", "\(report.groundTruthCount)", "\(analysis.detectionCount)"]
    return .element(
      "tr", [:],
      [.element("td", ["class": "text"], "all")]
        + texts.map { .element("td", [:], Markup($0)) })
  }

  private func number(_ text: String, _ value: Double, _ range: Interval? = nil) -> Markup {
    var children = [Markup(text)]
    if let range, range.value >= 0 {
      children += [
        .element("br"), .element("span", ["class": "range"], Markup(PageNumber.range(range))),
      ]
    }
    return .element("td", ["data-value": "\(value)"], children)
  }
}
