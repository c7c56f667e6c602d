import Glimpse

extension Evaluate {
  /// Runs a segmentation network over the images of a dataset and evaluates its masks.
  func evaluate(segmenter model: Model, on data: String, _ console: Console) throws -> ExitCode {
    try checkMaskOptions()
    let backend = try ComputeBackend(
      threads: threads, precision: precision.of([model]), on: console)
    var issues = IssueReporter(on: console)
    var reading = DatasetReading(runner: OpeningProgress(backend.pool, on: console))
    reading.keepsUnreadableImages = true
    reading.prefersMasks = true
    let dataset = try Dataset.open(
      path: data, split: chosenSplit(of: data, on: console),
      classNames: model.description.classNames, reading: reading)
    for issue in dataset.issues where ![.missingImage, .unreadableImage].contains(issue.kind) {
      issues.add(issue.description)
    }
    try SegmentationTask.check(dataset)
    let segmenter = Segmenter(
      model, options: SegmentationOptions(window: imageSize), pool: backend.pool,
      kernels: backend.kernels)
    segmenter.keepsConfidences = true
    var evaluation = SegmentationEvaluation(
      classNames: dataset.classNames,
      overlays: explanation.reportPath == nil ? 0 : SegmentationEvaluation.usualOverlays)
    let sink = SegmentationSink(dataset, tasks: backend.pool) { scores, sample, truth, predicted in
      evaluation.add(
        scores,
        SegmentationEvaluation.Pair(
          sample.imagePath, groundTruth: truth, predicted: predicted))
    }
    let count = dataset.samples.count
    var progress = ProgressReporter("Evaluating", total: count, on: console)
    let summary = try InferencePipeline(
      segmenter, policy: segmenter.policy(strict: isStrict), batch: 1
    ).run(dataset.samples.map(\.imagePath), into: [sink], progress: { progress.advance(by: $0) })
    progress.finish()
    for issue in sink.issues where issue.kind != .unreadableImage { issues.add(issue.description) }
    issues.finish()
    for failure in sink.failures { console.note("error: \(Sentence.printable("\(failure)"))") }
    guard sink.failures.count < count, !evaluation.metrics.images.isEmpty else {
      throw CommandError(
        "\(dataset.path): none of the \(Sentence.count(count, "image")) of split "
          + "\"\(dataset.split)\" could be read with its mask")
    }
    evaluation.maskAveragePrecision = try sink.objects.averagePrecision(tasks: backend.pool)
    let name = (weights ?? .builtIn).name
    let output = SegmentationText(
      [(name: name, evaluation: evaluation)], explanation,
      facts: [
        ("data", data), ("split", dataset.split),
        ("images", "\(evaluation.metrics.images.count)"), ("network", model.description.name),
        ("speed", "\(NumberFormat.decimal(summary.imagesPerSecond)) images/s"),
        ("ms per image", summary.stageText),
      ], tasks: backend.pool)
    try output.write(csv: csvPath)
    let head: JSONValue = [
      "data": .string(dataset.path), "split": .string(dataset.split),
      "weights": .string((weights ?? .builtIn).optionText),
      "model": .string(model.description.name),
      "precision": .string(backend.kernels.precision.rawValue),
      "images": .integer(evaluation.metrics.images.count),
      "images_per_s": .number(summary.imagesPerSecond), "ms_per_image": summary.stageJSON,
      "issues": .integer(dataset.issues.count + sink.issues.count),
      "errors": .array(sink.failures.map { .string("\($0)") }),
    ]
    try console.write(
      output.tables
        + "\(Sentence.printable(data)), split \(dataset.split), at "
        + "\(NumberFormat.decimal(summary.imagesPerSecond)) images/s; ms per image: "
        + "\(summary.stageText)\n",
      json: head.appending(output.json), asJSON: printsJSON)
    return sink.failures.isEmpty ? .done : .someInputsFailed
  }
}
