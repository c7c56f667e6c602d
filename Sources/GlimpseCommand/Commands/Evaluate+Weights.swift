import Glimpse

extension Evaluate {
  /// A network, or an ensemble, after its run over a dataset.
  private struct NetworkRun {
    let weights: [WeightsSource]
    let detector: Detector
    let sink: EvaluationSink
    let summary: PipelineSummary
    let result: EvaluationResult
  }

  /// Runs one or several detectors over the images of a dataset and evaluates their detections.
  func evaluateWeights(on data: String, _ console: Console) throws -> ExitCode {
    let joined = isEnsemble ? otherWeights : []
    let others = (isEnsemble ? [] : otherWeights) + comparedWeights
    try checkPaths(inputs: [data], runCount: 1 + others.count)
    let source = weights ?? .builtIn
    let holdsMasks = (try? DatasetFormat.sniff(data)) == .masks
    // Built-in weights are those of the dataset's task.
    let model =
      source == .builtIn && holdsMasks
      ? try source.loadSegmenter() : try source.load(model: .compact, imports)
    if model.description.task == .segmentation, joined.isEmpty, others.isEmpty {
      return try evaluate(segmenter: model, on: data, console)
    }
    if holdsMasks, model.description.task != .segmentation {
      throw CommandError.usage(
        "\(Sentence.printable(data)) holds masks, which need a segmentation network, and "
          + "\(Sentence.printable(source.name)) \(source.path == nil ? "are" : "is") of "
          + "\(Sentence.printable(model.description.name)); give --weights of "
          + Sentence.alternatives(ModelCatalog.names(.segmentation)))
    }
    let models = try ([source] + joined).loadDetectors(
      first: model, imports, imageSize: imageSize)
    let compared = try others.map { other in
      // The classes are checked against those of the first network.
      try [source, other].loadDetectors(first: model, imports, imageSize: imageSize).suffix(1)
    }
    let backend = try ComputeBackend(
      threads: threads, precision: precision.of(models + compared.joined()), on: console)
    let tasks = backend.pool
    var issues = IssueReporter(on: console)
    let classNames = try renamed(model.description.classNames)
    let dataset = try open(data, classNames: classNames, tasks, &issues, console)
    try checkRules(
      data, hasKeypoints: dataset.hasKeypoints, FederatedLabels(dataset), on: console)
    var runs = [
      try run(models, [source] + joined, on: dataset, backend, console)
    ]
    for (source, models) in zip(others, compared) {
      runs.append(try run(Array(models), [source], on: dataset, backend, console))
    }
    let first = runs[0]
    noteDifficult(first.sink.input.groundTruths.ignoredCount, on: console)
    for issue in first.sink.issues where issue.kind == .imageWarning {
      issues.add(issue.description)
    }
    issues.finish()
    for failure in first.sink.failures {
      console.note("error: \(Sentence.printable("\(failure)"))")
    }
    let results = runs.map(\.result)
    try writeFiles(results, tasks: tasks)
    let explained = try explanation.explain(
      results, facts: facts(runs, dataset, data), tasks: tasks, isFirstNew: !comparedWeights.isEmpty
    ) { dataset.samples[$0].imagePath }
    let text = EvaluationText(results, extras, explained, tasks: tasks)
    try console.write(
      tables(runs, text, dataset, data),
      json: json(runs, text, dataset, backend.kernels.precision), asJSON: printsJSON)
    guard !first.sink.failures.isEmpty else {
      return dataset.skippedLabelCount > 0 ? .someInputsFailed : .done
    }
    console.note(
      "\(first.sink.failures.count) of \(Sentence.count(first.result.report.imageCount, "image")) "
        + "could not be read and count as images without detections")
    return .someInputsFailed
  }

  /// Runs one network or ensemble.
  private func run(
    _ models: [Model], _ sources: [WeightsSource], on dataset: Dataset, _ backend: ComputeBackend,
    _ console: Console
  ) throws -> NetworkRun {
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
    let names = try renamed(detector.description.classNames)
    if names != dataset.classNames {
      // The same classes in another order.
      input.detections.mapClasses(
        names.map { Int32(dataset.classNames.firstIndex(of: $0) ?? 0) })
    }
    input.federation = scoring.rules == .auto ? FederatedLabels(dataset) : nil
    let parameters = scoring.parameters(input.federation)
    input.federation?.detectionsPerImage = parameters.largestLimit
    if countsDifficult { input.groundTruths.countDifficult() }
    if scoring.includesLastPixels, (try? DatasetFormat.sniff(data ?? dataset.path)) != .voc {
      input.groundTruths.includeLastPixels()
      input.detections.includeLastPixels()
    }
    let result = try EvaluationResult(
      name: sources.map(\.name).joined(separator: " + "), input,
      parameters: parameters, classes: selection, tasks: backend.pool)
    return NetworkRun(
      weights: sources, detector: detector, sink: sink, summary: summary, result: result)
  }

