import Foundation
import Imaging

/// Task-aligned label assignment (TOOD).
///
/// Candidates are the anchor points inside the ground truth. Their alignment is
/// `score^0.5 * overlap^6`, where the score is that of the object's class and the overlap is the
/// CIoU, at least 0. Each object is assigned the ten candidates of highest alignment. An anchor
/// point with several objects keeps the one of highest overlap. The target score, which is also the
/// weight of the box loss, is the alignment divided by the object's highest alignment, times the
/// object's highest overlap.
///
/// Feng et al., "TOOD: Task-aligned One-stage Object Detection", ICCV 2021, section 3.2, with the
/// exponents and the CIoU of YOLOv8's TaskAlignedAssigner. Two additions keep every object in the
/// training: if no anchor point has a positive alignment, the one with the highest CIoU is
/// assigned; and the highest overlap is at least `minimumTarget`.
struct TaskAlignedAssigner {
  /// The maximum number of anchor points per object.
  var topK = 10
  /// The minimum target score of an object's best anchor point.
  var minimumTarget = 0.05

  func assign(_ predictions: HeadOutputs, groundTruths: [Annotation]) -> [Assignment] {
    let kept = AssignmentCandidate.resolve(groundTruths, by: \.overlap) {
      candidates(of: $0, index: $1, predictions)
    }
    var bestRank = [Double](repeating: 0, count: groundTruths.count)
    var bestOverlap = [Double](repeating: minimumTarget, count: groundTruths.count)
    for candidate in kept {
      bestRank[candidate.groundTruth] = max(bestRank[candidate.groundTruth], candidate.rank)
      bestOverlap[candidate.groundTruth] = max(
        bestOverlap[candidate.groundTruth], candidate.overlap)
    }
    return kept.map { candidate in
      let target =
        candidate.rank / bestRank[candidate.groundTruth] * bestOverlap[candidate.groundTruth]
      return Assignment(
        anchorPoint: candidate.anchorPoint, groundTruth: candidate.groundTruth, target: target,
        weight: target)
    }
  }

  /// The best-aligned anchor points of one object, all of positive rank.
  private func candidates(of groundTruth: Annotation, index: Int, _ predictions: HeadOutputs)
    -> [AssignmentCandidate]
  {
    var best = BestCandidates(limit: topK)
    var closest: AnchorPoint?
    var closestOverlap = -Double.infinity
    predictions.forEachCandidate(of: groundTruth.box) { _ in
      groundTruth.box
    } _: { level, point, predicted in
      let overlap = BoxOverlap(predicted: predicted, groundTruth: groundTruth.box)
      // The alignment is at most IoU^6: most anchor points need neither arc tangent nor score.
      if best.threshold >= sixthPower(overlap.iou) { return }
      let ciou = overlap.ciou
      if ciou > 0 {
        let score = BinaryCrossEntropy.sigmoid(level.logits(point.index)[groundTruth.classIndex])
        let alignment = score.squareRoot() * sixthPower(ciou)
        if alignment > 0 {
          best.insert(
            AssignmentCandidate(
              anchorPoint: point, groundTruth: index, rank: alignment, overlap: ciou))
        }
      }
      // The first one is always kept, even NaN, so that the loss becomes NaN.
      if closest == nil || ciou > closestOverlap {
        closest = point
        closestOverlap = ciou.isNaN ? -.infinity : ciou
      }
    }
    if best.candidates.isEmpty, let closest {
      return [
        AssignmentCandidate(
          anchorPoint: closest, groundTruth: index, rank: 1, overlap: max(closestOverlap, 0))
      ]
    }
    return best.candidates
  }

  @inline(__always)
  private func sixthPower(_ value: Double) -> Double {
    let square = value * value
    return square * square * square
  }
}
