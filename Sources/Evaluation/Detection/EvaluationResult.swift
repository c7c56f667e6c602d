import Basics
import Imaging

/// One evaluated set of detections: the sorted rows, their matches and COCO's metrics.
public struct EvaluationResult: Sendable {
  /// The name of the result in reports, such as the path of the weights or of the detections.
  public let name: String
  package let table: EvaluationTable
  /// The IoU of boxes or masks that detections were matched by.
  package let overlap: PairwiseIoU
  package let matches: MatchTable
  /// The matches at the IoU of the confusion matrix and of F1.
  package let operatingMatches: MatchTable
  /// COCO's metrics.
  public let report: DetectionMetrics

  /// The number of detections that exceed the limit per image and class.
  package var surplusDetections: Int {
    let limit = matches.parameters.largestLimit
    return table.pairs.reduce(0) { $0 + max($1.detections.count - limit, 0) }
  }

  /// The settings of the evaluation.
  public var parameters: EvaluationParameters { matches.parameters }

  /// Matches the detections and computes COCO's metrics.
  ///
  /// - Parameters:
  ///   - parameters: IoU thresholds, recall points, areas and limits.
  ///   - classes: The classes to evaluate, and whether they are told apart.
  /// - Throws: `EvaluationError` for indices out of range and values that are not finite.
  public init(
    name: String, _ input: EvaluationInput, overlap: PairwiseIoU = .boxes,
    parameters: EvaluationParameters = .coco, classes: ClassSelection = .all,
    tasks: any ParallelExecutor = .serial
  ) throws(EvaluationError) {
    self.name = name
    self.overlap = overlap
    table = try EvaluationTable(input, classes: classes, tasks: tasks)
    matches = MatchTable(table, overlap: overlap, parameters: parameters, tasks: tasks)
    operatingMatches = matches.atMatchIoU(table, overlap: overlap, tasks: tasks)
    report = DetectionMetrics(table, matches, tasks: tasks)
  }
}

/// A metric besides COCO's, selected by `evaluate --also`: its name, and its table and JSON for one
/// result.
///
/// `AdditionalMetric.all` lists them.
package struct AdditionalMetric: Sendable {
  /// The value of `--also`, and the key in JSON.
  package let name: String
  /// The description in the help.
  package let summary: String
  /// What the table is about, above it; nil if its first heading says it.
  package var caption: @Sendable (_ result: EvaluationResult) -> String? = { _ in nil }
  package let evaluate:
    @Sendable (_ result: EvaluationResult, _ tasks: any ParallelExecutor) -> (
      table: Table, json: JSONValue
    )
}
