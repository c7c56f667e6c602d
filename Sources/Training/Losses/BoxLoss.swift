import Imaging

/// How far a predicted box is from its ground truth: one minus one of these similarities.
package enum BoxLoss: String, CaseIterable, Hashable, Sendable {
  /// Intersection over union.
  case iou
  /// Generalized IoU (Rezatofighi et al. 2019).
  case giou
  /// Complete IoU (Zheng et al. 2020).
  case ciou

  /// The loss, at least 0, and its slope by the predicted corners, per pixel.
  ///
  /// Corners in pixels, below 1e70 in size. An inverted box counts as one of no area. Every result
  /// is finite for finite boxes.
  package func evaluate(predicted: Box, groundTruth: Box) -> (
    value: Double, gradient: CornerGradient
  ) {
    switch self {
    case .iou: loss(IoU(predicted: predicted, groundTruth: groundTruth))
    case .giou: loss(GIoU(predicted: predicted, groundTruth: groundTruth))
    case .ciou: loss(CIoU(predicted: predicted, groundTruth: groundTruth))
    }
  }

  private func loss(_ similarity: some BoxSimilarity)
    -> (value: Double, gradient: CornerGradient)
  {
    (1 - similarity.value, -similarity.gradient)
  }
}

/// A measure of how alike two boxes are, 1 for equal ones.
protocol BoxSimilarity {
  init(predicted: Box, groundTruth: Box)
  var value: Double { get }
  /// By the predicted box's corners.
  var gradient: CornerGradient { get }
}
