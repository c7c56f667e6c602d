import Glimpse

/// Scores weights on a labeled data set by the rules of the COCO benchmark.
struct Evaluate: Command {
  var truth: String?
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
  var printsJSON = false

  static let name = "evaluate"
  static let summary = "Score weights on a labeled data set, by the rules of the COCO benchmark"
  static let discussion = [
    "AP50-95 is COCO's average precision over IoU 0.50 to 0.95, AP50 and AP75 that at one IoU. "
      + "Objects that are marked difficult are not counted. At most 100 findings a picture and class "
      + "count, as in the benchmark.",
    "The classes of the data set are joined to those of the weights by name.",
  ]

  static let options: [OptionGroup<Evaluate>] = [
    OptionGroup(
      "Files to score, without a network",
      [
        .value(
          "truth", \.truth, unit: "path",
          help:
            "What is labeled: a COCO annotation file, a folder (Pascal VOC, YOLO) or a data.yaml"
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
          help: "Score although some detections do not belong to the truth"),
      ]),
    OptionGroup(
      "Data for a network",
      [
        .value(
          "data", short: "d", \.data, unit: "path",
          help: "Data set: a folder (Pascal VOC, YOLO) or a data.yaml"),
        .value(
          "split", \.split, unit: "name",
          help: "Part of the data set, or of a truth in folders: train, val, test"),
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
          help: "Pictures that go through the network at once"),
      ]),
    OptionGroup(
      "What counts",
      [
        .value(
          "conf", short: "c", \.detection.confidence, .from(0, to: 1), unit: "score",
          help: "Lowest score of a box that counts"),
        .value(
          "iou", \.detection.iou, .from(0, to: 1), unit: "overlap",
          help: "Of two boxes of a class that overlap by more, only the surer one counts"),
        .value(
          "max-det", \.detection.maximumDetections, .from(1, to: 100_000), unit: "boxes",
          help: "Most boxes a picture"),
      ]),
    OptionGroup("Output", [.json(\.printsJSON)]),
  ]

  static let examples = [
    Example(
      "glimpse evaluate --data pets --weights runs/train-1/weights/best.safetensors",
      "How good the best weights of a training are on the part that it did not learn from."),
    Example(
      "glimpse evaluate --data pets/data.yaml --split test --json",
      "The built-in weights on another split, for a script."),
  ]

  func run(on console: Console) throws -> ExitCode {
    Interruption.observe()
    if let truth {
      guard data == nil, weights == nil else {
        throw CommandError.usage(
          "--truth is scored against --detections; --data and --weights have no part in it")
      }
      return try scoreFiles(truth: truth, on: console)
    }
    guard let data else {
      throw CommandError.usage(
        "evaluate needs --data <path>, the data set to score on, or --truth <path> and --detections "
          + "<path>")
    }
    guard detections.isEmpty else {
      throw CommandError.usage("--detections needs --truth <path>, what they are scored against")
    }
    let trained = try TrainedWeights.load(weights)
    let dataset = try Dataset.open(path: data, split: split, classNames: trained.model.classNames)
    var problems = ProblemNotes(on: console)
    for problem in dataset.problems { problems.add(problem.description) }
    guard dataset.annotationCount > 0 else {
      problems.finish()
      throw DatasetsError(
        "\(data): no object of split \"\(dataset.split)\" is of a class that the weights know")
    }
    let workforce = try Workforce(threads: threads, precision: precision, on: console)
    let detector = Detector(
      trained, imageSize: imageSize, options: detection, pool: workforce.pool,
      kernels: workforce.kernels)
    let reading = DecodeOptions(
      neededLongerSide: detector.model.imageSize, acceptsTruncated: true)
    var progress = ProgressReporter(
      "Evaluating", unit: "images", total: dataset.samples.count, on: console)
    let outcome = try ScoringRun(
      detector: detector, data: dataset,
      reader: PictureReader(options: reading, pool: workforce.pool), batch: batch,
      tasks: TaskRunner(workforce.pool)
    ).run(progress: &progress) { problems.add($0) }
    progress.finish()
    problems.finish()
    for failure in outcome.failures { console.note("error: \(Sentence.printable(failure))") }

    if printsJSON {
      try console.print(json(outcome, dataset, detector.model, workforce.kernels.precision).line)
    } else {
      try console.write(ReportText.table(outcome.report))
      try console.print(
        "\(Sentence.count(outcome.report.imageCount, "image")) of \(Sentence.printable(data)), "
          + "split \(dataset.split), at \(HumanFormat.decimal(outcome.imagesPerSecond)) images/s")
    }
    guard !outcome.failures.isEmpty else { return .done }
    console.note(
      "\(outcome.failures.count) of \(Sentence.count(outcome.report.imageCount, "image")) could not "
        + "be read and count as if nothing was found in them")
    return .someInputsFailed
  }

  /// Scores files against files.
  private func scoreFiles(truth path: String, on console: Console) throws -> ExitCode {
    guard !detections.isEmpty else {
      throw CommandError.usage("--truth needs --detections <path>, what is scored against it")
    }
    let pool = ThreadPool(threads: threads ?? Machine.availableThreads)
    let truth = try TruthSet.read(path, split: split)
    let scoring = FileScoring(
      truth: truth, usesMasks: false, allowsMismatches: allowsMismatches, tasks: TaskRunner(pool))
    try scoring.tell(truth.mismatches, on: console)
    var problems = ProblemNotes(on: console)
    for problem in truth.problems { problems.add(problem.description) }
    problems.finish()
    let runs = try (mergesDetections ? [detections] : detections.map { [$0] }).map {
      try scoring.score($0, on: console)
    }
    let text = RunsText(truth: path, runs: runs)
    if printsJSON {
      try console.print(text.json.line)
    } else {
      try console.write(text.table)
    }
    return .done
  }

  private func json(
    _ outcome: ScoringRun.Outcome, _ dataset: Dataset, _ model: NetworkModel,
    _ precision: Precision
  ) -> JSONValue {
    [
      "data": .string(dataset.path), "split": .string(dataset.split),
      "weights": weights.map { .string($0) } ?? .null,
      "model": .string(model.architecture.rawValue), "imgsz": .integer(model.imageSize),
      "precision": .string(precision.rawValue), "conf": .single(detection.confidence),
      "iou": .number(detection.iou),
      "images": .integer(outcome.report.imageCount),
      "truths": .integer(outcome.report.classes.reduce(0) { $0 + $1.truthCount }),
      "metrics": ReportText.metrics(outcome.report), "stats": ReportText.stats(outcome.report),
      "classes": ReportText.classes(outcome.report),
      "images_per_s": .number(outcome.imagesPerSecond),
      "problems": .integer(dataset.problems.count),
      "errors": .array(outcome.failures.map { .string($0) }),
    ]
  }
}
