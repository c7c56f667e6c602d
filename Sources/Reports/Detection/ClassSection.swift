import Basics
import Evaluation

/// The metrics of each class.
struct ClassSection: Sendable {
  let analysis: EvaluationAnalysis

  var markup: Markup {
    let table = self.table
    return Page.section(
      "Classes",
      "Click a heading to sort. Of all, AP and AR are means of classes, F1 is pooled over classes. AUC is the area under the image-level ROC curve."
        + (analysis.bootstrap == nil
          ? ""
          : " Small print: confidence intervals, for classes in at least "
            + "\(EvaluationAnalysis.fewestImages) images."),
      Page.table(table, isSortable: true) { row, column in
        guard let title = table.columns[column].title,
          let interval = interval(of: analysis.report.classes[row].classIndex, title)
        else { return ("", "") }
        return ("", PageNumber.range(interval))
      })
  }

  private func interval(of classIndex: Int, _ metric: String) -> Interval? {
    guard analysis.hasInterval(classIndex), let bootstrap = analysis.bootstrap else { return nil }
    let (ap, ap50) = bootstrap.classes[classIndex]
    return [analysis.report.apTitle: ap, "AP50": ap50][metric]
  }

  private var table: Table {
    let report = analysis.report
    var table = Table(
      [.words("class")]
        + [
          report.apTitle, "AP50", "AP75", report.arName, "best F1", "confidence", "AUC",
          "instances", "detections",
        ].map { .numbers($0) })
    for entry in report.classes {
      let best = analysis.f1Curves[entry.classIndex].best
      let values = [
        entry.ap, entry.ap50, entry.ap75, report.lastAR(of: entry), best?.f1 ?? -1,
        best?.score ?? -1,
        analysis.imageROCs[entry.classIndex].area ?? -1,
      ]
      table.add(
        [.text(entry.name)] + values.map(Table.Value.fraction)
          + [.integer(entry.groundTruthCount), .integer(entry.detectionCount)])
    }
    let best = analysis.pooledF1Curve.best
    let means = [
      report.ap, report.ap50, report.ap75, report.arLast, best?.f1 ?? -1, best?.score ?? -1,
    ]
    table.summarize(
      [.text("all")] + means.map(Table.Value.fraction)
        + [.blank, .integer(report.groundTruthCount), .integer(analysis.table.detections.count)])
    return table
  }
}
