import Foundation
import Imaging

/// Gives each object as many cells as its predictions overlap it, the cheapest ones.
///
/// Candidates are the cells whose centers lie within 1.5 strides of the ground truth's center. The cost of
/// one is the cross-entropy of its scores against the ground truth's class plus three times
/// `-log(IoU + 1e-8)`. A ground-truth object takes the k cheapest, where k is the sum of its ten highest IoU,
/// rounded down, and at least 1; a cell that several ground-truth objects take goes to the one it costs least. A
/// cell's target is its IoU; every box counts as much.
///
/// Ge et al., "YOLOX: Exceeding YOLO Series in 2021", section 2.1, with the constants of YOLOX's
/// `get_assignments`. There is no objectness here, so the score is the class's alone; and a ground-truth object's
/// k is found among its own candidates, not among those of all ground-truth objects.
struct SimOTAAssigner {
  /// How far a cell's center may lie from the ground truth's in x and in y, in strides.
  var radius = 1.5
  /// What the IoU counts for beside the classes.
  var overlapCost = 3.0
  /// How many overlaps are summed to find k, and so the most cells of a ground-truth object.
  var overlapsToSum = 10

  func assign(_ predictions: HeadOutputs, groundTruths: [Annotation]) -> [Assignment] {
    var claims: [AssignmentCandidate] = []
    for (index, groundTruth) in groundTruths.enumerated() where groundTruth.isTarget {
      claims += self.claims(of: groundTruth, index: index, predictions)
    }
    return AssignmentCandidate.settle(claims) { $0.rank }.map { claim in
      Assignment(
        anchorPoint: claim.anchorPoint, groundTruth: claim.groundTruth, target: claim.overlap,
        weight: 1)
    }
  }

  private func claims(of groundTruth: Annotation, index: Int, _ predictions: HeadOutputs)
    -> [AssignmentCandidate]
  {
    var cheapest = BestCandidates(limit: overlapsToSum)
    var overlaps: [Double] = []
    for (number, rectangle) in candidates(of: groundTruth.box, predictions).enumerated() {
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
    return Array(cheapest.claims.prefix(max(1, Int(sum))))
  }

  private func candidates(of groundTruth: Box, _ predictions: HeadOutputs) -> [CellRectangle] {
    predictions.candidates(nearestTo: groundTruth) { level in
      Box(
        x1: groundTruth.centerX - radius * level.stride,
        y1: groundTruth.centerY - radius * level.stride,
        x2: groundTruth.centerX + radius * level.stride,
        y2: groundTruth.centerY + radius * level.stride)
    }
  }
}
