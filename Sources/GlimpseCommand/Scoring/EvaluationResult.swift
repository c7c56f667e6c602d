import Glimpse

/// A run of a detector with its detections matched and its numbers reckoned.
struct EvaluationResult: Sendable {
  /// The weights or the files that it came from.
  let name: String
  let table: EvaluationTable
  /// What detections and ground-truth objects overlap by.
  let overlap: PairwiseIoU
  let matches: MatchTable
  let report: DetectionMetrics

  /// Scores an input.
  init(
    name: String, _ input: EvaluationInput, overlap: PairwiseIoU = .boxes,
    tasks: any ParallelExecutor
  ) throws(EvaluationError) {
    self.name = name
    self.overlap = overlap
    table = try EvaluationTable(input, tasks: tasks)
    matches = MatchTable(table, overlap: overlap, tasks: tasks)
    report = DetectionMetric.report(table, matches, tasks: tasks)
  }
}
