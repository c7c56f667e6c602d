import Basics

extension DetectionMetrics {
  /// The name of AP over all thresholds for readers.
  package var apTitle: String {
    parameters.iouThresholds == EvaluationParameters.cocoThresholds ? "AP50-95" : "AP"
  }
  /// The name of AR with the largest limit.
  package var arName: String { "AR\(parameters.largestLimit)" }
  /// AR with the largest limit.
  package var arLast: Double { numbers.value(arName) }
  package func lastAR(of entry: ClassEntry) -> Double { entry.numbers.value(arName) }

  /// A table with one row per class and a summary row over all classes.
  public var classTable: Table {
    // AP over all thresholds comes last of those that are shown.
    let shown = ["AP50", "AP75"].filter { name in numbers.contains { $0.name == name } }
    let hidden = numbers.map(\.name).filter {
      !shown.contains($0) && !groupNames.contains($0) && $0 != "AP" && $0 != arName
    }
    var table = Table(
      [
        .words("class", key: "name"), .numbers("instances", key: "ground_truth"),
        .hidden("detections"),
      ] + shown.map { .numbers($0) } + [.numbers(apTitle, key: "AP"), .hidden(arName)]
        + hidden.map { .hidden($0) })
    func values(_ numbers: [Number]) -> [Table.Value] {
      (shown + ["AP", arName] + hidden).map { .fraction(numbers.value($0)) }
    }
    for entry in classes {
      table.add(
        [.text(entry.name), .integer(entry.groundTruthCount), .integer(entry.detectionCount)]
          + values(entry.numbers))
    }
    table.summarize([.text("all"), .integer(groundTruthCount), .blank] + values(numbers))
    return table
  }

  /// The metrics as JSON: `metrics` by name (null without ground truth), `stats` in COCO's order
  /// (-1 without ground truth; only with COCO's thresholds, areas and limits), and `classes`.
  package var json: JSONValue {
    let metrics = numbers.map {
      JSONMember(key: $0.name, value: Table.Value.fraction($0.value).json)
    }
    let head: JSONValue = ["metrics": .object(metrics)]
    let stats: JSONValue =
      parameters.hasCOCONumbers && groupNames.isEmpty
      ? ["stats": .array(numbers.map { .number($0.value) })] : [:]
    return head.appending(stats, ["classes": classTable.json])
  }

  /// All metrics of several results for a CSV file: one row per result and class, and one row per
  /// result over all classes.
  public static func csvTable(_ results: [EvaluationResult]) -> Table {
    let names = results.first?.report.numbers.map(\.name) ?? []
    var table = Table(
      [.words("run"), .words("class"), .numbers("ground_truth"), .numbers("detections")]
        + names.map { .numbers($0) })
    for result in results {
      let report = result.report
      func add(_ name: String, _ groundTruths: Int, _ detections: Int, _ values: [Number]) {
        table.add(
          [.text(result.name), .text(name), .integer(groundTruths), .integer(detections)]
            + names.map { .fraction(values.value($0)) })
      }
      let detections = report.classes.reduce(0) { $0 + $1.detectionCount }
      add("all", report.groundTruthCount, detections, report.numbers)
      for entry in report.classes {
        add(entry.name, entry.groundTruthCount, entry.detectionCount, entry.numbers)
      }
    }
    return table
  }
}
