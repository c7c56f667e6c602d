/// Intersection over union: 1 for equal boxes, 0 without a gradient for disjoint ones.
struct IoU: BoxSimilarity {
  private let overlap: IoUGradient
  var value: Double { overlap.iou }

  init(overlap: IoUGradient) { self.overlap = overlap }

  var gradient: CornerGradient {
    let intersection = overlap.intersectionGradient
    return overlap.iouGradient(
      intersection: intersection, union: overlap.unionGradient(intersectionGradient: intersection))
  }
}

/// IoU less the fraction of the enclosing box that neither box covers; it attracts disjoint boxes.
///
/// In -1...1. Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019, algorithm 1.
struct GIoU: BoxSimilarity {
  private let overlap: IoUGradient
  private let enclosing: EnclosingBox
  private let enclosingArea: Double
  let value: Double

  init(overlap: IoUGradient) {
    self.overlap = overlap
    enclosing = EnclosingBox(predicted: overlap.predicted, groundTruth: overlap.groundTruth)
    enclosingArea = enclosing.width * enclosing.height + IoUGradient.epsilon
    // The enclosing area holds the union: IoU - (C - U) / C = IoU - 1 + U / C.
    value = overlap.iou - 1 + overlap.union / enclosingArea
  }

  var gradient: CornerGradient {
    let intersection = overlap.intersectionGradient
    let union = overlap.unionGradient(intersectionGradient: intersection)
    let enclosingSlope = CornerGradient(
      enclosing.widthSlopes.x1 * enclosing.height, enclosing.heightSlopes.y1 * enclosing.width,
      enclosing.widthSlopes.x2 * enclosing.height, enclosing.heightSlopes.y2 * enclosing.width)
    return overlap.iouGradient(intersection: intersection, union: union)
      + (union - enclosingSlope * (overlap.union / enclosingArea)) / enclosingArea
  }
}
