import Glimpse

/// Scores weights on a labeled dataset by the rules of the COCO benchmark.
struct Evaluate: Command {
  var groundTruth: String?
  var detections: [String] = []
  var mergesDetections = false
  var allowsMismatches = false
  var data: String?
  var split = "val"
  var weights: String?
  var imageSize: Int?
  var detection = DetectionOptions.evaluation
  var threads: Int?
  var precision = PrecisionChoice.auto
  var batch = 8
  var isStrict = false
  var overlap = OverlapChoice.bbox
  var explanation = AnalysisOptions()
  var images: String?
  var extras: [ExtraMetric] = []
  var sheet: String?
  var printsJSON = false

  static let name = "evaluate"
  static let summary = "Score weights, or files of detections, by the rules of the COCO benchmark"
  static let discussion = [
    "AP50-95 is COCO's average precision over IoU 0.50 to 0.95, AP50 and AP75 that at one IoU. "
      + "Objects that are marked difficult are not counted. At most 100 detections an image and class "
      + "count, as in the benchmark.",
    "The classes of the dataset are joined to those of the weights by name.",
    "Files are scored as they are, at any speed that the disk allows. COCO results are joined to images "
      + "and classes by id, or by file name and from 1 where the ground truth has no ids; the lines of 'detect "
      + "--json' by file name and class name; YOLO label files by file name and class number. Ground truth and "
      + "detections that do not belong together are listed, and the exit code is 4.",
  ]

  static let options: [OptionGroup<Evaluate>] = [
    OptionGroup(
      "Files to score, without a network",
      [
        .value(
          "truth", \.groundTruth, unit: "path",
          help:
            "What is labeled: a COCO annotation file, a folder (Pascal VOC, YOLO, COCO) or a data.yaml"
        ),
        .values(
          "detections", \.detections, unit: "path",
          help: "What was found: COCO results, the lines of 'detect --json', or a folder of YOLO "
            + "label files; several are compared"),
        .flag(
          "merge", \.mergesDetections,
          help: "Take several --detections as parts of one run and score them as one"),
        .flag(
          "allow-mismatches", \.allowsMismatches,
          help: "Score although some detections do not belong to the ground truth"),
        .value(
          "iou-type", \.overlap,
          help: "What overlaps: bbox, the boxes, or segm, the masks of COCO's files"),
        .value(
          "images", \.images, unit: "folder", unset: "beside the ground truth",
          help: "Where the images lie that a report shows"),
      ]),
    OptionGroup(
      "Data for a network",
      [
        .value(
          "data", short: "d", \.data, unit: "path",
          help:
            "Dataset: a folder (Pascal VOC, YOLO, COCO), a data.yaml or a COCO annotation file"),
        .value(
          "split", \.split, unit: "name",
          help: "Part of the dataset, or of a ground-truth object in folders: train, val, test"),
      ]),
    OptionGroup(
      "Network",
      [
        .value(
          "weights", short: "w", \.weights, unit: "file", unset: "the built-in ones",
          help: "Weights to score"),
        .imageSize(\.imageSize),
        .threads(\.threads),
        .precision(\.precision),
        .value(
          "batch", \.batch, .from(1, to: 1024), unit: "images",
          help: "Images per run of the network"),
        .strict(\.isStrict),
      ]),
    OptionGroup(
      "What counts",
      [
        .value(
          "conf", short: "c", \.detection.confidence, .from(0, to: 1), unit: "score",
          help: "Lowest score of a box that counts"),
        .value(
          "iou", \.detection.iou, .from(0, to: 1), unit: "overlap",
          help:
            "Of two boxes of a class that overlap by more, only the one with the higher score counts"
        ),
        .value(
          "max-det", \.detection.maximumDetections, .from(1, to: 100_000), unit: "boxes",
          help: "Most boxes an image"),
      ]),
    OptionGroup(
      "Output",
      [
        .values(
          "also", \.extras, unit: "metric",
          help:
            "Metrics besides COCO's: voc, Pascal VOC's AP; f1, the best F1 of each class and the "
            + "confidence for it; confusion, which class is taken for which"),
        .json(\.printsJSON),
        .value(
          "csv", \.sheet, unit: "file", help: "Write the numbers of all classes to a sheet, too"),
      ] + Option.explanation),
  ]