  /// The facts at the head of a report; those of a network only if there is one.
  private func facts(
    _ runs: [NetworkRun], _ dataset: Dataset, _ data: String
  ) -> [(name: String, value: String)] {
    let report = runs[0].result.report
    let facts = [
      ("data", data), ("split", dataset.split), ("images", "\(report.imageCount)"),
      ("objects", "\(report.groundTruthCount)"),
    ]
    guard runs.count == 1 else { return facts }
    let description = runs[0].detector.description
    return facts + [
      ("network", description.name),
      ("input size", "\(description.imageSize.optionText) pixels"),
      ("speed", "\(NumberFormat.decimal(runs[0].summary.imagesPerSecond)) images/s"),
      ("ms per image", runs[0].summary.stageText),
    ]
  }

  private func tables(
    _ runs: [NetworkRun], _ text: EvaluationText, _ dataset: Dataset, _ data: String
  ) -> String {
    let report = runs[0].result.report
    let head = runs.count == 1 ? report.classTable.text + text.extraTables : text.tables
    let lines = runs.enumerated().map { place, run in
      (runs.count == 1 ? "" : "(\(place + 1)) ")
        + "\(Sentence.count(report.imageCount, "image")) of \(Sentence.printable(data)), "
        + "split \(dataset.split), at \(NumberFormat.decimal(run.summary.imagesPerSecond)) images/s; "
        + "ms per image: \(run.summary.stageText)\n"
    }
    return head + lines.joined()
  }

  /// The names that the classes of the weights have in the dataset.
  private func renamed(_ names: [String]) throws(CommandError) -> [String] {
    for rename in renames where !names.contains(rename.predicted) {
      throw .usage(
        "--map: the weights have no class \(Sentence.quoted(rename.predicted))"
          + Nearest.suggestion(for: rename.predicted, among: names))
    }
    let result = names.map { name in
      renames.last { $0.predicted == name }?.groundTruth ?? name
    }
    if let repeated = result.first(where: { name in result.count { $0 == name } > 1 }) {
      throw .usage(
        "--map: two classes of the weights cannot be \(Sentence.quoted(repeated)); join them in a file "
          + "of detections instead, with --annotations and --detections")
    }
    return result
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
    reading.skipsInvalid = skipsInvalid
    reading.readsFederation = true
    reading.classesAre = "\(classNames.count) classes of the weights"
    let dataset: Dataset
    let split = chosenSplit(of: data, on: console)
    do throws(DatasetsError) {
      dataset = try Dataset.open(path: data, split: split, classNames: classNames, reading: reading)
    } catch {
      // It may have no class in common with the weights because of a misspelled one.
      if !renames.isEmpty, let all = try? Dataset.open(path: data, split: split, reading: reading) {
        try checkRenames(data, all.ownClasses)
      }
      throw error
    }
    index.save()
    try checkRenames(data, dataset.ownClasses)
    // Images that cannot be read are listed later, as failures of the pipeline.
    for issue in dataset.issues where ![.missingImage, .unreadableImage].contains(issue.kind) {
      issues.add(issue.description)
    }
    suggestRenames(
      of: classNames.filter { !dataset.ignoredClasses.contains($0) }, in: dataset.ignoredClasses,
      on: console)
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

  /// For one network, an object with its metrics; for several, a list `runs` of such objects.
  private func json(
    _ runs: [NetworkRun], _ text: EvaluationText, _ dataset: Dataset, _ precision: Precision
  ) -> JSONValue {
    let objects = runs.enumerated().map { place, run in
      json(run, dataset, precision).appending(text.extraJSON(run: place))
    }
    return objects.count == 1 ? objects[0] : ["runs": .array(objects)]
  }

  private func json(_ run: NetworkRun, _ dataset: Dataset, _ precision: Precision) -> JSONValue {
    let (report, model) = (run.result.report, run.detector.description)
    let head: JSONValue = [
      "data": .string(dataset.path), "split": .string(dataset.split),
      "weights": .string(run.weights.map(\.optionText).joined(separator: ",")),
      "model": .string(model.name), "imgsz": model.imageSize.json,
      "precision": .string(precision.rawValue), "conf": .single(detection.confidence),
      "iou": .number(run.detector.options.iou), "images": .integer(report.imageCount),
      "ground_truth": .integer(report.groundTruthCount),
    ]
    let rest: JSONValue = [
      "images_per_s": .number(run.summary.imagesPerSecond), "ms_per_image": run.summary.stageJSON,
      "issues": .integer(dataset.issues.count),
      "errors": .array(run.sink.failures.map { .string("\($0)") }),
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
