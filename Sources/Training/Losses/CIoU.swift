import Foundation
import Imaging

/// IoU less the squared distance of the centers, relative to the enclosing box's diagonal.
///
/// `IoU - d² / c²`, with d the distance of the centers and c the diagonal of the enclosing box, in
/// -1...1. Zheng et al., "Distance-IoU Loss", AAAI 2020, equations 6 and 7.
struct DIoU: BoxSimilarity {
  let overlap: IoUGradient
  private let enclosing: EnclosingBox
  /// c² in square pixels.
  private let diagonal: Double
  /// The vector d from the ground truth's center to the predicted one, in pixels.
  private let away: (x: Double, y: Double)
  let value: Double

  @inline(__always)
  init(overlap: IoUGradient) {
    let (predicted, groundTruth) = (overlap.predicted, overlap.groundTruth)
    self.overlap = overlap
    enclosing = EnclosingBox(predicted: predicted, groundTruth: groundTruth)
    diagonal =
      enclosing.width * enclosing.width + enclosing.height * enclosing.height + IoUGradient.epsilon
    away = (predicted.centerX - groundTruth.centerX, predicted.centerY - groundTruth.centerY)
    value = overlap.iou - (away.x * away.x + away.y * away.y) / diagonal
  }

  var gradient: CornerGradient {
    let intersection = overlap.intersectionGradient
    let overlapSlope = overlap.iouGradient(
      intersection: intersection, union: overlap.unionGradient(intersectionGradient: intersection))
    let distance = (away.x * away.x + away.y * away.y) / diagonal
    let enclosingSlope = CornerGradient(
      enclosing.widthSlopes.x1 * enclosing.width, enclosing.heightSlopes.y1 * enclosing.height,
      enclosing.widthSlopes.x2 * enclosing.width, enclosing.heightSlopes.y2 * enclosing.height)
    // A center moves by half of what a corner moves.
    return overlapSlope
      - (CornerGradient(away.x, away.y, away.x, away.y) - 2 * distance * enclosingSlope) / diagonal
  }
}

/// DIoU less the difference of the aspect ratios.
///
/// `DIoU - alpha v`, with `v = 4/pi² (atan(w'/h') - atan(w/h))²` and `alpha = v / (1 - IoU + v)`.
/// Above -2 and at most 1. Zheng et al., "Distance-IoU Loss", AAAI 2020, equations 8-11. As there,
/// alpha is not differentiated. (The paper also drops 1 / (w² + h²) from the gradient of v; it stays
/// here, since `BoxEncoding.gradient` multiplies by the size.)
struct CIoU: BoxSimilarity {
  private let distance: DIoU
  /// atan(w'/h') - atan(w/h).
  private let angle: Double
  private let alpha: Double
  let value: Double

  @inline(__always)
  init(overlap: IoUGradient) {
    let (predicted, groundTruth) = (overlap.predicted, overlap.groundTruth)
    distance = DIoU(overlap: overlap)
    angle =
      atan(groundTruth.width / (groundTruth.height + IoUGradient.epsilon))
      - atan(predicted.width / (predicted.height + IoUGradient.epsilon))
    let v = 4 / (Double.pi * Double.pi) * angle * angle
    alpha = v / (1 - overlap.iou + v + IoUGradient.epsilon)
    value = distance.value - alpha * v
  }

  var gradient: CornerGradient {
    let overlap = distance.overlap
    let width = overlap.predicted.width
    let height = overlap.predicted.height + IoUGradient.epsilon
    let squares = width * width + height * height
    let angleSlope = -8 / (Double.pi * Double.pi) * angle * alpha
    let byWidth = angleSlope * height / squares * overlap.sizeSlopes.width
    let byHeight = -angleSlope * width / squares * overlap.sizeSlopes.height
    return distance.gradient - CornerGradient(-byWidth, -byHeight, byWidth, byHeight)
  }
}
