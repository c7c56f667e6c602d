import Glimpse

/// Evaluates weights on a labeled dataset, or files of detections, by the COCO metric.
struct Evaluate: Command {
  var groundTruth: String?
  var detections: [String] = []
  var mergesDetections = false
  var allowsMismatches = false
  var renames: [ClassRename] = []
  var countsDifficult = false
  var data: String?
  var split: String?
  var weights: WeightsSource?
  var otherWeights: [WeightsSource] = []
  var isEnsemble = false
  var comparedWeights: [WeightsSource] = []
  var imports = ImportChoice()
  var given: Set<String> = []
  var imageSize: InputSize?
  var detection = DetectionOptions.evaluation
  var threads: Int?
  var precision = PrecisionChoice.auto
  var batch = 8
  var isStrict = false
  var skipsInvalid = false
  var overlaps: [OverlapChoice] = []
  var scoring = ScoringOptions()
  var explanation = AnalysisOptions()
  var images: String?
  var extras: [AdditionalMetric] = []
  var csvPath: String?
  var extendedPath: String?
  var printsJSON = false

  static let name = "evaluate"
  static let summary = "Evaluate weights, or files of detections, by the COCO metric"
  static let discussion = [
    "AP50-95 is COCO's average precision over IoU 0.50 to 0.95, AP50 and AP75 that at one IoU. "
      + "Objects that are marked difficult are ignored unless --count-difficult is given. At most "
      + "100 detections per image and class count, as in the benchmark.",
    "The classes of the dataset are matched to those of the weights by name; --map tells which mean "
      + "the same under other names. Several classes of one box count, as in the benchmark, but not in "
      + "detect: --no-multi-label makes both equal.",
    "Files of detections: COCO results are matched to images and classes by id, or by file name and "
      + "from 1 where the ground truth has no ids; the lines of 'detect --json' by file name and "
      + "class name; YOLO label files by file name, and by the class names of classes.txt or else by "
      + "class number. Detections of unknown images and classes are listed, and the exit code is 4. "
      + "What pycocotools accepts is evaluated as pycocotools does it, with a warning where it is "
      + "probably a mistake.",
    "Masks are compared pixel by pixel, object by object (components of 4-connected pixels) and by "
      + "their boundaries. Files are matched by name without file extension. With one class, a mask is "
      + "0 and 255, or 0 and 1; otherwise it holds class numbers from 1, named by classes.txt in the "
      + "folder or beside it. 255 in the ground truth is ignored.",
  ]

