import Glimpse

extension Evaluate {
  /// Whether ground truth or detections are masks.
  func holdsMasks(_ groundTruth: String) -> Bool {
    detections.contains(where: PlainMaskFolder.recognizes)
      || MaskGroundTruth.recognizes(groundTruth)
  }

  /// Evaluates folders of predicted masks.
  func evaluateMasks(groundTruth path: String, on console: Console) throws -> ExitCode {
    try checkMaskOptions()
    try checkPaths(
      inputs: [path] + detections + [images].compactMap(\.self), runCount: detections.count)
    if let folder = detections.first(where: { FileContents.entry($0) != .folder }) {
      throw CommandError.usage(
        "masks are compared with masks: --detections takes a folder of mask files, and "
          + "\(Sentence.quoted(folder)) is not a folder")
    }
    guard MaskGroundTruth.recognizes(path) else {
      throw CommandError(
        "\(path): the detections are masks, so a folder of masks, or a dataset of images and masks, is "
          + "expected", exitCode: .invalidDataSet)
    }
    let tasks = ThreadPool(threads: threads ?? Machine.availableThreads)
    let groundTruth = try MaskGroundTruth(
      path, split: chosenSplit(of: path, on: console), images: images, tasks: tasks)
    IssueReporter.report(groundTruth.issues, on: console)
    for note in groundTruth.notes { console.note("note: \(Sentence.printable(note))") }
    let runs = try detections.map {
      (name: $0, evaluation: try evaluateMasks($0, groundTruth, tasks, on: console))
    }
    let output = SegmentationText(
      runs, explanation,
      facts: [
        ("annotations", path), ("images", "\(runs.first?.evaluation.metrics.images.count ?? 0)"),
      ], tasks: tasks)
    try output.write(csv: csvPath)
    let head: JSONValue = ["annotations": .string(path)]
    try console.write(output.tables, json: head.appending(output.json), asJSON: printsJSON)
    return .done
  }

  /// Refuses options that are for boxes.
  func checkMaskOptions() throws(CommandError) {
    let unsuited = [
      ("--also", !extras.isEmpty), ("--extended", extendedPath != nil),
      ("--errors", explanation.showsErrors),
      ("--skip-invalid", skipsInvalid), ("--merge", mergesDetections),
      ("--count-difficult", countsDifficult),
      ("--nms", detection.nms != .hard), ("--tile", detection.tile != nil),
      ("--augment", detection.augments), ("--min-size", detection.minimumSize > 0),
    ].first(where: \.1)
    if let option = unsuited?.0 ?? scoring.changedOption {
      throw .usage("\(option) is for detections and has no effect on masks")
    }
    if explanation.reportPath != nil, detections.count > 1 {
      throw .usage("--report takes one folder of masks, not \(detections.count)")
    }
  }

  /// Compares one folder with the ground truth.
  ///
  /// - Throws: `CommandError` for mismatches, unless they are allowed.
  private func evaluateMasks(
    _ path: String, _ groundTruth: MaskGroundTruth, _ tasks: ThreadPool, on console: Console
  ) throws -> SegmentationEvaluation {
    let predicted = try PredictedMasks(path, for: groundTruth)
    var mismatches = groundTruth.mismatches
    mismatches.add(predicted.mismatches)
    var evaluation = SegmentationEvaluation(
      classNames: groundTruth.classNames,
      overlays: explanation.reportPath == nil ? 0 : SegmentationEvaluation.usualOverlays)
    let metrics = evaluation.metrics
    var progress = ProgressReporter(
      "Evaluating", total: groundTruth.entries.count, noun: "mask", on: console)
    // Few at a time, so that memory stays bounded.
    for start in stride(from: 0, to: groundTruth.entries.count, by: 32) {
      let part = groundTruth.entries[start...].prefix(32)
      let measured = tasks.map(part.count) { place in
        let planes = predicted.planes(of: start + place)
        let scores = planes.groundTruth.map {
          metrics.measure(
            part[start + place].name, groundTruth: $0, predicted: planes.predicted)
        }
        return (planes, scores)
      }
      for (entry, (planes, scores)) in zip(part, measured) {
        mismatches.add(planes.mismatches)
        guard let truth = planes.groundTruth, let scores else { continue }
        evaluation.add(
          scores,
          SegmentationEvaluation.Pair(
            name: entry.name, groundTruth: truth, predicted: planes.predicted,
            image: {
              entry.imagePath.flatMap { SegmentationEvaluation.Pair.image($0, like: truth) }
            }))
      }
      progress.advance(by: part.count)
    }
    progress.finish()
    try report(mismatches, on: console)
    guard !evaluation.metrics.images.isEmpty else {
      throw CommandError(
        "\(groundTruth.path): no mask of the ground truth can be read", exitCode: .invalidDataSet)
    }
    return evaluation
  }
}
