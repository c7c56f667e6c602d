import Imaging

/// IoU less the share of the enclosing box that neither covers: it pulls disjoint boxes together.
///
/// In -1...1. Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019, algorithm 1.
struct GIoU: BoxSimilarity {
  private let overlap: IoUGradient
  private let enclosing: EnclosingBox
  private let enclosingArea: Double
  let value: Double

  init(predicted: Box, groundTruth: Box) {
    overlap = IoUGradient(predicted: predicted, groundTruth: groundTruth)
    enclosing = EnclosingBox(predicted: predicted, groundTruth: groundTruth)
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
