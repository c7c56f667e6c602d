import Networks

/// Which of a network's answers become detections.
package struct DetectionOptions: Hashable, Sendable {
  /// The lowest score, 0...1.
  package var confidence: Float
  /// Of two boxes of a class that overlap by more than this (intersection over union, 0...1), only
  /// the one with the higher score stays.
  package var iou: Double
  /// Detections of an image at most, the highest scores first.
  package var maximumDetections: Int
  /// True where overlapping boxes of different classes suppress each other, too.
  package var isClassAgnostic: Bool
  /// True where one place may be of several classes; else only its best one counts.
  package var isMultiLabel: Bool
  /// The classes to look for, as indices; nil for all.
  package var classes: Set<Int>?

  /// Makes options; the defaults are those for looking at images.
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

  /// For evaluation: nearly all answers, every class of each place, as COCO's metric wants them.
  package static let evaluation = DetectionOptions(confidence: 0.001, multiLabel: true)
}
