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

/// The results of an evaluation, as text and JSON.
struct EvaluationText {
  private let runs: [EvaluationResult]
  private let analysis: AnalysisText
  /// The IoU type of each result.
  private let types: [OverlapChoice]
  /// The additional metrics of each result.
  private let extras: [[(name: String, caption: String?, table: Table, json: JSONValue)]]

  init(
    _ runs: [EvaluationResult], _ metrics: [AdditionalMetric], _ analysis: AnalysisText,
    types: [OverlapChoice] = [], tasks: any ParallelExecutor
  ) {
    self.runs = runs
    self.analysis = analysis
    self.types = types
    // Each at most once, in the order of the list.
    let wanted = AdditionalMetric.all.filter { metric in
      metrics.contains { $0.name == metric.name }
    }
    extras = runs.map { run in
      wanted.map { metric in
        let (table, json) = metric.evaluate(run, tasks)
        return (metric.name, metric.caption(run), table, json)
      }
    }
  }

  /// The tables that are printed below COCO's metrics.
  var extraTables: String {
    runs.indices.map { run in
      let tables = extras[run].map { metric in
        "\n" + (metric.caption.map { $0 + "\n" } ?? "") + metric.table.text
      }.joined()
      return tables.isEmpty ? "" : (runs.count > 1 ? "\n" + heading(run) : "") + tables
    }.joined() + analysis.tables
  }

  /// The members of a result's JSON object besides COCO's metrics.
  func extraJSON(run: Int) -> JSONValue {
    .object(extras[run].map { JSONMember(key: $0.name, value: $0.json) })
      .appending(analysis.json(run: run))
  }

  /// For one result, its classes and its twelve metrics; for several, the metrics side by side.
  var tables: String {
    let head = runs.count == 1 ? runs[0].report.classTable.text + "\n" : ""
    var numbers = Table(
      [.words("")]
        + runs.indices.map { .numbers(runs.count == 1 ? "value" : "(\($0 + 1))") })
    for (row, number) in (runs.first?.report.numbers ?? []).enumerated() {
      numbers.add([.text(number.name)] + runs.map { .fraction($0.report.numbers[row].value) })
    }
    let legend = runs.count > 1 ? runs.indices.map(heading).joined() : ""
    return head + numbers.text + legend + extraTables
  }

  private func heading(_ run: Int) -> String {
    "(\(run + 1)) \(Sentence.printable(runs[run].name))\n"
  }

  /// For one result, an object with its metrics; for several, a list `runs` of such objects.
  func json(groundTruth: String) -> JSONValue {
    let objects = runs.enumerated().map { place, run in
      let head: JSONValue = [
        "detections": .string(run.name), "images": .integer(run.report.imageCount),
        "ground_truth": .integer(run.report.groundTruthCount),
      ]
      let type: JSONValue =
        Set(types).count > 1 ? ["iou_type": .string(types[place].rawValue)] : [:]
      return head.appending(type, run.report.json, extraJSON(run: place))
    }
    let head: JSONValue = ["annotations": .string(groundTruth)]
    return head.appending(objects.count == 1 ? objects[0] : ["runs": .array(objects)])
  }
}
