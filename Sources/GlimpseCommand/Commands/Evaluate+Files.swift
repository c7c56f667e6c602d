import Glimpse

extension Evaluate {
  /// Evaluates files of detections.
  func evaluateFiles(groundTruth path: String, on console: Console) throws -> ExitCode {
    guard !detections.isEmpty else {
      throw CommandError.usage("--annotations needs --detections <path>")
    }
    try checkOutputs(runCount: mergesDetections ? 1 : detections.count)
    let usesMasks = overlap == .segm
    let tasks = ThreadPool(threads: threads ?? Machine.availableThreads)
    let groundTruth = try GroundTruth.read(path, split: split, readsMasks: usesMasks)
    let evaluation = FileEvaluation(
      groundTruth: groundTruth, usesMasks: usesMasks, allowsMismatches: allowsMismatches,
      tasks: tasks)
    try evaluation.report(groundTruth.mismatches, on: console)
    var issues = IssueReporter(on: console)
    for issue in groundTruth.issues { issues.add(issue.description) }
    issues.finish()
    let runs = try (mergesDetections ? [detections] : detections.map { [$0] }).map {
      try evaluation.evaluate($0, on: console)
    }
    try writeCSV(runs)
    // Of a folder, the annotation file that was read.
    let finder = ImageLocator(groundTruth: groundTruth.path, folder: images)
    let explained = try explanation.explain(
      runs,
      facts: [
        ("truth", path), ("images", "\(groundTruth.images.count)"),
        ("objects", "\(runs.first?.report.groundTruthCount ?? 0)"),
        ("overlap of", usesMasks ? "masks" : "boxes"),
      ], tasks: tasks
    ) { image in
      let entry = groundTruth.images[image]
      // Only COCO's names have to be found; other formats' are paths.
      guard entry.id != nil else { return entry.name }
      return entry.leadsOutside ? nil : finder.path(of: entry.name)
    }
    let text = RunsText(
      groundTruth: path, runs: runs, explanation: explained,
      extras: ExtraText(extras, of: runs, tasks: tasks))
    if printsJSON {
      try console.print(text.json.line)
    } else {
      try console.write(text.table)
    }
    return .done
  }
}

/// Evaluates files of detections against the ground truth, without a network.
struct FileEvaluation {
  let groundTruth: GroundTruth
  /// Whether masks are compared instead of boxes.
  let usesMasks: Bool
  /// Whether detections that contradict the ground truth are left out instead of ending the command.
  let allowsMismatches: Bool
  let tasks: any ParallelExecutor

  /// Evaluates one run of a detector, which may lie in several files.
  ///
  /// - Throws: where ground truth and detections contradict each other.
  func evaluate(_ paths: [String], on console: Console) throws -> EvaluationResult {
    let found = try DetectionSet.read(paths, for: groundTruth, readsMasks: usesMasks, tasks: tasks)
    try report(found.mismatches, on: console)
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
  func report(_ mismatches: ConsistencyIssues, on console: Console) throws(CommandError) {
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
        "\(Sentence.count(mismatches.count, "entry", plural: "entries")) contradict the ground truth; those of an "
          + "unknown image or class are left out")
      return
    }
    throw CommandError(
      "ground truth and detections do not belong together: "
        + "\(Sentence.count(mismatches.count, "contradiction")), listed above; "
        + "--allow-mismatches leaves them out", exitCode: .invalidDataSet)
  }
}
