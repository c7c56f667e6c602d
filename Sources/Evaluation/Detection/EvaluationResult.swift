import Basics
import Imaging

/// One evaluated set of detections: the sorted rows, their matches and COCO's metrics.
public struct EvaluationResult: Sendable {
  /// The weights or files that the detections come from.
  public let name: String
  package let table: EvaluationTable
  /// How detections were compared with ground-truth objects.
  package let overlap: PairwiseIoU
  package let matches: MatchTable
  /// COCO's metrics.
  public let report: DetectionMetrics

  /// Matches the detections and computes COCO's metrics.
  public init(
    name: String, _ input: EvaluationInput, overlap: PairwiseIoU = .boxes,
    tasks: any ParallelExecutor = .serial
  ) throws(EvaluationError) {
    self.name = name
    self.overlap = overlap
    table = try EvaluationTable(input, tasks: tasks)
    matches = MatchTable(table, overlap: overlap, tasks: tasks)
    report = DetectionMetrics(table, matches, tasks: tasks)
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
