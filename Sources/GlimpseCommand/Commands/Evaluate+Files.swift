import Glimpse

extension Evaluate {
  /// Evaluates files of detections.
  func evaluateFiles(groundTruth path: String, on console: Console) throws -> ExitCode {
    guard !detections.isEmpty else {
      throw CommandError.usage("--annotations needs --detections <path>")
    }
    try checkOutputs(runCount: mergesDetections ? 1 : detections.count)
    let tasks = ThreadPool(threads: threads ?? Machine.availableThreads)
    let groundTruth = try GroundTruth.read(path, split: split, readsMasks: usesMasks)
    try report(groundTruth.mismatches, on: console)
    IssueReporter.report(groundTruth.issues, on: console)
    let runs = try (mergesDetections ? [detections] : detections.map { [$0] }).map {
      try evaluate($0, groundTruth, tasks, on: console)
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
    let text = EvaluationText(runs, extras, explained, tasks: tasks)
    try console.write(text.tables, json: text.json(groundTruth: path), asJSON: printsJSON)
    return .done
  }

  /// Evaluates one run of a detector, which may lie in several files.
  ///
  /// - Throws: where ground truth and detections contradict each other.
  private func evaluate(
    _ paths: [String], _ groundTruth: GroundTruth, _ tasks: any ParallelExecutor,
    on console: Console
  ) throws -> EvaluationResult {
    let found = try DetectionSet.read(paths, for: groundTruth, readsMasks: usesMasks, tasks: tasks)
    try report(found.mismatches, on: console)
    let input = EvaluationInput(
      imageNames: groundTruth.images.map(\.name), classNames: groundTruth.classNames,
      groundTruths: groundTruth.groundTruths, detections: found.detections)
    return try EvaluationResult(
      name: paths.joined(separator: " + "), input,
      overlap: usesMasks
        ? .masks(groundTruths: groundTruth.masks, detections: found.masks) : .boxes,
      tasks: tasks)
  }

  /// Whether masks are compared instead of boxes.
  private var usesMasks: Bool { overlap == .segm }

  /// Lists what contradicts the ground truth, and ends the command unless that is allowed.
  private func report(_ mismatches: ConsistencyIssues, on console: Console) throws(CommandError) {
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
