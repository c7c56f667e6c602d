import Glimpse

/// Finds things in images, draws boxes around them and tells what they are.
struct Detect: Command {
  var inputs: [String] = []
  var weights: String?
  var imageSize: Int?
  var detection = DetectionOptions()
  var classes: [String] = []
  var threads: Int?
  var precision = PrecisionChoice.auto
  var batch = 1
  var output: String?
  var overwrites = false
  var writes = ResultWriter.Choice()
  var decoding = DecodePolicy()
  var printsJSON = false

  static let name = "detect"
  static let summary = "Find things in images"
  static let discussion = [
    "Prints one line an image and writes the images with boxes into a new folder. Files are never "
      + "changed. An image that cannot be read does not stop the others: it is told, counted and "
      + "listed at the end, and the exit code is 3."
  ]

  static let arguments: [Positional<Detect>] = [
    .many(
      "path", \.inputs,
      help:
        "Images (JPEG, PNG), folders, lists of paths (.txt), or - for a list on standard input")
  ]

  static let options: [OptionGroup<Detect>] = [
    OptionGroup(
      "What to find",
      [
        .value(
          "conf", short: "c", \.detection.confidence, .from(0, to: 1), unit: "score",
          help: "Lowest score of a box that is kept"),
        .values(
          "classes", \.classes, unit: "class", unset: "all",
          help: "Classes to look for, by name or index"),
        .value(
          "iou", \.detection.iou, .from(0, to: 1), unit: "overlap",
          help:
            "Of two boxes of a class that overlap by more, only the one with the higher score is kept"
        ),
        .value(
          "max-det", \.detection.maximumDetections, .from(1, to: 100_000), unit: "boxes",
          help: "Most boxes that are kept an image"),
        .flag(
          "agnostic-nms", \.detection.isClassAgnostic,
          help: "Let overlapping boxes of different classes suppress each other, too"),
        .flag(
          "multi-label", \.detection.isMultiLabel,
          help: "Let one place be of several classes, each with a box of its own"),
      ]),
    OptionGroup(
      "Network",
      [
        .value(
          "weights", short: "w", \.weights, unit: "file", unset: "the built-in ones",
          help: "Weights to use"),
        .imageSize(\.imageSize),
        .threads(\.threads),
        .precision(\.precision),
        .value(
          "batch", \.batch, .from(1, to: 1024), unit: "images",
          help: "Images that go through the network at once"),
      ]),
    OptionGroup(
      "Output",
      [
        .value(
          "output", short: "o", \.output, unit: "folder", unset: "the next free runs/detect-N",
          help: "Folder for what is written"),
        .flag("overwrite", \.overwrites, help: "Write into a folder that is not empty"),
        .flag("no-save", \.writes.drawings, sets: false, help: "Write no images with boxes"),
        .flag(
          "save-txt", \.writes.labels,
          help: "Write a label file an image into labels/: class, center, size (0 to 1), score"),
        .flag("save-crop", \.writes.crops, help: "Write each object as an image into crops/"),
        .json(
          \.printsJSON,
          help: "Print one line of JSON an image: boxes as x1, y1, x2, y2 in original pixels"),
      ]),
    OptionGroup(
      "Reading",
      [
        .flag(
          "accept-truncated", \.decoding.acceptsTruncated,
          help: "Use what is there of JPEG files that end early or are damaged"),
        .value(
          "max-pixels", \.decoding.maximumPixels, .atLeast(1), unit: "pixels",
          help: "Refuse images that claim to have more"),
      ]),
  ]

  static let examples = [
    Example("glimpse detect photo.jpg", "Draw what is found into runs/detect-1/photo.jpg."),
    Example(
      "glimpse detect holiday --classes person,dog --conf 0.4",
      "Look for people and dogs in all images of a folder."),
    Example(
      "glimpse detect --json --no-save list.txt > found.jsonl",
      "Write no images, but a line of JSON for each one of a list."),
  ]

  func run(on console: Console) throws -> ExitCode {
    Interruption.observe()
    let paths = try ImageInputs.expand(inputs)
    let trained = try TrainedWeights.load(weights)
    let classNames = trained.description.classNames
    var options = detection
    options.classes = try ClassChoice.indices(classes, among: classNames)
    let workforce = try ComputeBackend(threads: threads, precision: precision, on: console)
    let detector = Detector(
      trained, imageSize: imageSize, options: options, pool: workforce.pool,
      kernels: workforce.kernels)
    var decoding = decoding
    if !writes.needsPixels { decoding.neededLongerSide = detector.description.imageSize }

    let writer = try makeWriter(paths, classNames)
    defer { writer?.folder.removeIfUnused() }
    let run = DetectionRun(
      detector: detector, reader: ImageReader(policy: decoding, pool: workforce.pool),
      writer: writer, batch: batch, pool: workforce.pool)
    var report = DetectionReporter(
      classNames: classNames, imageCount: paths.count, printsJSON: printsJSON, on: console)
    try run.run(paths) { try report.add($0) }
    return report.finish(folder: writer?.folder.path)
  }

  private func makeWriter(
    _ paths: [String], _ classNames: [String]
  ) throws(CommandError) -> ResultWriter? {
    guard !writes.isEmpty else { return nil }
    let folder =
      if let output {
        try ResultFolder(named: output, overwrites: overwrites)
      } else {
        try ResultFolder(nextFor: Self.name)
      }
    return try ResultWriter(writes, folder: folder, inputs: paths, classNames: classNames)
  }
}
