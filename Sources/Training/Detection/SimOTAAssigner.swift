import Foundation
import Imaging

/// Simplified optimal-transport assignment (SimOTA).
///
/// Candidates are the anchor points within 1.5 strides of the ground truth's center. The cost of
/// one is the cross-entropy of its scores against the ground truth's class plus three times
/// `-log(IoU + 1e-8)`. Each object is assigned the k candidates of lowest cost, where k is the sum
/// of its ten highest IoUs, rounded down, and at least 1. An anchor point with several objects
/// keeps the one of lowest cost. The target is the IoU; every box has the weight 1.
///
/// Ge et al., "YOLOX: Exceeding YOLO Series in 2021", section 2.1, with the constants of YOLOX's
/// `get_assignments`. There is no objectness here, so the score is the class score. The k of an
/// object is computed from its own candidates, not from those of all objects.
struct SimOTAAssigner {
  /// The largest distance of an anchor point from the object's center in x and in y, in strides.
  var radius = 1.5
  /// The weight of the IoU cost.
  var overlapCost = 3.0
  /// The number of IoUs that are summed to k, and the maximum number of anchor points per object.
  var overlapsToSum = 10

  func assign(_ predictions: HeadOutputs, groundTruths: [Annotation]) -> [Assignment] {
    AssignmentCandidate.resolve(groundTruths, by: \.rank) {
      candidates(of: $0, index: $1, predictions)
    }.map {
      Assignment(
        anchorPoint: $0.anchorPoint, groundTruth: $0.groundTruth, target: $0.overlap, weight: 1)
    }
  }

  private func candidates(of groundTruth: Annotation, index: Int, _ predictions: HeadOutputs)
    -> [AssignmentCandidate]
  {
    var cheapest = BestCandidates(limit: overlapsToSum)
    var overlaps: [Double] = []
    let box = groundTruth.box
    predictions.forEachCandidate(of: box) { level in
      Box(
        x1: box.centerX - radius * level.stride, y1: box.centerY - radius * level.stride,
        x2: box.centerX + radius * level.stride, y2: box.centerY + radius * level.stride)
    } _: { level, point, predicted in
      let iou = BoxOverlap(predicted: predicted, groundTruth: box).iou
      let logits = level.logits(point.index)
      var classCost = -Double(logits[groundTruth.classIndex])
      for index in 0..<predictions.classCount {
        classCost += BinaryCrossEntropy.softplus(logits[index])
      }
      overlaps.append(iou)
      cheapest.insert(
        AssignmentCandidate(
          anchorPoint: point, groundTruth: index,
          rank: -(classCost - overlapCost * log(iou + 1e-8)), overlap: iou))
    }
    let sum = overlaps.sorted(by: >).prefix(overlapsToSum).reduce(0, +)
    return Array(cheapest.candidates.prefix(max(1, Int(sum))))
  }
}