  static let examples = [
    Example(
      "glimpse evaluate --truth val.json --detections found.json --also f1",
      "COCO's numbers of a results file, and at which confidence each class is best."),
    Example(
      "glimpse evaluate --data pets --weights runs/train-1/weights/best.safetensors",
      "How good the best weights of a training are on the part that it did not learn from."),
    Example(
      "glimpse evaluate --truth val.json --detections a.json,b.json --report compared.html",
      "Which of two results is better, and whether the images are enough to tell."),
    Example(
      "glimpse evaluate --data pets/data.yaml --split test --json",
      "The built-in weights on another split, for a script."),
  ]

  func run(on console: Console) throws -> ExitCode {
    Interruption.observe()
    if let groundTruth {
      guard data == nil, weights == nil else {
        throw CommandError.usage(
          "--truth is scored against --detections; --data and --weights have no part in it")
      }
      return try scoreFiles(groundTruth: groundTruth, on: console)
    }
    guard let data else {
      throw CommandError.usage(
        "evaluate needs --data <path>, the dataset to score on, or --truth <path> and --detections "
          + "<path>")
    }
    guard detections.isEmpty else {
      throw CommandError.usage("--detections needs --truth <path>, what they are scored against")
    }
    guard overlap == .bbox else {
      throw CommandError.usage("--iou-type segm needs --truth: detectors find boxes, not masks")
    }
    try checkOutputs(runCount: 1)
    let trained = try TrainedWeights.load(weights)
    let workforce = try ComputeBackend(threads: threads, precision: precision, on: console)
    let tasks = workforce.pool
    let index = ImageIndex(for: data)
    let dataset = try Dataset.open(
      path: data, split: split, classNames: trained.description.classNames,
      reading: DatasetReading(runner: tasks, images: index))
    index.save()
    var issues = IssueReporter(on: console)
    for issue in dataset.issues { issues.add(issue.description) }
    guard dataset.annotationCount > 0 else {
      issues.finish()
      throw DatasetsError(
        "\(data): no object of split \"\(dataset.split)\" is of a class that the weights know")
    }
    let detector = Detector(
      trained, imageSize: imageSize, options: detection, pool: workforce.pool,
      kernels: workforce.kernels)
    var progress = ProgressReporter(
      "Evaluating", unit: "images", total: dataset.samples.count, on: console)
    let sink = EvaluationSink(dataset)
    let summary = try InferencePipeline(
      detector, policy: detector.policy(strict: isStrict), batch: batch
    ).run(
      PathSource(dataset), into: [sink], until: { Interruption.isRequested },
      progress: { progress.advance(by: $0) })
    if !summary.isComplete { try Interruption.check("nothing was evaluated") }
    let result = try EvaluationResult(
      name: weights ?? "the built-in weights", sink.input, tasks: tasks)
    progress.finish()
    for warning in sink.warnings { issues.add(warning) }
    issues.finish()
    for failure in sink.failures { console.note("error: \(Sentence.printable("\(failure)"))") }
    let report = result.report
    try writeSheet([result])
    let added = ExtraText(extras, of: [result], tasks: tasks)
    let explained = try explanation.explain(
      [result],
      facts: [
        ("data", data), ("split", dataset.split), ("images", "\(report.imageCount)"),
        ("objects", "\(report.groundTruthCount)"),
        ("network", detector.description.name),
        ("at", "\(detector.description.imageSize) pixels"),
        ("speed", "\(NumberFormat.decimal(summary.imagesPerSecond)) images/s"),
        ("ms an image", summary.stageText),
      ], tasks: tasks
    ) { dataset.samples[$0].imagePath }

    if printsJSON {
      let object = json(
        result, sink.failures, summary, dataset, detector.description, workforce.kernels.precision)
      try console.print(
        JSONValue.object(object + added.members(run: 0) + explained.members(run: 0)).line)
    } else {
      try console.write(ReportText.table(report) + added.tables + explained.tables)
      try console.print(
        "\(Sentence.count(report.imageCount, "image")) of \(Sentence.printable(data)), "
          + "split \(dataset.split), at \(NumberFormat.decimal(summary.imagesPerSecond)) images/s; "
          + "ms an image: \(summary.stageText)")
    }
    guard !sink.failures.isEmpty else { return .done }
    console.note(
      "\(sink.failures.count) of \(Sentence.count(report.imageCount, "image")) could not "
        + "be read and count as if nothing was found in them")
    return .someInputsFailed
  }

