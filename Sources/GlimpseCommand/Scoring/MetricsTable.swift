import Glimpse

/// The numbers of runs as a sheet: a row a class, and one over all.
///
/// All digits that identify a number are written; where there is nothing to measure on, nothing.
enum MetricsTable {
  /// The text of the sheet, its heading first.
  static func text(_ runs: [EvaluationResult]) -> String {
    let names = runs.first?.report.numbers.map(\.name) ?? []
    var rows = [["run", "class", "ground_truth", "detections"] + names]
    for run in runs {
      let report = run.report
      rows.append(
        [
          run.name, "all", "\(report.groundTruthCount)",
          "\(report.classes.reduce(0) { $0 + $1.detectionCount })",
        ] + report.numbers.map { number($0.value) })
      for entry in report.classes {
        let known = [
          "AP": entry.ap, "AP50": entry.ap50, "AP75": entry.ap75, "AR100": entry.ar100,
        ]
        rows.append(
          [run.name, entry.name, "\(entry.groundTruthCount)", "\(entry.detectionCount)"]
            + names.map { number(known[$0] ?? -1) })
      }
    }
    return CSV.text(rows)
  }

  private static func number(_ value: Double) -> String { value < 0 ? "" : "\(value)" }
}
