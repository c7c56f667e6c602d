/// Which of a network's answers become detections.
public struct DetectionOptions: Hashable, Sendable {
  /// The lowest score, 0...1.
  public var confidence: Float
  /// Of two boxes of a class that overlap by more than this (intersection over union, 0...1), only
  /// the one with the higher score stays.
  public var iou: Double
  /// Detections of an image at most, the highest scores first.
  public var maximumDetections: Int
  /// True where overlapping boxes of different classes suppress each other, too.
  public var isClassAgnostic: Bool
  /// True where one place may be of several classes; else only its best one counts.
  public var isMultiLabel: Bool
  /// The classes to look for, as indices; nil for all.
  public var classes: Set<Int>?

  /// Makes options; the defaults are those for looking at images.
  public init(
    confidence: Float = 0.25, iou: Double = 0.7, maximumDetections: Int = 300,
    classAgnostic: Bool = false, multiLabel: Bool = false, classes: Set<Int>? = nil
  ) {
    self.confidence = confidence
    self.iou = iou
    self.maximumDetections = maximumDetections
    isClassAgnostic = classAgnostic
    isMultiLabel = multiLabel
    self.classes = classes
  }

  /// For evaluation: nearly all answers, every class of each place, as COCO's metric wants them.
  public static let evaluation = DetectionOptions(confidence: 0.001, multiLabel: true)
}
