import Foundation
import Imaging

/// Gives each object the cells that classify and place it best already.
///
/// Candidates are the cells whose centers lie inside the ground truth. Their alignment is
/// `score^0.5 * overlap^6`, where the score is that of the ground truth's class and the overlap is the CIoU,
/// at least 0. The ten best cells are taken; a cell that several ground-truth objects take goes to the one it
/// overlaps most. A cell's target, and its box's weight, is its alignment divided by the best one
/// that the ground truth kept, times the best overlap that it kept.
///
/// Feng et al., "TOOD: Task-aligned One-stage Object Detection", ICCV 2021, section 3.2, with the
/// exponents and the CIoU of YOLOv8's TaskAlignedAssigner. Two additions keep every object in the
/// training: where no cell has any alignment, the cell of the highest CIoU is taken; and the best
/// overlap counts for at least `minimumTarget`.
struct TaskAlignedAssigner {
  /// Cells that a ground-truth object takes at most.
  var topK = 10
  /// The target of the best cell of a ground-truth object that is hardly covered yet.
  var minimumTarget = 0.05

  func assign(_ predictions: HeadOutputs, groundTruths: [Annotation]) -> [Assignment] {
    var claims: [AssignmentCandidate] = []
    for (index, groundTruth) in groundTruths.enumerated() where groundTruth.isTarget {
      claims += self.claims(of: groundTruth, index: index, predictions)
    }
    let kept = AssignmentCandidate.settle(claims) { $0.overlap }

    var bestRank = [Double](repeating: 0, count: groundTruths.count)
    var bestOverlap = [Double](repeating: minimumTarget, count: groundTruths.count)
    for claim in kept {
      bestRank[claim.groundTruth] = max(bestRank[claim.groundTruth], claim.rank)
      bestOverlap[claim.groundTruth] = max(bestOverlap[claim.groundTruth], claim.overlap)
    }
    return kept.map { claim in
      let target = claim.rank / bestRank[claim.groundTruth] * bestOverlap[claim.groundTruth]
      return Assignment(
        anchorPoint: claim.anchorPoint, groundTruth: claim.groundTruth, target: target,
        weight: target)
    }
  }

  /// The best-aligned cells of one ground truth, all of positive rank.
  private func claims(of groundTruth: Annotation, index: Int, _ predictions: HeadOutputs)
    -> [AssignmentCandidate]
  {
    var best = BestCandidates(limit: topK)
    var closest: AnchorPoint?
    var closestOverlap = -Double.infinity
    let rectangles = predictions.candidates(nearestTo: groundTruth.box) { _ in groundTruth.box }
    for (number, rectangle) in rectangles.enumerated() {
      let level = predictions.levels[number]
      for y in rectangle.rows {
        for x in rectangle.columns {
          let place = y * level.width + x
          let overlap = IoUGradient(predicted: level.box(x: x, y: y), groundTruth: groundTruth.box)
          // The alignment is at most IoU^6: most cells need neither arc tangent nor score.
          if best.threshold >= sixthPower(overlap.iou) { continue }
          let ciou = CIoU(overlap: overlap).value
          if ciou > 0 {
            let score = BinaryCrossEntropy.sigmoid(level.logits(place)[groundTruth.classIndex])
            let alignment = score.squareRoot() * sixthPower(ciou)
            if alignment > 0 {
              best.insert(
                AssignmentCandidate(
                  anchorPoint: AnchorPoint(level: number, index: place), groundTruth: index,
                  rank: alignment,
                  overlap: ciou))
            }
          }
          // The first is taken whatever it is, so that a loss shows what is not a number.
          if closest == nil || ciou > closestOverlap {
            closest = AnchorPoint(level: number, index: place)
            closestOverlap = ciou.isNaN ? -.infinity : ciou
          }
        }
      }
    }
    if best.claims.isEmpty, let closest {
      return [
        AssignmentCandidate(
          anchorPoint: closest, groundTruth: index, rank: 1, overlap: max(closestOverlap, 0))
      ]
    }
    return best.claims
  }

  @inline(__always)
  private func sixthPower(_ value: Double) -> Double {
    let square = value * value
    return square * square * square
  }
}
