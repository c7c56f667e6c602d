import Glimpse

/// The settings of `evaluate` that decide what is scored, and how; the defaults are COCO's.
struct ScoringOptions: Hashable, Sendable {
  var iouThresholds: IoUThresholds?
  var recallPoints: RecallPointChoice?
  var detectionLimits: DetectionLimits?
  var areas: AreaRanges?
  var includesLastPixels = false
  var isClassAgnostic = false
  var rules = ScoringRules.auto
  var hierarchy: String?
  var imageLabels: String?
  var classes: [String] = []
  var ignoredClasses: [String] = []
  var confidence = EvaluationParameters.coco.confidence
  var matchIoU = EvaluationParameters.coco.matchIoU

  /// The settings for a ground truth.
  ///
  /// - Parameter federation: Labels whose rules hold; LVIS's limit is 300 detections per image.
  func parameters(_ federation: FederatedLabels?) -> EvaluationParameters {
    let limits =
      federation.flatMap { $0.limitsImages ? [$0.detectionsPerImage] : nil }
      ?? EvaluationParameters.coco.detectionLimits
    var parameters = EvaluationParameters(
      iouThresholds: iouThresholds?.values ?? EvaluationParameters.cocoThresholds,
      recallPoints: recallPoints?.points ?? .coco,
      areaRanges: areas?.ranges ?? EvaluationParameters.cocoAreas,
      detectionLimits: detectionLimits?.values ?? limits)
    parameters.confidence = confidence
    parameters.matchIoU = matchIoU
    return parameters
  }

  /// The classes to score of a dataset's.
  func selection(_ classNames: [String]) throws(CommandError) -> ClassSelection {
    var indices = try ClassChoice.indices(classes, among: classNames, of: .dataset)
    if let ignored = try ClassChoice.indices(
      ignoredClasses, among: classNames, of: .dataset, option: "--ignore-classes")
    {
      indices = (indices ?? Set(classNames.indices)).subtracting(ignored)
    }
    guard indices?.isEmpty != true else {
      throw .usage("--classes and --ignore-classes leave no class to score")
    }
    return ClassSelection(indices: indices, isAgnostic: isClassAgnostic)
  }

  /// An option that is not at its default; nil if there is none.
  var changedOption: String? {
    let plain = ScoringOptions()
    return [
      ("--iou-thresholds", iouThresholds != nil), ("--recall-points", recallPoints != nil),
      ("--max-dets", detectionLimits != nil), ("--areas", areas != nil),
      ("--inclusive-pixels", includesLastPixels), ("--class-agnostic", isClassAgnostic),
      ("--rules", rules != .auto), ("--hierarchy", hierarchy != nil),
      ("--image-labels", imageLabels != nil),
      ("--classes", !classes.isEmpty), ("--ignore-classes", !ignoredClasses.isEmpty),
      ("--at-conf", confidence != plain.confidence), ("--at-iou", matchIoU != plain.matchIoU),
    ].first(where: \.1)?.0
  }
}

/// The benchmark whose rules decide which detections count.
enum ScoringRules: String, OptionWord {
  case auto
  case coco
}

extension Option where Owner == Evaluate {
  /// The options of what is scored, and how.
  static var scoring: [Option] {
    [
      .value(
        "iou-thresholds", \.scoring.iouThresholds, unset: "0.5:0.95:0.05",
        help:
          "IoU thresholds of AP and AR, a list or a range start:end:step; AP and AR at each are "
          + "shown, and --also voc uses them"),
      .value(
        "recall-points", \.scoring.recallPoints, unset: "101",
        help:
          "Recalls at which precision is averaged: a number of evenly spaced points, all for the "
          + "area under the curve, or a list"),
      .value(
        "max-dets", \.scoring.detectionLimits, unset: "1,10,100",
        help: "Maximum detections per image and class, for AR at each; AP uses the largest"),
      .value(
        "areas", \.scoring.areas, unset: "small:0-1024,medium:1024-9216,large:9216-",
        help: "Ranges of areas in square pixels, with names, for AP and AR of each"),
      .flag(
        "inclusive-pixels", \.scoring.includesLastPixels,
        help:
          "Boxes end at their last pixel, so that width and height are one more, as they always "
          + "are in Pascal VOC's files"),
      .flag(
        "class-agnostic", \.scoring.isClassAgnostic,
        help: "Match detections with objects of any class: the micro average, AP of proposals"),
      .value(
        "rules", \.scoring.rules,
        help:
          "Rules of: auto, LVIS's or Open Images' where labels per image are given and else COCO's, "
          + "or coco, always COCO's"),
      .value(
        "hierarchy", \.scoring.hierarchy, unit: "file",
        help:
          "Class hierarchy in Open Images' JSON: objects and detections of a class count for the "
          + "classes above it, too"),
      .value(
        "image-labels", \.scoring.imageLabels, unit: "file", unset: "all classes verified",
        help:
          "Open Images' CSV of labels verified for whole images: detections of other classes are "
          + "left out"),
      .values(
        "classes", \.scoring.classes, unit: "class", unset: "all",
        help: "Score these classes only, by name or by index from 0"),
      .values(
        "ignore-classes", \.scoring.ignoredClasses, unit: "class",
        help: "Leave these classes out, by name or by index"),
      .value(
        "at-conf", \.scoring.confidence, .from(0, to: 1), unit: "score",
        help: "Confidence of the confusion matrix and of --also counts"),
      .value(
        "at-iou", \.scoring.matchIoU, .from(0.01, to: 1), unit: "IoU",
        help: "IoU of a match in the confusion matrix and for F1"),
    ]
  }
}
