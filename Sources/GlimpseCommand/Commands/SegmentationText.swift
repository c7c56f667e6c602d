import Glimpse

/// The results of evaluated segmentations, as text, JSON, CSV and an HTML report.
struct SegmentationText {
  private let runs: [(name: String, evaluation: SegmentationEvaluation)]
  private let bootstraps: [SegmentationBootstrap?]
  private let facts: [(name: String, value: String)]
  private let reportPath: String?

  /// - Parameter facts: Names and values for the report's header, such as the dataset.
  init(
    _ runs: [(name: String, evaluation: SegmentationEvaluation)], _ options: AnalysisOptions,
    facts: [(name: String, value: String)], tasks: any ParallelExecutor
  ) {
    self.runs = runs
    self.facts = facts
    reportPath = options.reportPath
    bootstraps = runs.map { run in
      options.bootstrap.map {
        SegmentationBootstrap(run.evaluation.metrics, options: $0, tasks: tasks)
      }
    }
  }

  /// Writes the files that were asked for: the table of classes and the report of the first result.
  func write(csv path: String?) throws {
    if let path {
      let table = SegmentationMetrics.csvTable(runs.map { ($0.name, $0.evaluation.metrics) })
      try CommandError.wrap(AtomicFile.write(table.csv, to: path))
    }
    if let reportPath, let run = runs.first {
      let report = SegmentationReport(
        run.evaluation, name: run.name, facts: facts, bootstrap: bootstraps[0])
      try CommandError.wrap(AtomicFile.write(report.html, to: reportPath))
    }
  }

  /// The classes of each result, and the metrics side by side.
  var tables: String {
    let classes = runs.enumerated().map { place, run in
      (runs.count > 1 ? heading(place) : "") + run.evaluation.metrics.classTable.text + "\n"
    }
    var numbers = Table(
      [.words("")]
        + runs.indices.map { .numbers(runs.count == 1 ? "value" : "(\($0 + 1))") }
        + (runs.count == 1 && bootstraps[0] != nil ? [.words("95 % interval")] : []))
    for (row, number) in (runs.first?.evaluation.metrics.numbers ?? []).enumerated() {
      let values = runs.map { $0.evaluation.metrics.numbers[row].cell }
      let range: [Table.Value] =
        runs.count == 1
        ? bootstraps[0].map { [interval(number.key, of: $0).map { .text($0.range) } ?? .blank] }
          ?? []
        : []
      numbers.add([.text(number.name)] + values + range)
    }
    let legend = runs.count > 1 ? runs.indices.map(heading).joined() : ""
    let images = runs.first?.evaluation.metrics.images.count ?? 0
    return classes.joined() + numbers.text + legend + Sentence.count(images, "image") + "\n"
  }

  private func heading(_ run: Int) -> String {
    "(\(run + 1)) \(Sentence.printable(runs[run].name))\n"
  }

  /// For one result, an object with its metrics; for several, a list `runs` of such objects.
  var json: JSONValue {
    let objects = runs.enumerated().map { place, run in
      let metrics = run.evaluation.metrics
      let head: JSONValue = ["detections": .string(run.name)]
      let intervals = bootstraps[place].map { bootstrap -> JSONValue in
        let members = metrics.numbers.compactMap { number in
          interval(number.key, of: bootstrap).map {
            JSONMember(key: number.key, value: [.number($0.lower), .number($0.upper)])
          }
        }
        return [
          "bootstrap": JSONValue.object(
            [JSONMember(key: "resamples", value: .integer(bootstrap.options.resamples))] + members)
        ]
      }
      return head.appending(
        metrics.json, ["per_image": metrics.imageTable.json], intervals ?? .object([]))
    }
    return objects.count == 1 ? objects[0] : ["runs": .array(objects)]
  }

  /// The interval of a metric by its key; nil without one.
  private func interval(_ key: String, of bootstrap: SegmentationBootstrap) -> Interval? {
    let intervals = [
      "dice": bootstrap.dice, "dice_image_mean": bootstrap.meanImageDice,
      "miou": bootstrap.meanIoU, "pixel_accuracy": bootstrap.pixelAccuracy,
      "object_f1_50": bootstrap.objectF1, "boundary_f1": bootstrap.boundaryF1,
    ]
    return intervals[key].flatMap { $0.value < 0 ? nil : $0 }
  }
}

extension Interval {
  /// "0.912 to 0.934".
  fileprivate var range: String {
    "\(NumberFormat.fixed(lower, 3)) to \(NumberFormat.fixed(upper, 3))"
  }
}
