import Imaging

/// COCO's average precision and recall: group, match, accumulate, summarize.
///
/// Source: pycocotools' cocoeval.py and `bbIou` in maskApi.c, whose numbers it equals.
public enum DetectionMetric {
  /// Scores detections against truths by their boxes.
  ///
  /// - Parameters:
  ///   - input: All images, those without truths or detections too.
  ///   - tasks: What runs parts of the work at the same time; results do not depend on it.
  /// - Throws: `EvaluationError` for indices out of range and numbers that are not finite.
  public static func evaluate(
    _ input: EvaluationInput, tasks: TaskRunner = .serial
  ) throws(EvaluationError) -> DetectionReport {
    let cells = try EvaluationCells(input, tasks: tasks)
    return report(cells, MatchTable(cells, tasks: tasks), tasks: tasks)
  }

  /// The numbers of detections that are matched already, by boxes or by masks.
  ///
  /// - Parameter matches: Made with the parameters `.coco`.
  public static func report(
    _ cells: EvaluationCells, _ matches: MatchTable, tasks: TaskRunner = .serial
  ) -> DetectionReport {
    var counts = cells.classNames.map { _ in (truths: 0, detections: 0) }
    for row in 0..<cells.truths.count where cells.truths.traits[row].isEmpty {
      counts[Int(cells.truths.classes[row])].truths += 1
    }
    for classIndex in cells.detections.classes { counts[Int(classIndex)].detections += 1 }
    return DetectionReport(
      curves: PrecisionRecallCurves(cells, matches, tasks: tasks), classNames: cells.classNames,
      counts: counts, imageCount: cells.imageNames.count)
  }
}
