import Imaging

/// Intersection over union: 1 for equal boxes, 0 for disjoint ones, where it has no slope.
struct IoU: BoxSimilarity {
  private let overlap: IoUGradient
  let value: Double

  init(predicted: Box, groundTruth: Box) {
    overlap = IoUGradient(predicted: predicted, groundTruth: groundTruth)
    value = overlap.iou
  }

  var gradient: CornerGradient {
    let intersection = overlap.intersectionGradient
    return overlap.iouGradient(
      intersection: intersection, union: overlap.unionGradient(intersectionGradient: intersection))
  }
}
