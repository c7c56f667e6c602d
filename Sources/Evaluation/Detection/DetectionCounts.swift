import Basics

/// True and false positives, and with them precision, recall and F1, of each class at one confidence
/// and one IoU.
///
/// Detections of at least that confidence are matched as for COCO's AP: per image and class, the
/// highest score first, each with the unmatched object of the highest IoU. Matches with crowds and
/// ignored objects count neither way, and neither do detections beyond the largest limit per image
/// and class.
public struct DetectionCounts: Hashable, Sendable {
  /// The counts of one class, or of all together.
  public struct Entry: Hashable, Sendable {
    /// The class name; `micro` for all together.
    public let name: String
    let point: F1Curve.Point

    /// The detections that match an object.
    public var truePositives: Int { point.truePositives }
    /// The detections that match none.
    public var falsePositives: Int { point.falsePositives }
    /// The objects that no detection matches.
    public var falseNegatives: Int { groundTruthCount - truePositives }
    /// The ground-truth objects, without crowds and ignored ones.
    public var groundTruthCount: Int { point.groundTruths }
    /// The fraction of detections that match, 0...1; 0 without detections.
    public var precision: Double { point.precision }
    /// The fraction of objects that are matched, 0...1; 0 without objects.
    public var recall: Double { point.recall }
    /// The harmonic mean of precision and recall, 0...1.
    public var f1: Double { point.f1 }
  }

  /// Means over classes.
  public struct Means: Hashable, Sendable {
    /// The mean precision, 0...1.
    public let precision: Double
    /// The mean recall, 0...1.
    public let recall: Double
    /// The mean F1, 0...1, which is not the F1 of the other two means.
    public let f1: Double
  }

  /// The minimum score of a detection that counts.
  public let confidence: Double
  /// The minimum IoU of a match.
  public let iou: Double
  /// The counts of each class, in the order of the class names.
  public let classes: [Entry]
  /// All classes counted together, also the false positives of classes without objects.
  public let micro: Entry
  /// The means over classes with objects; 0 if there are none.
  public let macro: Means

  /// Counts a result at the `confidence` and the `matchIoU` of its settings.
  public init(_ result: EvaluationResult, tasks: any ParallelExecutor = .serial) {
    let parameters = result.parameters
    confidence = parameters.confidence
    iou = parameters.matchIoU
    let curves = F1Curve.curves(result.table, result.operatingMatches, tasks: tasks)
    let points = curves.map { $0.point(from: parameters.confidence) }
    let classes = zip(result.table.classNames, points).map { Entry(name: $0, point: $1) }
    self.classes = classes
    micro = Entry(name: "micro", point: .sum(points))
    let labeled = classes.filter { $0.groundTruthCount > 0 }
    func mean(_ value: (Entry) -> Double) -> Double {
      labeled.reduce(0) { $0 + value($1) } / Double(max(labeled.count, 1))
    }
    macro = Means(precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1))
  }
}

extension F1Curve.Point {
  /// All classes counted together.
  fileprivate static func sum(_ points: [F1Curve.Point]) -> F1Curve.Point {
    F1Curve.Point(
      score: points.first?.score ?? 0,
      truePositives: points.reduce(0) { $0 + $1.truePositives },
      falsePositives: points.reduce(0) { $0 + $1.falsePositives },
      groundTruths: points.reduce(0) { $0 + $1.groundTruths })
  }
}

extension AdditionalMetric {
  /// "micro" counts all detections together, "macro" is the mean over classes with ground truth.
  static let counts = AdditionalMetric(
    name: "counts",
    summary: "precision, recall, F1, true and false positives at one confidence"
  ) { result, tasks in
    let counts = DetectionCounts(result, tasks: tasks)
    var table = Table([
      .words("at confidence \(counts.confidence.optionText)", key: "name"),
      .numbers("precision"), .numbers("recall"), .numbers("F1"),
      .numbers("TP", key: "true_positives"), .numbers("FP", key: "false_positives"),
      .numbers("FN", key: "false_negatives"),
    ])
    func row(_ entry: DetectionCounts.Entry, isKnown: Bool = true) -> [Table.Value] {
      [
        .text(entry.name), .number(entry.precision, digits: 3),
        isKnown ? .number(entry.recall, digits: 3) : .missing,
        isKnown ? .number(entry.f1, digits: 3) : .missing,
      ]
        + [entry.truePositives, entry.falsePositives, entry.falseNegatives].map { .integer($0) }
    }
    for entry in counts.classes { table.add(row(entry, isKnown: entry.groundTruthCount > 0)) }
    let (micro, macro) = (counts.micro, counts.macro)
    table.summarize(row(micro))
    var shown = table
    shown.add(
      [.text("macro")]
        + [macro.precision, macro.recall, macro.f1].map { .number($0, digits: 3) }
        + [.blank, .blank, .blank])
    func rates(_ precision: Double, _ recall: Double, _ f1: Double) -> JSONValue {
      ["precision": .number(precision), "recall": .number(recall), "F1": .number(f1)]
    }
    return (
      shown,
      [
        "confidence": .number(counts.confidence), "iou": .number(counts.iou),
        "micro": rates(micro.precision, micro.recall, micro.f1).appending([
          "true_positives": .integer(micro.truePositives),
          "false_positives": .integer(micro.falsePositives),
          "false_negatives": .integer(micro.falseNegatives),
        ]), "macro": rates(macro.precision, macro.recall, macro.f1), "classes": table.json,
      ]
    )
  }
}
