import Basics
import Imaging

/// COCO's average precision and recall: group, match, accumulate, summarize.
///
/// Source: pycocotools' cocoeval.py and `bbIou` in maskApi.c, whose numbers it equals.
package enum DetectionMetric {
  /// Evaluates detections by their boxes; results do not depend on `tasks`.
  ///
  /// - Parameter input: All images, including those without ground-truth objects or detections.
  /// - Throws: `EvaluationError` for indices out of range and numbers that are not finite.
  package static func evaluate(
    _ input: EvaluationInput, tasks: any ParallelExecutor = .serial
  ) throws(EvaluationError) -> DetectionMetrics {
    let table = try EvaluationTable(input, tasks: tasks)
    return report(table, MatchTable(table, tasks: tasks), tasks: tasks)
  }

  /// The metrics of detections that are matched already, by boxes or by masks.
  ///
  /// - Parameter matches: Made with the parameters `.coco`.
  package static func report(
    _ table: EvaluationTable, _ matches: MatchTable, tasks: any ParallelExecutor = .serial
  ) -> DetectionMetrics {
    var counts = table.classNames.map { _ in (groundTruths: 0, detections: 0) }
    for row in 0..<table.groundTruths.count where table.groundTruths.traits[row].isEmpty {
      counts[Int(table.groundTruths.classes[row])].groundTruths += 1
    }
    for classIndex in table.detections.classes { counts[Int(classIndex)].detections += 1 }
    return DetectionMetrics(
      curves: PrecisionRecallCurves(table, matches, tasks: tasks), classNames: table.classNames,
      counts: counts, imageCount: table.imageNames.count)
  }
}

/// One evaluated set of detections: the sorted rows, their matches and COCO's metrics.
package struct EvaluationResult: Sendable {
  /// The weights or files that the detections come from.
  package let name: String
  package let table: EvaluationTable
  /// How detections were compared with ground-truth objects.
  package let overlap: PairwiseIoU
  package let matches: MatchTable
  package let report: DetectionMetrics

  /// Matches the detections and computes COCO's metrics.
  package init(
    name: String, _ input: EvaluationInput, overlap: PairwiseIoU = .boxes,
    tasks: any ParallelExecutor = .serial
  ) throws(EvaluationError) {
    self.name = name
    self.overlap = overlap
    table = try EvaluationTable(input, tasks: tasks)
    matches = MatchTable(table, overlap: overlap, tasks: tasks)
    report = DetectionMetric.report(table, matches, tasks: tasks)
  }
}

/// A metric that can be added to COCO's: its name, and its table and JSON for one result.
///
/// `AdditionalMetric.all` lists them.
package struct AdditionalMetric: Sendable {
  /// The option's value and the key in JSON.
  package let name: String
  /// The value's explanation in the help.
  package let summary: String
  package let evaluate:
    @Sendable (_ result: EvaluationResult, _ tasks: any ParallelExecutor) -> (
      table: Table, json: JSONValue
    )
}
