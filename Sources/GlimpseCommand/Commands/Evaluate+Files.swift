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
    // For a folder, this is the path of the annotation file that was read.
    let finder = ImageLocator(groundTruth: groundTruth.path, folder: images)
    let explained = try explanation.explain(
      runs,
      facts: [
        ("annotations", path), ("images", "\(groundTruth.images.count)"),
        ("objects", "\(runs.first?.report.groundTruthCount ?? 0)"),
        ("IoU of", usesMasks ? "masks" : "boxes"),
      ], tasks: tasks
    ) { image in
      let entry = groundTruth.images[image]
      // COCO files hold file names, which must be located; other formats have paths.
      guard entry.id != nil else { return entry.name }
      return entry.leadsOutside ? nil : finder.path(of: entry.name)
    }
    let text = EvaluationText(runs, extras, explained, tasks: tasks)
    try console.write(text.tables, json: text.json(groundTruth: path), asJSON: printsJSON)
    return .done
  }

  /// Evaluates one result, which may consist of several files.
  ///
  /// - Throws: `CommandError` for mismatches with the ground truth, unless they are allowed.
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

  /// Lists the mismatches with the ground truth; throws unless `--allow-mismatches` is given.
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
        "\(Sentence.count(mismatches.count, "entry", plural: "entries")) do not match the ground truth; "
          + "those of an unknown image or class are ignored")
      return
    }
    throw CommandError(
      "inconsistent ground truth or detections: "
        + "\(Sentence.count(mismatches.count, "mismatch", plural: "mismatches")), listed above; "
        + "use --allow-mismatches to evaluate anyway", exitCode: .invalidDataSet)
  }
}
