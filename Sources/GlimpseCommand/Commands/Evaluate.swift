import Glimpse

/// Evaluates weights on a labeled dataset, or files of detections, by the COCO metric.
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
  var extras: [AdditionalMetric] = []
  var csvPath: String?
  var printsJSON = false

  static let name = "evaluate"
  static let summary = "Evaluate weights, or files of detections, by the COCO metric"
  static let discussion = [
    "AP50-95 is COCO's average precision over IoU 0.50 to 0.95, AP50 and AP75 that at one IoU. "
      + "Objects that are marked difficult are ignored. At most 100 detections per image and class "
      + "count, as in the benchmark.",
    "The classes of the dataset are matched to those of the weights by name.",
    "Files of detections: COCO results are matched to images and classes by id, or by file name and "
      + "from 1 where the ground truth has no ids; the lines of 'detect --json' by file name and "
      + "class name; YOLO label files by file name and class number. Ground truth and detections "
      + "that contradict each other are listed, and the exit code is 4.",
  ]

  static let options: [OptionGroup<Evaluate>] = [
    OptionGroup(
      "Files of detections",
      [
        .value(
          "annotations", \.groundTruth, unit: "path",
          help:
            "Ground truth: a COCO annotation file, a folder (Pascal VOC, YOLO, COCO) or a data.yaml"
        ).alias("truth"),
        .values(
          "detections", \.detections, unit: "path",
          help: "COCO results, the lines of 'detect --json', or a folder of YOLO label files; "
            + "several are compared"),
        .flag(
          "merge", \.mergesDetections,
          help: "Evaluate several --detections together, as parts of one run"),
        .flag(
          "allow-mismatches", \.allowsMismatches,
          help: "Leave out detections that contradict the ground truth"),
        .value("iou-type", \.overlap, help: "IoU of: bbox, boxes, or segm, masks of COCO files"),
        .value(
          "images", \.images, unit: "folder", unset: "beside the annotations",
          help: "Folder of the images that a report shows"),
      ]),
    OptionGroup(
      "Dataset for a network",
      [
        .value(
          "data", short: "d", \.data, unit: "path",
          help:
            "Dataset: a folder (Pascal VOC, YOLO, COCO), a data.yaml or a COCO annotation file"),
        .value(
          "split", \.split, unit: "name",
          help: "Split of the dataset, or of annotations in folders: train, val, test"),
      ]),
    OptionGroup(
      "Network",
      [
        .value(
          "weights", short: "w", \.weights, unit: "file", unset: "the built-in ones",
          help: "Weights file"),
        .imageSize(\.imageSize),
        .threads(\.threads),
        .precision(\.precision),
        .value(
          "batch", \.batch, .batch, unit: "images", help: "Images per run of the network"),
        .strict(\.isStrict),
      ]),
    OptionGroup(
      "Thresholds",
      [
        .value(
          "conf", short: "c", \.detection.confidence, .from(0, to: 1), unit: "score",
          help: "Minimum score of a detection"),
        .value(
          "iou", \.detection.iou, .from(0, to: 1), unit: "IoU", help: "IoU threshold for NMS"),
        .value(
          "max-det", \.detection.maximumDetections, .from(1, to: 100_000), unit: "boxes",
          help: "Maximum detections per image"),
      ] + Option.multiLabel(\.detection.isMultiLabel)),
    OptionGroup(
      "Output",
      [
        .values(
          "also", \.extras, unit: "metric",
          help: "Further metrics: voc, Pascal VOC's AP; f1, the best F1 of each class and its "
            + "confidence; confusion, the confusion matrix"),
        .json(\.printsJSON),
        .value("csv", \.csvPath, unit: "file", help: "Write the metrics of all classes as CSV"),
      ] + Option.explanation),
  ]

  static let examples = [
    Example(
      "glimpse evaluate --annotations val.json --detections found.json --also f1",
      "COCO's metrics of a results file, and the confidence of the best F1 of each class."),
    Example(
      "glimpse evaluate --data pets --weights runs/train-1/weights/best.safetensors",
      "The best weights of a training on the val split."),
    Example(
      "glimpse evaluate --annotations val.json --detections a.json,b.json --report compared.html",
      "Two results compared, with confidence intervals of the difference."),
    Example(
      "glimpse evaluate --data pets/data.yaml --split test --json",
      "The built-in weights on another split, for a script."),
  ]

  func run(on console: Console) throws -> ExitCode {
    Interruption.observe()
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
    guard overlap == .bbox else {
      throw CommandError.usage(
        "--iou-type segm needs --annotations: the networks here detect boxes, not masks")
    }
    return try evaluateWeights(on: data, console)
  }

  /// Refuses, before any work is done, what could not be written in the end.
  func checkOutputs(runCount: Int) throws(CommandError) {
    try explanation.check(runCount: runCount)
    if let csvPath { try ResultFolder.checkParent(of: csvPath) }
  }

  func writeCSV(_ runs: [EvaluationResult]) throws(CommandError) {
    if let csvPath {
      try CommandError.wrap(AtomicFile.write(DetectionMetrics.csvTable(runs).csv, to: csvPath))
    }
  }
}

/// The IoU type, by COCO's names.
enum OverlapChoice: String, OptionWord {
  case bbox
  case segm
}
