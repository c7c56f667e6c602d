import Imaging

/// A loss between a predicted box and its ground truth: 1 minus a similarity.
package enum BoxLoss: String, CaseIterable, Codable, Hashable, Sendable {
  /// Intersection over union.
  case iou
  /// Generalized IoU (Rezatofighi et al. 2019).
  case giou
  /// Distance IoU (Zheng et al. 2020).
  case diou
  /// Complete IoU (Zheng et al. 2020).
  case ciou

  /// The loss, at least 0, and its gradient with respect to the predicted corners, per pixel.
  ///
  /// Corners in pixels, below 1e70 in size. An inverted box counts as one of no area. Every result
  /// is finite for finite boxes.
  package func evaluate(predicted: Box, groundTruth: Box) -> (
    value: Double, gradient: CornerGradient
  ) {
    let overlap = IoUGradient(predicted: predicted, groundTruth: groundTruth)
    return switch self {
    case .iou: loss(IoU(overlap: overlap))
    case .giou: loss(GIoU(overlap: overlap))
    case .diou: loss(DIoU(overlap: overlap))
    case .ciou: loss(CIoU(overlap: overlap))
    }
  }

  private func loss(_ similarity: some BoxSimilarity) -> (value: Double, gradient: CornerGradient) {
    (1 - similarity.value, -similarity.gradient)
  }
}

/// A similarity of two boxes, 1 for equal ones.
protocol BoxSimilarity {
  init(overlap: IoUGradient)
  var value: Double { get }
  /// With respect to the corners of the predicted box.
  var gradient: CornerGradient { get }
}