  /// Scores files against files.
  private func scoreFiles(groundTruth path: String, on console: Console) throws -> ExitCode {
    guard !detections.isEmpty else {
      throw CommandError.usage("--truth needs --detections <path>, what is scored against it")
    }
    try checkOutputs(runCount: mergesDetections ? 1 : detections.count)
    let usesMasks = overlap == .segm
    let tasks = ThreadPool(threads: threads ?? Machine.availableThreads)
    let groundTruth = try GroundTruth.read(path, split: split, readsMasks: usesMasks)
    let scoring = FileEvaluation(
      groundTruth: groundTruth, usesMasks: usesMasks, allowsMismatches: allowsMismatches,
      tasks: tasks)
    try scoring.tell(groundTruth.mismatches, on: console)
    var issues = IssueReporter(on: console)
    for issue in groundTruth.issues { issues.add(issue.description) }
    issues.finish()
    let runs = try (mergesDetections ? [detections] : detections.map { [$0] }).map {
      try scoring.score($0, on: console)
    }
    try writeSheet(runs)
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

  /// Refuses, before any work is done, what could not be written in the end.
  private func checkOutputs(runCount: Int) throws(CommandError) {
    try explanation.check(runCount: runCount)
    if let sheet { try ResultFolder.checkParent(of: sheet) }
  }

  private func writeSheet(_ runs: [EvaluationResult]) throws(CommandError) {
    if let sheet {
      try CommandError.wrap(AtomicFile.write(MetricsTable.text(runs), to: sheet))
    }
  }

  private func json(
    _ result: EvaluationResult, _ failures: [any Error], _ summary: PipelineSummary,
    _ dataset: Dataset, _ model: ModelDescription, _ precision: Precision
  ) -> [JSONMember] {
    let report = result.report
    let members: KeyValuePairs<String, JSONValue> = [
      "data": .string(dataset.path), "split": .string(dataset.split),
      "weights": weights.map { .string($0) } ?? .null,
      "model": .string(model.name), "imgsz": .integer(model.imageSize),
      "precision": .string(precision.rawValue), "conf": .single(detection.confidence),
      "iou": .number(detection.iou), "images": .integer(report.imageCount),
      "ground_truth": .integer(report.groundTruthCount), "metrics": ReportText.metrics(report),
      "stats": ReportText.stats(report), "classes": ReportText.classes(report),
      "images_per_s": .number(summary.imagesPerSecond),
      "ms_per_image": summary.stageJSON,
      "problems": .integer(dataset.issues.count),
      "errors": .array(failures.map { .string("\($0)") }),
    ]
    return members.map { JSONMember(key: $0.key, value: $0.value) }
  }
}

/// What the overlap of a detection with a ground-truth object is taken of; the names are COCO's.
enum OverlapChoice: String, OptionWord {
  /// Boxes.
  case bbox
  /// Masks.
  case segm
}
