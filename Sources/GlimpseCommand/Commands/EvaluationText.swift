import Glimpse

extension AdditionalMetric: OptionValue {
  package static var noun: String { "a metric" }
  package static var valueName: String { "metric" }
  package static var words: [String] { all.map(\.name) }

  package init?(optionText: String) {
    guard let metric = Self.all.first(where: { $0.name == optionText.lowercased() }) else {
      return nil
    }
    self = metric
  }

  package var optionText: String { name }
}

/// The additional metrics of one or several results, as text and JSON.
struct ExtraText {
  private let runs: [(name: String, results: [(name: String, table: Table, json: JSONValue)])]

  init(_ metrics: [AdditionalMetric], of runs: [EvaluationResult], tasks: any ParallelExecutor) {
    // Each at most once, in the order of the list.
    let wanted = AdditionalMetric.all.filter { metric in
      metrics.contains { $0.name == metric.name }
    }
    self.runs = runs.map { run in
      (
        run.name,
        wanted.map { metric in
          let (table, json) = metric.evaluate(run, tasks)
          return (metric.name, table, json)
        }
      )
    }
  }

  /// To print below the other tables.
  var tables: String {
    runs.enumerated().map { place, run in
      let tables = run.results.map { "\n" + $0.table.text }.joined()
      let heading = runs.count > 1 ? "\n(\(place + 1)) \(Sentence.printable(run.name))\n" : ""
      return tables.isEmpty ? "" : heading + tables
    }.joined()
  }

  /// Members of a run's object.
  func members(run: Int) -> [JSONMember] {
    runs[run].results.map { JSONMember(key: $0.name, value: $0.json) }
  }
}

/// The output of an evaluation of files, as text and JSON.
struct RunsText {
  /// The ground truth's path.
  let groundTruth: String
  let runs: [EvaluationResult]
  let explanation: AnalysisText
  let extras: ExtraText

  /// One result: its classes and its twelve metrics. Several: the metrics side by side.
  var table: String {
    guard let first = runs.first else { return "" }
    let head = runs.count == 1 ? first.report.classTable.text + "\n" : ""
    return head + numbers + extras.tables + explanation.tables
  }

  /// The twelve metrics, a column per result.
  private var numbers: String {
    var table = Table(
      [.words("")]
        + runs.indices.map { .numbers(runs.count == 1 ? "value" : "(\($0 + 1))") })
    for (row, number) in (runs.first?.report.numbers ?? []).enumerated() {
      table.add([.text(number.name)] + runs.map { .fraction($0.report.numbers[row].value) })
    }
    guard runs.count > 1 else { return table.text }
    let legend = runs.enumerated().map {
      "(\($0.offset + 1)) \(Sentence.printable($0.element.name))"
    }
    return table.text + legend.joined(separator: "\n") + "\n"
  }

  /// One result: an object with its metrics. Several: such objects in the list `runs`.
  var json: JSONValue {
    let objects = runs.enumerated().map { place, run -> [JSONMember] in
      [
        JSONMember(key: "detections", value: .string(run.name)),
        JSONMember(key: "images", value: .integer(run.report.imageCount)),
        JSONMember(key: "ground_truth", value: .integer(run.report.groundTruthCount)),
      ] + run.report.members + extras.members(run: place) + explanation.members(run: place)
    }
    let head = [JSONMember(key: "annotations", value: .string(groundTruth))]
    if objects.count == 1 { return .object(head + objects[0]) }
    return .object(
      head + [JSONMember(key: "runs", value: .array(objects.map { .object($0) }))])
  }
}
