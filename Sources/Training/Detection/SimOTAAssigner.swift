import Foundation
import Imaging

/// Simplified optimal-transport assignment (SimOTA).
///
/// Candidates are the anchor points within 1.5 strides of the ground truth's center. The cost of one
/// is the cross-entropy of its scores against the ground truth's class plus three times
/// `-log(IoU + 1e-8)`. An object takes the k of lowest cost, where k is the sum of its ten highest
/// IoU, rounded down, and at least 1; an anchor point that several objects take goes to the one of
/// lowest cost. The target is the IoU; every box has the weight 1.
///
/// Ge et al., "YOLOX: Exceeding YOLO Series in 2021", section 2.1, with the constants of YOLOX's
/// `get_assignments`. There is no objectness here, so the score is the class's alone; and the k of an
/// object is found among its own candidates, not among those of all objects.
struct SimOTAAssigner {
  /// The largest distance of an anchor point from the object's center in x and in y, in strides.
  var radius = 1.5
  /// The weight of the IoU's cost.
  var overlapCost = 3.0
  /// How many IoU are summed to find k, and so the most anchor points of an object.
  var overlapsToSum = 10

  func assign(_ predictions: HeadOutputs, groundTruths: [Annotation]) -> [Assignment] {
    var candidates: [AssignmentCandidate] = []
    for (index, groundTruth) in groundTruths.enumerated() where groundTruth.isTarget {
      candidates += self.candidates(of: groundTruth, index: index, predictions)
    }
    return AssignmentCandidate.resolve(candidates) { $0.rank }.map { candidate in
      Assignment(
        anchorPoint: candidate.anchorPoint, groundTruth: candidate.groundTruth,
        target: candidate.overlap,
        weight: 1)
    }
  }

  private func candidates(of groundTruth: Annotation, index: Int, _ predictions: HeadOutputs)
    -> [AssignmentCandidate]
  {
    var cheapest = BestCandidates(limit: overlapsToSum)
    var overlaps: [Double] = []
    for (number, rectangle) in region(around: groundTruth.box, predictions).enumerated() {
      let level = predictions.levels[number]
      for y in rectangle.rows {
        for x in rectangle.columns {
          let place = y * level.width + x
          let iou = IoUGradient(predicted: level.box(x: x, y: y), groundTruth: groundTruth.box).iou
          let logits = level.logits(place)
          var classCost = -Double(logits[groundTruth.classIndex])
          for index in 0..<predictions.classCount {
            classCost += BinaryCrossEntropy.softplus(logits[index])
          }
          overlaps.append(iou)
          cheapest.insert(
            AssignmentCandidate(
              anchorPoint: AnchorPoint(level: number, index: place), groundTruth: index,
              rank: -(classCost - overlapCost * log(iou + 1e-8)), overlap: iou))
        }
      }
    }
    let sum = overlaps.sorted(by: >).prefix(overlapsToSum).reduce(0, +)
    return Array(cheapest.candidates.prefix(max(1, Int(sum))))
  }

  private func region(around groundTruth: Box, _ predictions: HeadOutputs) -> [AnchorRectangle] {
    predictions.candidates(nearestTo: groundTruth) { level in
      Box(
        x1: groundTruth.centerX - radius * level.stride,
        y1: groundTruth.centerY - radius * level.stride,
        x2: groundTruth.centerX + radius * level.stride,
        y2: groundTruth.centerY + radius * level.stride)
    }
  }
}
