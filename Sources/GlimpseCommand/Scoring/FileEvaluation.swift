import Glimpse

/// Scores files of detections against a ground-truth object, without any network.
struct FileEvaluation {
  let groundTruth: GroundTruth
  /// Whether masks are compared instead of boxes.
  let usesMasks: Bool
  /// Whether detections that contradict the ground truth are left out instead of ending the command.
  let allowsMismatches: Bool
  let tasks: any ParallelExecutor

  /// Scores one run of a detector, which may lie in several files.
  ///
  /// - Throws: where ground truth and detections do not belong together, with a list.
  func score(_ paths: [String], on console: Console) throws -> EvaluationResult {
    let found = try DetectionSet.read(paths, for: groundTruth, readsMasks: usesMasks, tasks: tasks)
    try tell(found.mismatches, on: console)
    let input = EvaluationInput(
      imageNames: groundTruth.images.map(\.name), classNames: groundTruth.classNames,
      groundTruths: groundTruth.groundTruths,
      detections: found.detections)
    return try EvaluationResult(
      name: paths.joined(separator: " + "), input,
      overlap: usesMasks
        ? .masks(groundTruths: groundTruth.masks, detections: found.masks) : .boxes,
      tasks: tasks)
  }

  /// Lists what contradicts the ground truth, and ends the command unless that is allowed.
  func tell(_ mismatches: ConsistencyIssues, on console: Console) throws(CommandError) {
    guard mismatches.count > 0 else { return }
    for kind in ConsistencyIssues.Kind.allCases where mismatches.count(kind) > 0 {
      let sentences = mismatches.sentences(kind)
      for sentence in sentences {
        console.note("\(kind.rawValue): \(Sentence.printable(sentence))")
      }
      let rest = mismatches.count(kind) - sentences.count
      if rest > 0 { console.note("\(kind.rawValue): and \(rest) more") }
    }
    if allowsMismatches {
      console.warn(
        "\(Sentence.count(mismatches.count, "entry", plural: "entries")) contradict the ground truth; the "
          + "score is made without those whose image or class is unknown")
      return
    }
    throw CommandError(
      "ground truth and detections do not belong together: "
        + "\(Sentence.count(mismatches.count, "contradiction")), listed above; "
        + "--allow-mismatches scores nevertheless", exitCode: .invalidDataSet)
  }
}
