import Glimpse

/// Scores files of detections against a truth, without any network.
struct FileScoring {
  let truth: TruthSet
  /// Whether masks are compared instead of boxes.
  let usesMasks: Bool
  /// Whether detections that contradict the truth are left out instead of ending the command.
  let allowsMismatches: Bool
  let tasks: TaskRunner

  /// Scores one run of a detector, which may lie in several files.
  ///
  /// - Throws: where truth and detections do not belong together, with a list.
  func score(_ paths: [String], on console: Console) throws -> ScoredRun {
    let found = try DetectionSet.read(paths, for: truth, readsMasks: usesMasks, tasks: tasks)
    try tell(found.mismatches, on: console)
    let input = EvaluationInput(
      imageNames: truth.images.map(\.name), classNames: truth.classNames, truths: truth.truths,
      detections: found.detections)
    return try ScoredRun(
      name: paths.joined(separator: " + "), input,
      overlap: usesMasks ? .masks(truths: truth.masks, detections: found.masks) : .boxes,
      tasks: tasks)
  }

  /// Lists what contradicts the truth, and ends the command unless that is allowed.
  func tell(_ mismatches: Mismatches, on console: Console) throws(CommandError) {
    guard mismatches.count > 0 else { return }
    for kind in Mismatches.Kind.allCases where mismatches.count(kind) > 0 {
      let sentences = mismatches.sentences(kind)
      for sentence in sentences {
        console.note("\(kind.rawValue): \(Sentence.printable(sentence))")
      }
      let rest = mismatches.count(kind) - sentences.count
      if rest > 0 { console.note("\(kind.rawValue): and \(rest) more") }
    }
    if allowsMismatches {
      console.warn(
        "\(Sentence.count(mismatches.count, "entry", plural: "entries")) contradict the truth; the "
          + "score is made without those whose image or class is unknown")
      return
    }
    throw CommandError(
      "truth and detections do not belong together: "
        + "\(Sentence.count(mismatches.count, "contradiction")), listed above; "
        + "--allow-mismatches scores nevertheless", exitCode: .invalidDataSet)
  }
}
