import Foundation
import Imaging

/// A loss between a predicted box and its ground truth: 1 minus a similarity.
public enum BoxLoss: String, CaseIterable, Codable, Hashable, Sendable {
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
    let overlap = BoxOverlap(predicted: predicted, groundTruth: groundTruth)
    return switch self {
    case .iou: (1 - overlap.iou, -overlap.iouGradient)
    case .giou: (1 - overlap.giou, -overlap.giouGradient)
    case .diou: (1 - overlap.diou, -overlap.diouGradient)
    case .ciou: (1 - overlap.ciou, -overlap.ciouGradient)
    }
  }
}

extension BoxOverlap {
  private var enclosingArea: Double { enclosingWidth * enclosingHeight + Self.epsilon }

  /// IoU minus the fraction of the enclosing box that neither box covers; its gradient attracts
  /// disjoint boxes.
  ///
  /// In -1...1. Rezatofighi et al., "Generalized Intersection over Union", CVPR 2019, algorithm 1.
  /// The enclosing area holds the union: IoU - (C - U) / C = IoU - 1 + U / C.
  var giou: Double { iou - 1 + union / enclosingArea }

  var giouGradient: CornerGradient {
    let (width, height) = (enclosingWidth, enclosingHeight)
    let enclosingSlope = enclosingSlopes * CornerGradient(height, width, height, width)
    return iouGradient
      + (unionGradient - enclosingSlope * (union / enclosingArea)) / enclosingArea
  }

  /// The vector from the ground truth's center to the predicted one, in pixels.
  private var away: (x: Double, y: Double) {
    (predicted.centerX - groundTruth.centerX, predicted.centerY - groundTruth.centerY)
  }

  /// The square of the enclosing box's diagonal.
  private var diagonal: Double {
    enclosingWidth * enclosingWidth + enclosingHeight * enclosingHeight + Self.epsilon
  }

  private var distance: Double { (away.x * away.x + away.y * away.y) / diagonal }

  /// IoU minus the squared distance of the centers, relative to the enclosing box's diagonal.
  ///
  /// `IoU - d² / c²`, with d the distance of the centers and c the diagonal of the enclosing box,
  /// in -1...1. Zheng et al., "Distance-IoU Loss", AAAI 2020, equations 6 and 7.
  var diou: Double { iou - distance }

  var diouGradient: CornerGradient {
    let (width, height) = (enclosingWidth, enclosingHeight)
    let enclosingSlope = enclosingSlopes * CornerGradient(width, height, width, height)
    // A center moves by half the distance that a corner moves.
    return iouGradient
      - (CornerGradient(away.x, away.y, away.x, away.y) - 2 * distance * enclosingSlope) / diagonal
  }

  /// The difference of the aspect ratios: atan(w'/h') - atan(w/h), v and alpha of CIoU.
  private var aspect: (angle: Double, v: Double, alpha: Double) {
    let angle =
      atan(groundTruth.width / (groundTruth.height + Self.epsilon))
      - atan(predicted.width / (predicted.height + Self.epsilon))
    let v = 4 / (Double.pi * Double.pi) * angle * angle
    return (angle, v, v / (1 - iou + v + Self.epsilon))
  }

  /// DIoU minus a penalty for different aspect ratios.
  ///
  /// `DIoU - alpha v`, with `v = 4/pi² (atan(w'/h') - atan(w/h))²` and `alpha = v / (1 - IoU + v)`.
  /// Above -2 and at most 1. Zheng et al., "Distance-IoU Loss", AAAI 2020, equations 8-11. As
  /// there, alpha is not differentiated. (The paper also drops 1 / (w² + h²) from the gradient of
  /// v; it stays here, since `BoxEncoding.gradient` multiplies by the size.)
  @inline(__always)
  var ciou: Double {
    let (_, v, alpha) = aspect
    return diou - alpha * v
  }

  var ciouGradient: CornerGradient {
    let (angle, _, alpha) = aspect
    let width = predicted.width
    let height = predicted.height + Self.epsilon
    let squares = width * width + height * height
    let angleSlope = -8 / (Double.pi * Double.pi) * angle * alpha
    let byWidth = angleSlope * height / squares * sizeSlopes.width
    let byHeight = -angleSlope * width / squares * sizeSlopes.height
    return diouGradient - CornerGradient(-byWidth, -byHeight, byWidth, byHeight)
  }
}
