/// Which candidates of a detector become detections.
package struct DetectionOptions: Hashable, Sendable {
  /// The lowest score, 0...1.
  package var confidence: Float
  /// IoU threshold for NMS, 0...1.
  package var iou: Double
  /// Detections per image after NMS, the highest scores first.
  package var maximumDetections: Int
  /// True where overlapping boxes of different classes suppress each other, too.
  package var isClassAgnostic: Bool
  /// True where an anchor point may be of several classes; else only its highest-scoring one counts.
  package var isMultiLabel: Bool
  /// The classes to detect, as indices; nil for all.
  package var classes: Set<Int>?

  package init(
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
  package static let evaluation = DetectionOptions(confidence: 0.001, multiLabel: true)
}
