import Glimpse

/// What came of one or several files of detections, for people and for scripts.
struct RunsText {
  /// The ground truth's path.
  let groundTruth: String
  let runs: [EvaluationResult]
  /// What is said beyond the numbers.
  let explanation: AnalysisText
  /// Metrics besides COCO's.
  let extras: ExtraText

  /// One run: its classes and its twelve numbers. Several: the numbers side by side.
  var table: String {
    guard let first = runs.first else { return "" }
    let head = runs.count == 1 ? ReportText.table(first.report) + "\n" : ""
    return head + numbers + extras.tables + explanation.tables
  }

  /// The twelve numbers, a column a run.
  private var numbers: String {
    var table = TextTable(
      [.init("", .left)]
        + runs.indices.map { .init(runs.count == 1 ? "value" : "(\($0 + 1))") })
    for (row, number) in (runs.first?.report.numbers ?? []).enumerated() {
      table.add([number.name] + runs.map { ReportText.fraction($0.report.numbers[row].value) })
    }
    guard runs.count > 1 else { return table.text }
    let legend = runs.enumerated().map {
      "(\($0.offset + 1)) \(Sentence.printable($0.element.name))"
    }
    return table.text + legend.joined(separator: "\n") + "\n"
  }

  /// One run: an object with its numbers. Several: such objects in the list `runs`.
  var json: JSONValue {
    let objects = runs.enumerated().map { place, run -> [JSONMember] in
      let report = run.report
      return [
        JSONMember(key: "detections", value: .string(run.name)),
        JSONMember(key: "images", value: .integer(report.imageCount)),
        JSONMember(key: "ground_truth", value: .integer(report.groundTruthCount)),
        JSONMember(key: "metrics", value: ReportText.metrics(report)),
        JSONMember(key: "stats", value: ReportText.stats(report)),
        JSONMember(key: "classes", value: ReportText.classes(report)),
      ] + extras.members(run: place) + explanation.members(run: place)
    }
    let head = [JSONMember(key: "truth", value: .string(groundTruth))]
    if objects.count == 1 { return .object(head + objects[0]) }
    return .object(
      head + [JSONMember(key: "runs", value: .array(objects.map { .object($0) }))])
  }
}
