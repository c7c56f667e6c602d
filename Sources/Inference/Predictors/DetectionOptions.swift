/// Options of a detector: score threshold, NMS, classes.
public struct DetectionOptions: Hashable, Sendable {
  /// The score threshold, 0...1.
  public var confidence: Float
  /// IoU threshold for NMS, 0...1.
  public var iou: Double
  /// Maximum detections per image after NMS; those with the highest scores are kept.
  public var maximumDetections: Int
  /// Whether boxes of different classes suppress each other in NMS.
  public var isClassAgnostic: Bool
  /// Whether every class above the threshold is kept at an anchor point, or only the
  /// highest-scoring one.
  public var isMultiLabel: Bool
  /// The classes to detect, as indices; nil for all.
  public var classes: Set<Int>?

  /// Makes options; the defaults are those of `glimpse detect`.
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

  /// Options for evaluation by the COCO metric: a score threshold of 0.001 and several classes per
  /// anchor point.
  public static let evaluation = DetectionOptions(confidence: 0.001, multiLabel: true)
}