  static let options: OptionGroups<Evaluate> = [
    "Files of detections": [
      .value(
        "annotations", \.groundTruth, unit: "path",
        help:
          "Ground truth: a COCO annotation file, a table of Open Images (CSV), a folder (Pascal VOC, "
          + "YOLO, COCO, masks) or a data.yaml"
      ).alias("truth"),
      .values(
        "detections", \.detections, unit: "path",
        help:
          "COCO results, the lines of 'detect --json', a table of Open Images (CSV), a folder of YOLO "
          + "label files with scores, or of masks; several are compared"),
      .flag(
        "merge", \.mergesDetections,
        help: "Evaluate several --detections together, as parts of one run"),
      .flag(
        "allow-mismatches", \.allowsMismatches,
        help: "Evaluate despite mismatches; entries of unknown images and classes are left out"),
      .values(
        "iou-type", \.overlaps, unset: "bbox",
        help:
          "IoU of: bbox, boxes; segm, masks of COCO files; boundary, masks and their boundaries; "
          + "several are results side by side"),
      .value(
        "images", \.images, unit: "folder", unset: "beside the annotations",
        help: "Folder of the images that a report shows"),
    ],
    "Dataset for a network": [
      .value(
        "data", short: "d", \.data, unit: "path",
        help:
          "Dataset: a folder (Pascal VOC, YOLO, COCO, CreateML, LabelMe, images and masks), a data.yaml "
          + "or a COCO annotation file"),
      .value(
        "split", \.split, unit: "name", unset: "val, or the only one",
        help: "Split of the dataset, or of annotations in folders: train, val, test"),
    ],
    "Network": [
      .severalWeights(\.weights, others: \.otherWeights, help: "several are compared"),
      .flag(
        "ensemble", \.isEnsemble,
        help: "Evaluate several --weights of the same classes as one ensemble, as detect joins them"
      ),
      .values(
        "against", \.comparedWeights, unit: "file",
        help:
          "Weights to compare those of --weights with, each by itself, on the same images; the "
          + "classes must be the same"),
      .imageSize(\.imageSize),
      .threads(\.threads),
      .precision(\.precision),
      .batch(\.batch),
    ] + Option.imports(\.imports),
    "Ground truth": [
      .values(
        "map", \.renames, unset: "equal names",
        help:
          "Classes of the weights or detections that the ground truth has under another name, as in "
          + "tvmonitor=tv,sofa=couch"),
      .flag(
        "count-difficult", \.countsDifficult,
        help: "Count objects that are marked difficult, as pycocotools does"),
      .strict(
        \.isStrict,
        help: "Refuse what is otherwise a warning: odd boxes, scores and masks in files, truncated "
          + "and corrupt JPEG files"),
    ],
    "Invalid labels": [.skipInvalid(\.skipsInvalid)],
    "Scoring": Option.scoring,
    "Thresholds for a network": [
      .value(
        "conf", short: "c", \.detection.confidence, .from(0, to: 1), unit: "score",
        help: "Minimum score of a detection"),
      .value("iou", \.detection.iou, .from(0, to: 1), unit: "IoU", help: "IoU threshold for NMS"),
      .nms(\.detection.nms),
      .value(
        "max-det", \.detection.maximumDetections, .from(1, to: 100_000), unit: "boxes",
        help: "Maximum detections per image"),
    ] + Option.multiLabel(\.detection.isMultiLabel),
    "Large and hard images": Option.largeImages(
      tile: \.detection.tile, overlap: \.detection.overlap, merge: \.detection.merge,
      augments: \.detection.augments, minimumSize: \.detection.minimumSize),
    "Output": [
      .values(
        "also", \.extras, unit: "metric",
        help: "Further metrics: "
          + AdditionalMetric.all.map { "\($0.name), \($0.summary)" }.joined(separator: "; ")
      ).alias("metrics"),
      .json(\.printsJSON),
      .value(
        "csv", \.csvPath, unit: "file",
        help:
          "Write the metrics of all classes as CSV, and with --also confusion confusion_matrix.csv "
          + "beside it"),
      .value(
        "extended", \.extendedPath, unit: "file",
        help:
          "Write precision, recall and score at each recall point, and the match of each detection, "
          + "as a NumPy archive (.npz) or as JSON (.json)"),
      .value(
        "report", \.explanation.reportPath, unit: "file",
        help: "Write an HTML report with curves, errors, classes and the worst images, or of two "
          + "results a comparison"
      ).alias("html"),
      .flag(
        "errors", \.explanation.showsErrors,
        help: "Report the AP50 lost per error type (TIDE): classification, localization and so on"),
      .value(
        "bootstrap", \.explanation.resamples, .from(10, to: 1_000_000), unit: "resamples",
        unset: "none; \(AnalysisOptions.defaultResamples) for a report",
        help: "Report bootstrap 95 % confidence intervals of AP, or of Dice and IoU"),
    ],
  ]

  static let examples: KeyValuePairs = [
    "glimpse evaluate --annotations val.json --detections found.json --also f1":
      "COCO's metrics of a results file, and the confidence of the best F1 of each class.",
    "glimpse evaluate --data pets --weights runs/train-1/weights/best.safetensors":
      "The best weights of a training on the val split.",
    "glimpse evaluate --data pets --weights new.safetensors --against old.safetensors --bootstrap 1000":
      "Two trained networks on the same images, with the significance of the difference.",
    "glimpse evaluate --data pets --weights a.safetensors,b.safetensors --ensemble --nms wbf":
      "Two networks as one, whose boxes are fused.",
    "glimpse evaluate --annotations val.json --detections a.json,b.json --report compared.html":
      "Two results compared, with confidence intervals of the difference.",
    "glimpse evaluate --annotations cells/masks --detections segmented --report masks.html":
      "Predicted masks compared with those of the ground truth.",
    "glimpse evaluate --data pets/data.yaml --split test --json":
      "The built-in weights on another split, for a script.",
  ]

  /// The options of a network and of files of detections; each is an error with the other.
  private static let networkOptions = [
    "weights", "ensemble", "against", "imgsz", "precision", "batch", "conf", "iou", "max-det",
    "multi-label",
    "no-multi-label", "nms", "recipe", "names", "tile", "overlap", "tile-merge", "augment",
    "min-size",
  ]
  private static let fileOptions = ["merge", "allow-mismatches", "images", "hierarchy"]

  mutating func finish(given names: Set<String>) { given = names }

