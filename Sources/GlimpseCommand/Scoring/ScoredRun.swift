import Glimpse

/// A run of a detector with its detections matched and its numbers reckoned.
struct ScoredRun: Sendable {
  /// The weights or the files that it came from.
  let name: String
  let cells: EvaluationCells
  /// What detections and truths overlap by.
  let overlap: CellOverlap
  let matches: MatchTable
  let report: DetectionReport

  /// Scores an input.
  init(
    name: String, _ input: EvaluationInput, overlap: CellOverlap = .boxes, tasks: TaskRunner
  ) throws(EvaluationError) {
    self.name = name
    self.overlap = overlap
    cells = try EvaluationCells(input, tasks: tasks)
    matches = MatchTable(cells, overlap: overlap, tasks: tasks)
    report = DetectionMetric.report(cells, matches, tasks: tasks)
  }
}
