/// Which candidates of a detector become detections.
public struct DetectionOptions: Hashable, Sendable {
  /// The lowest score, 0...1.
  public var confidence: Float
  /// IoU threshold for NMS, 0...1.
  public var iou: Double
  /// Detections per image after NMS, the highest scores first.
  public var maximumDetections: Int
  /// True where overlapping boxes of different classes suppress each other, too.
  public var isClassAgnostic: Bool
  /// True where an anchor point may be of several classes; else only its highest-scoring one counts.
  public var isMultiLabel: Bool
  /// The classes to detect, as indices; nil for all.
  public var classes: Set<Int>?

  /// Makes options; the defaults are those for detection in images.
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

  /// For evaluation: nearly all candidates, several classes per anchor point, as the COCO metric
  /// expects.
  public static let evaluation = DetectionOptions(confidence: 0.001, multiLabel: true)
}