  func check(given names: Set<String>) throws(CommandError) {
    try detection.check(given: names)
    if names.contains("annotations"), !names.contains("data"),
      let option = Self.networkOptions.first(where: names.contains)
    {
      throw .usage(
        "--\(option) is for a network that runs on --data; the detections of files are evaluated "
          + "as they are")
    }
    let isTable = groundTruth.map { FilePath.ending($0) == "csv" } ?? false
    if names.contains("image-labels"), !isTable {
      throw .usage("--image-labels is for --annotations of Open Images, a table that ends in .csv")
    }
    if isTable, names.contains("inclusive-pixels") {
      throw .usage("--inclusive-pixels is for boxes in pixels, and Open Images' are fractions")
    }
    if names.contains("data"), let option = Self.fileOptions.first(where: names.contains) {
      throw .usage("--\(option) is for --detections and has no effect on a network")
    }
    if names.contains("split"), let groundTruth, isTable || FilePath.ending(groundTruth) == "json" {
      throw .usage(
        "--split selects a split of a folder or a data.yaml, but \(groundTruth) is one annotation "
          + "file")
    }
  }

  func run(on console: Console) throws -> ExitCode {
    if let groundTruth {
      guard data == nil, weights == nil else {
        throw CommandError.usage(
          "--annotations is for --detections; leave --data and --weights out")
      }
      return try evaluateFiles(groundTruth: groundTruth, on: console)
    }
    guard let data else {
      throw CommandError.usage(
        "evaluate needs a dataset (--data <path>), or --annotations <path> and --detections <path>")
    }
    guard detections.isEmpty else {
      throw CommandError.usage("--detections needs --annotations <path>, the ground truth")
    }
    guard let masks = overlaps.first(where: { $0 != .bbox }) else {
      return try evaluateWeights(on: data, console)
    }
    throw CommandError.usage(
      "--iou-type \(masks.rawValue) needs --annotations: the networks here detect boxes, not masks")
  }

  /// The split of a dataset to evaluate: the requested one, val, or the only one.
  func chosenSplit(of path: String, on console: Console) -> String {
    if let split { return split }
    guard FilePath.ending(path) != "json", let splits = try? Dataset.splits(path: path),
      splits.count == 1, splits != ["val"]
    else { return "val" }
    console.note(
      "note: \(Sentence.printable(path)) has one split, \(Sentence.quoted(splits[0])), which is "
        + "evaluated")
    return splits[0]
  }

  /// Checks the paths of inputs and outputs before any work is done.
  func checkPaths(inputs: [String], runCount: Int) throws(CommandError) {
    try explanation.check(runCount: runCount)
    try ResultFolder.check(file: csvPath)
    try ResultFolder.check(file: extendedPath)
    if let extendedPath {
      guard ["npz", "json"].contains(FilePath.ending(extendedPath)) else {
        throw .usage(
          "--extended takes a file that ends in .npz or .json, not \(Sentence.quoted(extendedPath))"
        )
      }
      guard runCount == 1 else {
        throw .usage("--extended takes one result, not \(runCount)")
      }
    }
    try InputPath.checkKept(
      inputs, outputs: [csvPath, matrixPath, extendedPath, explanation.reportPath])
    try InputPath.checkReadable(inputs)
  }

  func writeFiles(
    _ runs: [EvaluationResult], tasks: any ParallelExecutor
  ) throws(CommandError) {
    if let extendedPath, let run = runs.first {
      let extended = ExtendedResults(run, tasks: tasks)
      let isJSON = FilePath.ending(extendedPath) == "json"
      try CommandError.wrap(
        isJSON
          ? AtomicFile.write(extended.json.line + "\n", to: extendedPath)
          : AtomicFile.write(extended.npz, to: extendedPath))
    }
    if let csvPath {
      try CommandError.wrap(AtomicFile.write(DetectionMetrics.csvTable(runs).csv, to: csvPath))
    }
    if let matrixPath {
      try CommandError.wrap(AtomicFile.write(ConfusionMatrix.csvTable(runs).csv, to: matrixPath))
    }
  }

  /// The file of the confusion matrix, beside that of the metrics; nil if it was not asked for.
  private var matrixPath: String? {
    guard let csvPath, extras.contains(where: { $0.name == "confusion" }) else { return nil }
    return FilePath.join(FilePath.folder(csvPath), "confusion_matrix.csv")
  }
}

/// The IoU type, by COCO's names.
enum OverlapChoice: String, OptionWord {
  case bbox
  case segm
  case boundary
}
