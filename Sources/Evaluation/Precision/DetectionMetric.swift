import Basics
import Imaging

/// COCO's average precision and recall: group, match, accumulate, summarize.
///
/// Source: pycocotools' cocoeval.py and `bbIou` in maskApi.c, whose numbers it equals.
package enum DetectionMetric {
  /// Scores detections against ground-truth objects by their boxes.
  ///
  /// - Parameters:
  ///   - input: All images, those without ground-truth objects or detections too.
  ///   - tasks: What runs parts of the work at the same time; results do not depend on it.
  /// - Throws: `EvaluationError` for indices out of range and numbers that are not finite.
  package static func evaluate(
    _ input: EvaluationInput, tasks: any ParallelExecutor = .serial
  ) throws(EvaluationError) -> DetectionMetrics {
    let table = try EvaluationTable(input, tasks: tasks)
    return report(table, MatchTable(table, tasks: tasks), tasks: tasks)
  }

  /// The numbers of detections that are matched already, by boxes or by masks.
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
