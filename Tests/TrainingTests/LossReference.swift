import Foundation
import Imaging

@testable import Training

/// The box losses again, straight from the papers' formulas and without gradients: the reference for
/// central differences.
enum LossReference {
  /// CIoU's alpha, which weighs but is not differentiated; 0 for the other losses.
  static func alpha(_ loss: BoxLoss, _ predicted: [Double], _ groundTruth: [Double]) -> Double {
    guard loss == .ciou else { return 0 }
    let v = aspectTerm(predicted, groundTruth)
    return v / (1 - iou(predicted, groundTruth) + v + 1e-7)
  }

  static func loss(
    _ loss: BoxLoss, _ predicted: [Double], _ groundTruth: [Double], alpha: Double
  ) -> Double {
    let (c1, r1) = (min(predicted[0], groundTruth[0]), min(predicted[1], groundTruth[1]))
    let (c2, r2) = (max(predicted[2], groundTruth[2]), max(predicted[3], groundTruth[3]))
    switch loss {
    case .iou: return 1 - iou(predicted, groundTruth)
    case .giou:
      let enclosing = (c2 - c1) * (r2 - r1) + 1e-7
      return 1 - iou(predicted, groundTruth) + (enclosing - union(predicted, groundTruth))
        / enclosing
    case .diou, .ciou:
      let dx = (predicted[0] + predicted[2] - groundTruth[0] - groundTruth[2]) / 2
      let dy = (predicted[1] + predicted[3] - groundTruth[1] - groundTruth[3]) / 2
      let diagonal = pow(c2 - c1, 2) + pow(r2 - r1, 2) + 1e-7
      return 1 - iou(predicted, groundTruth) + (dx * dx + dy * dy) / diagonal
        + (alpha == 0 ? 0 : alpha * aspectTerm(predicted, groundTruth))
    }
  }

  /// The slope by the predicted corners, by differences of `step` pixels to both sides.
  static func gradient(
    _ kind: BoxLoss, _ predicted: [Double], _ groundTruth: [Double], step: Double
  )
    -> [Double]
  {
    let alpha = alpha(kind, predicted, groundTruth)
    return (0..<4).map { corner in
      var (low, high) = (predicted, predicted)
      low[corner] -= step
      high[corner] += step
      return
        (loss(kind, high, groundTruth, alpha: alpha) - loss(kind, low, groundTruth, alpha: alpha))
        / (2 * step)
    }
  }

  private static func area(_ b: [Double]) -> Double { max(0, b[2] - b[0]) * max(0, b[3] - b[1]) }

  private static func shared(_ a: [Double], _ b: [Double]) -> Double {
    area([max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])])
  }

  private static func union(_ a: [Double], _ b: [Double]) -> Double {
    area(a) + area(b) - shared(a, b) + 1e-7
  }

  private static func iou(_ a: [Double], _ b: [Double]) -> Double { shared(a, b) / union(a, b) }

  private static func aspectTerm(_ a: [Double], _ b: [Double]) -> Double {
    func angle(_ b: [Double]) -> Double {
      atan(max(0, b[2] - b[0]) / (max(0, b[3] - b[1]) + 1e-7))
    }
    return 4 / (Double.pi * Double.pi) * pow(angle(b) - angle(a), 2)
  }
}

extension Box {
  init(_ corners: [Double]) {
    self.init(x1: corners[0], y1: corners[1], x2: corners[2], y2: corners[3])
  }
}

/// The larger of the absolute and, above 1, the relative difference.
func difference(_ value: Double, _ expected: Double) -> Double {
  abs(value - expected) / max(1, abs(expected))
}
