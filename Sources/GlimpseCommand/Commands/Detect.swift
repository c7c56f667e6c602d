import Glimpse

/// Detects objects in images, draws their boxes and prints them.
struct Detect: Command {
  var run = RunOptions()
  var weights = WeightsSource.builtIn
  var otherWeights: [WeightsSource] = []
  var imports = ImportChoice()
  var given: Set<String> = []
  var imageSize: InputSize?
  var detection = DetectionOptions()
  var classes: [String] = []
  var threads: Int?
  var precision = PrecisionChoice.auto
  var batch = 1
  /// Whether images with boxes are written; nil for the default of the inputs.
  var savesDrawings: Bool?
  var drawing = DrawingOptions()
  var savesLabels = false
  var savesScores = false
  var savesCrops = false
  var savesVOC = false
  var savesLabelMe = false
  var isStrict = false
  var maximumPixels = DecodePolicy().maximumPixels
  var printsJSON = false

  static let name = "detect"
  static let summary = "Detect objects in images"
  static let discussion = [
    "Prints one line per image and writes the images with boxes into a new folder, with one row of "
      + "JSON per image in rows.jsonl. Input files are never changed. Inputs that cannot be read get a "
      + "row, too, and are listed at the end (exit code 3).",
    "A run into a folder with results of the same inputs and options goes on where it ended; a damaged "
      + "last row is made anew. With --shard the inputs are divided among processes, each of which "
      + "writes rows of its own; 'glimpse merge' joins them.",
  ]

  static let arguments: [Positional<Detect>] = [
    .paths(\.run.inputs)
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
      .nms(\.detection.nms),
      .value(
        "max-det", \.detection.maximumDetections, .from(1, to: 100_000), unit: "boxes",
        help: "Maximum detections per image"),
      .flag(
        "agnostic-nms", \.detection.isClassAgnostic,
        help: "Let boxes of different classes suppress each other in NMS"),
    ] + Option.multiLabel(\.detection.isMultiLabel),
    "Large and hard images": Option.largeImages(
      tile: \.detection.tile, overlap: \.detection.overlap, merge: \.detection.merge,
      augments: \.detection.augments, minimumSize: \.detection.minimumSize),
    "Network": [
      .severalWeights(
        \.weights, others: \.otherWeights, help: "several of the same classes are an ensemble"),
      .imageSize(\.imageSize),
      .threads(\.threads),
      .precision(\.precision),
      .batch(\.batch, help: "Images or tiles per run of the network"),
    ] + Option.imports(\.imports),
    "Input": RunOptions.inputOptions(\.run.stream, column: \.run.column),
    "Output": [
      .value(
        "output", short: "o", \.run.output, unit: "folder", unset: "the next free runs/detect-N",
        help: "Folder for the written files"),
      .flag("overwrite", \.run.overwrites, help: "Write into a folder that is not empty"),
      .flag(
        "save", \.savesDrawings, sets: true,
        help: "Write images with boxes also with --shard, --stream and a list on standard input"),
      .flag("no-save", \.savesDrawings, sets: false, help: "Write no images with boxes"),
      .flag(
        "save-txt", \.savesLabels,
        help:
          "Write a label file per image into labels/: class, center, size (0 to 1); and classes.txt"
      ),
      .value(
        "line-width", \.drawing.lineWidth, .from(1, to: 100), unit: "pixels",
        unset: "by the image's size", help: "Line width of drawn boxes"),
      .flag("hide-labels", \.drawing.showsLabels, sets: false, help: "Draw boxes without text"),
      .flag(
        "hide-conf", \.drawing.showsScores, sets: false, help: "Draw class names without scores"),
      .flag("save-conf", \.savesScores, help: "Add the score to the rows of --save-txt"),
      .flag("save-voc", \.savesVOC, help: "Write a Pascal VOC file per image into annotations/"),
      .flag("save-labelme", \.savesLabelMe, help: "Write a LabelMe file per image into labelme/"),
      .flag("save-crop", \.savesCrops, help: "Write each object as an image into crops/"),
      .json(
        \.printsJSON,
        help: "Print one line of JSON per image: boxes as x1, y1, x2, y2 in original pixels"),
      .flag("quiet", short: "q", \.run.isQuiet, help: "Print no line per image"),
    ],
    "Large runs": RunOptions.batchOptions(
      shard: \.run.shard, onError: \.run.onError, maximumFailures: \.run.maximumFailures),
    "Decoding": RunOptions.decodingOptions(
      isStrict: \.isStrict, maximumPixels: \.maximumPixels),
  ]

  static let examples: KeyValuePairs = [
    "glimpse detect photo.jpg": "Draw the detections into runs/detect-1/photo.jpg.",
    "glimpse detect holiday --classes person,dog --conf 0.4":
      "Detect people and dogs in all images of a folder.",
    "glimpse detect --tile 640 --batch 4 aerial.jpg":
      "Detect small objects in a large image.",
    "glimpse detect --json --no-save list.txt > found.jsonl":
      "Write no images, but a line of JSON for each image of a list.",
  ]

  mutating func finish(given names: Set<String>) { given = names }

  func check(given names: Set<String>) throws(CommandError) {
    try run.check(Self.name)
    try detection.check(given: names)
    guard !names.isSuperset(of: ["save", "no-save"]) else {
      throw .usage("--save and --no-save exclude each other")
    }
    guard savesLabels || !savesScores else {
      throw CommandError.usage("--save-conf adds a column to the label files; it needs --save-txt")
    }
  }
}
