import Foundation
import Imaging

/// Gives each object the cells that classify and place it best already.
///
/// Candidates are the cells whose centers lie inside the truth. Their alignment is
/// `score^0.5 * overlap^6`, where the score is that of the truth's class and the overlap is the CIoU,
/// at least 0. The ten best cells are taken; a cell that several truths take goes to the one it
/// overlaps most. A cell's target, and its box's weight, is its alignment divided by the best one
/// that the truth kept, times the best overlap that it kept.
///
/// Feng et al., "TOOD: Task-aligned One-stage Object Detection", ICCV 2021, section 3.2, with the
/// exponents and the CIoU of YOLOv8's TaskAlignedAssigner. Two additions keep every object in the
/// training: where no cell has any alignment, the cell of the highest CIoU is taken; and the best
/// overlap counts for at least `leastTarget`.
struct TaskAlignedAssigner {
  /// Cells that a truth takes at most.
  var cellsPerTruth = 10
  /// The target of the best cell of a truth that is hardly covered yet.
  var leastTarget = 0.05

  func assign(_ predictions: Predictions, truths: [Annotation]) -> [Match] {
    var claims: [Claim] = []
    for (index, truth) in truths.enumerated() where truth.isTarget {
      claims += self.claims(of: truth, index: index, predictions)
    }
    let kept = Claim.settle(claims) { $0.overlap }

    var bestRank = [Double](repeating: 0, count: truths.count)
    var bestOverlap = [Double](repeating: leastTarget, count: truths.count)
    for claim in kept {
      bestRank[claim.truth] = max(bestRank[claim.truth], claim.rank)
      bestOverlap[claim.truth] = max(bestOverlap[claim.truth], claim.overlap)
    }
    return kept.map { claim in
      let target = claim.rank / bestRank[claim.truth] * bestOverlap[claim.truth]
      return Match(cell: claim.cell, truth: claim.truth, target: target, weight: target)
    }
  }

  /// The best-aligned cells of one truth, all of positive rank.
  private func claims(of truth: Annotation, index: Int, _ predictions: Predictions) -> [Claim] {
    var best = BestClaims(limit: cellsPerTruth)
    var closest: Cell?
    var closestOverlap = -Double.infinity
    let rectangles = predictions.candidates(nearestTo: truth.box) { _ in truth.box }
    for (number, rectangle) in rectangles.enumerated() {
      let level = predictions.levels[number]
      for y in rectangle.rows {
        for x in rectangle.columns {
          let place = y * level.width + x
          let overlap = BoxOverlap(predicted: level.box(x: x, y: y), truth: truth.box)
          // The alignment is at most IoU^6: most cells need neither arc tangent nor score.
          if best.threshold >= sixthPower(overlap.iou) { continue }
          let ciou = CIoU(overlap: overlap).value
          if ciou > 0 {
            let score = BinaryCrossEntropy.sigmoid(level.logits(place)[truth.classIndex])
            let alignment = score.squareRoot() * sixthPower(ciou)
            if alignment > 0 {
              best.insert(
                Claim(
                  cell: Cell(level: number, index: place), truth: index, rank: alignment,
                  overlap: ciou))
            }
          }
          // The first is taken whatever it is, so that a loss shows what is not a number.
          if closest == nil || ciou > closestOverlap {
            closest = Cell(level: number, index: place)
            closestOverlap = ciou.isNaN ? -.infinity : ciou
          }
        }
      }
    }
    if best.claims.isEmpty, let closest {
      return [Claim(cell: closest, truth: index, rank: 1, overlap: max(closestOverlap, 0))]
    }
    return best.claims
  }

  @inline(__always)
  private func sixthPower(_ value: Double) -> Double {
    let square = value * value
    return square * square * square
  }
}
