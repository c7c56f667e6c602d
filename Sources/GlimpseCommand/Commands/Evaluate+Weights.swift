import Glimpse

extension Evaluate {
  /// Runs a detector over the images of a dataset and evaluates its detections.
  func evaluateWeights(on data: String, _ console: Console) throws -> ExitCode {
    try checkPaths(inputs: [data], runCount: 1)
    let source = weights ?? .builtIn
    // Built-in weights are those of the dataset's task.
    let model =
      source == .builtIn && (try? DatasetFormat.sniff(data)) == .masks
      ? try source.loadSegmenter() : try source.load(model: .compact, imports)
    if model.description.task == .segmentation, otherWeights.isEmpty {
      return try evaluate(segmenter: model, on: data, console)
    }
    let models = try ([source] + otherWeights).loadDetectors(
      first: model, imports, imageSize: imageSize)
    let backend = try ComputeBackend(threads: threads, precision: precision.of(models), on: console)
    let tasks = backend.pool
    var issues = IssueReporter(on: console)
    let dataset = try open(data, classNames: model.description.classNames, tasks, &issues, console)
    let selection = try scoring.selection(dataset.classNames)
    var options = detection
    // The metric ranks all detections, also those of low scores.
    options.adopt(models[0], given: given.union(["conf"]))
    options.batch = batch
    let detector = Detector(
      models, imageSize: imageSize, options: options, pool: backend.pool,
      kernels: backend.kernels)
    let (sink, summary) = try detections(of: dataset, detector, console)
    var input = sink.input
    if countsDifficult { input.groundTruths.countDifficult() }
    if scoring.includesLastPixels, (try? DatasetFormat.sniff(data)) != .voc {
      input.groundTruths.includeLastPixels()
      input.detections.includeLastPixels()
    }
    noteDifficult(input.groundTruths.ignoredCount, on: console)
    let result = try EvaluationResult(
      name: ([source] + otherWeights).map(\.name).joined(separator: " + "), input,
      parameters: scoring.parameters(), classes: selection, tasks: tasks)
    for issue in sink.issues where issue.kind == .imageWarning { issues.add(issue.description) }
    issues.finish()
    for failure in sink.failures { console.note("error: \(Sentence.printable("\(failure)"))") }
    let report = result.report
    try writeFiles([result], tasks: tasks)
    let explained = try explanation.explain(
      [result],
      facts: [
        ("data", data), ("split", dataset.split), ("images", "\(report.imageCount)"),
        ("objects", "\(report.groundTruthCount)"),
        ("network", detector.description.name),
        ("input size", "\(detector.description.imageSize.optionText) pixels"),
        ("speed", "\(NumberFormat.decimal(summary.imagesPerSecond)) images/s"),
        ("ms per image", summary.stageText),
      ], tasks: tasks
    ) { dataset.samples[$0].imagePath }

    let text = EvaluationText([result], extras, explained, tasks: tasks)
    let speed = "at \(NumberFormat.decimal(summary.imagesPerSecond)) images/s"
    try console.write(
      report.classTable.text + text.extraTables
        + "\(Sentence.count(report.imageCount, "image")) of \(Sentence.printable(data)), "
        + "split \(dataset.split), \(speed); ms per image: \(summary.stageText)\n",
      json: json(result, sink.failures, summary, dataset, detector, backend.kernels.precision)
        .appending(text.extraJSON(run: 0)), asJSON: printsJSON)
    guard !sink.failures.isEmpty else { return .done }
    console.note(
      "\(sink.failures.count) of \(Sentence.count(report.imageCount, "image")) could not "
        + "be read and count as images without detections")
    return .someInputsFailed
  }

  /// Opens the split, which must have an object of a class of the weights.
  private func open(
    _ data: String, classNames: [String], _ tasks: ThreadPool, _ issues: inout IssueReporter,
    _ console: Console
  ) throws -> Dataset {
    let index = ImageIndex(for: data)
    var reading = DatasetReading(runner: OpeningProgress(tasks, on: console), images: index)
    // An image that cannot be read is found without detections: its objects count as missed.
    reading.keepsUnreadableImages = true
    let dataset = try Dataset.open(
      path: data, split: chosenSplit(of: data, on: console), classNames: classNames,
      reading: reading)
    index.save()
    // Images that cannot be read are listed later, as failures of the pipeline.
    for issue in dataset.issues where ![.missingImage, .unreadableImage].contains(issue.kind) {
      issues.add(issue.description)
    }
    guard dataset.annotationCount > 0 else {
      issues.finish()
      throw DatasetsError(
        "\(data): no object of split \"\(dataset.split)\" is of a class of the weights")
    }
    return dataset
  }

  /// Runs the detector over all images, of which at least one must be readable.
  private func detections(
    of dataset: Dataset, _ detector: Detector, _ console: Console
  ) throws -> (EvaluationSink, PipelineSummary) {
    let count = dataset.samples.count
    var progress = ProgressReporter("Evaluating", total: count, on: console)
    let sink = EvaluationSink(dataset)
    let summary = try InferencePipeline(
      detector, policy: detector.policy(strict: isStrict), batch: batch
    ).run(
      dataset.samples.map(\.imagePath), into: [sink], progress: { progress.advance(by: $0) })
    progress.finish()
    guard sink.failures.count < count else {
      for failure in sink.failures.prefix(10) {
        console.note("error: \(Sentence.printable("\(failure)"))")
      }
      throw CommandError(
        "\(dataset.path): none of the \(Sentence.count(count, "image")) of split "
          + "\"\(dataset.split)\" could be read")
    }
    return (sink, summary)
  }

  private func json(
    _ result: EvaluationResult, _ failures: [any Error], _ summary: PipelineSummary,
    _ dataset: Dataset, _ detector: Detector, _ precision: Precision
  ) -> JSONValue {
    let (report, model) = (result.report, detector.description)
    let head: JSONValue = [
      "data": .string(dataset.path), "split": .string(dataset.split),
      "weights": .string(
        ([weights ?? .builtIn] + otherWeights).map(\.optionText).joined(separator: ",")),
      "model": .string(model.name), "imgsz": model.imageSize.json,
      "precision": .string(precision.rawValue), "conf": .single(detection.confidence),
      "iou": .number(detector.options.iou), "images": .integer(report.imageCount),
      "ground_truth": .integer(report.groundTruthCount),
    ]
    let rest: JSONValue = [
      "images_per_s": .number(summary.imagesPerSecond), "ms_per_image": summary.stageJSON,
      "issues": .integer(dataset.issues.count),
      "errors": .array(failures.map { .string("\($0)") }),
    ]
    return head.appending(report.json, rest)
  }
}

extension PipelineSummary {
  /// Milliseconds per image.
  private var stages: [(name: String, milliseconds: Double)] {
    times.stages.map { ($0.name, $0.seconds * 1000 / Double(max(images, 1))) }
  }

  /// "read 2.1, prepare 0.3, infer 7.9, post-process 0.1".
  var stageText: String {
    stages.map {
      "\($0.name.replacing("_", with: "-")) \(NumberFormat.decimal($0.milliseconds))"
    }.joined(separator: ", ")
  }

  var stageJSON: JSONValue {
    .object(
      stages.map {
        JSONMember(key: $0.name, value: .number(($0.milliseconds * 1000).rounded() / 1000))
      })
  }
}
