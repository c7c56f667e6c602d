import Glimpse

/// Detects objects in images, draws their boxes and prints them.
struct Detect: Command {
  var inputs: [String] = []
  var weights = WeightsSource.builtIn
  var imageSize: InputSize?
  var detection = DetectionOptions()
  var classes: [String] = []
  var threads: Int?
  var precision = PrecisionChoice.auto
  var batch = 1
  var output: String?
  var overwrites = false
  var savesDrawings = true
  var savesLabels = false
  var savesScores = false
  var savesCrops = false
  var isStrict = false
  var maximumPixels = DecodePolicy().maximumPixels
  var printsJSON = false

  static let name = "detect"
  static let summary = "Detect objects in images"
  static let discussion = [
    "Prints one line per image and writes the images with boxes into a new folder. Input files are "
      + "never changed. Inputs that cannot be read are skipped and listed at the end (exit code 3)."
  ]

  static let arguments: [Positional<Detect>] = [
    .many(
      "path", \.inputs,
      help:
        "Images (JPEG, PNG, TIFF, BMP, PPM), folders, lists of paths (.txt), or - for a list on "
        + "standard input")
  ]

  static let options: OptionGroups<Detect> = [
    "Detection": [
      .value(
        "conf", short: "c", \.detection.confidence, .from(0, to: 1), unit: "score",
        help: "Minimum score of a detection"),
      .values(
        "classes", \.classes, unit: "class", unset: "all",
        help: "Classes to detect, by name or index"),
      .value("iou", \.detection.iou, .from(0, to: 1), unit: "IoU", help: "IoU threshold for NMS"),
      .value(
        "max-det", \.detection.maximumDetections, .from(1, to: 100_000), unit: "boxes",
        help: "Maximum detections per image"),
      .flag(
        "agnostic-nms", \.detection.isClassAgnostic,
        help: "Let boxes of different classes suppress each other in NMS"),
    ] + Option.multiLabel(\.detection.isMultiLabel),
    "Network": [
      .weights(\.weights),
      .imageSize(\.imageSize),
      .threads(\.threads),
      .precision(\.precision),
      .batch(\.batch),
    ],
    "Output": [
      .value(
        "output", short: "o", \.output, unit: "folder", unset: "the next free runs/detect-N",
        help: "Folder for the written files"),
      .flag("overwrite", \.overwrites, help: "Write into a folder that is not empty"),
      .flag("no-save", \.savesDrawings, sets: false, help: "Write no images with boxes"),
      .flag(
        "save-txt", \.savesLabels,
        help:
          "Write a label file per image into labels/: class, center, size (0 to 1); and classes.txt"
      ),
      .flag("save-conf", \.savesScores, help: "Add the score to the rows of --save-txt"),
      .flag("save-crop", \.savesCrops, help: "Write each object as an image into crops/"),
      .json(
        \.printsJSON,
        help: "Print one line of JSON per image: boxes as x1, y1, x2, y2 in original pixels"),
    ],
    "Decoding": [
      .strict(\.isStrict),
      .value(
        "max-pixels", \.maximumPixels, .atLeast(1), unit: "pixels",
        help: "Maximum pixels of an image; larger ones are refused"),
    ],
  ]

  static let examples: KeyValuePairs = [
    "glimpse detect photo.jpg": "Draw the detections into runs/detect-1/photo.jpg.",
    "glimpse detect holiday --classes person,dog --conf 0.4":
      "Detect people and dogs in all images of a folder.",
    "glimpse detect --json --no-save list.txt > found.jsonl":
      "Write no images, but a line of JSON for each image of a list.",
  ]

  func run(on console: Console) throws -> ExitCode {
    guard savesLabels || !savesScores else {
      throw CommandError.usage("--save-conf adds a column to the label files; it needs --save-txt")
    }
    let images = ImageInputs.found(inputs, on: console)
    let paths = images.paths
    if paths.isEmpty { return .fatal }
    let model = try weights.loadDetector()
    let classNames = model.description.classNames
    var options = detection
    options.classes = try ClassChoice.indices(classes, among: classNames)
    let backend = try ComputeBackend(threads: threads, precision: precision, on: console)
    let detector = Detector(
      model, imageSize: imageSize, options: options, pool: backend.pool, kernels: backend.kernels)
    let policy = detector.policy(strict: isStrict, maximumPixels: maximumPixels)

    let folder = try makeFolder()
    defer { folder?.removeIfUnused() }
    var sinks =
      try folder.map {
        try fileSinks($0, paths: paths, classNames: classNames, policy: policy, pool: backend.pool)
      } ?? []
    if printsJSON { sinks.append(JSONLinesSink(classNames: classNames) { try console.print($0) }) }
    let reporter = DetectionReporter(
      classNames: classNames, imageCount: paths.count, problems: images.problems,
      printsLines: !printsJSON, on: console)
    let summary = try Interruption.whileFinishing {
      try InferencePipeline(detector, policy: policy, batch: batch).run(
        paths, into: sinks + [reporter], until: { Interruption.isRequested })
    }
    if !summary.isComplete {
      try Interruption.check(
        "\(summary.images) of \(Sentence.count(paths.count, "image")) are done")
    }
    return reporter.finish(folder: folder?.path)
  }

  private func makeFolder() throws(CommandError) -> ResultFolder? {
    guard savesDrawings || savesLabels || savesCrops else { return nil }
    guard let output else { return try ResultFolder(nextFor: Self.name) }
    return try ResultFolder(named: output, overwrites: overwrites)
  }

  /// One sink per kind of file. A new output format is one sink and one entry here.
  private func fileSinks(
    _ folder: ResultFolder, paths: [String], classNames: [String], policy: DecodePolicy,
    pool: ThreadPool
  ) throws -> [any Sink<[Detection]>] {
    let names = OutputNames(inputs: paths, stemsDiffer: savesLabels || savesCrops)
    var sinks: [any Sink<[Detection]>] = []
    if savesLabels {
      sinks.append(
        FileSink.labels(
          folder: try folder.subfolder("labels"), names: names, includesScores: savesScores,
          pool: pool))
      // The classes of the numbers in the label files, which 'evaluate' compares by name.
      try AtomicFile.write(
        classNames.map { $0 + "\n" }.joined(), to: "\(folder.path)/classes.txt",
        followsLinks: false)
    }
    if savesCrops {
      sinks.append(
        FileSink.crops(
          folder: try folder.subfolder("crops"), names: names, classNames: classNames,
          policy: policy, pool: pool))
    }
    if savesDrawings {
      sinks.append(
        try FileSink.drawings(
          folder: folder.path, names: names, classNames: classNames, policy: policy, pool: pool))
    }
    return sinks
  }
}
