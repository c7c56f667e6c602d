import Foundation
import Imaging

/// Gives each object as many cells as its predictions overlap it, the cheapest ones.
///
/// Candidates are the cells whose centers lie within 1.5 strides of the truth's center. The cost of
/// one is the cross-entropy of its scores against the truth's class plus three times
/// `-log(IoU + 1e-8)`. A truth takes the k cheapest, where k is the sum of its ten highest IoU,
/// rounded down, and at least 1; a cell that several truths take goes to the one it costs least. A
/// cell's target is its IoU; every box counts as much.
///
/// Ge et al., "YOLOX: Exceeding YOLO Series in 2021", section 2.1, with the constants of YOLOX's
/// `get_assignments`. There is no objectness here, so the score is the class's alone; and a truth's
/// k is found among its own candidates, not among those of all truths.
struct SimOTAAssigner {
  /// How far a cell's center may lie from the truth's in x and in y, in strides.
  var radius = 1.5
  /// What the IoU counts for beside the classes.
  var overlapCost = 3.0
  /// How many overlaps are summed to find k, and so the most cells of a truth.
  var overlapsToSum = 10

  func assign(_ predictions: Predictions, truths: [Annotation]) -> [Match] {
    var claims: [Claim] = []
    for (index, truth) in truths.enumerated() where truth.isTarget {
      claims += self.claims(of: truth, index: index, predictions)
    }
    return Claim.settle(claims) { $0.rank }.map { claim in
      Match(cell: claim.cell, truth: claim.truth, target: claim.overlap, weight: 1)
    }
  }

  private func claims(of truth: Annotation, index: Int, _ predictions: Predictions) -> [Claim] {
    var cheapest = BestClaims(limit: overlapsToSum)
    var overlaps: [Double] = []
    for (number, rectangle) in candidates(of: truth.box, predictions).enumerated() {
      let level = predictions.levels[number]
      for y in rectangle.rows {
        for x in rectangle.columns {
          let place = y * level.width + x
          let iou = BoxOverlap(predicted: level.box(x: x, y: y), truth: truth.box).iou
          let logits = level.logits(place)
          var classCost = -Double(logits[truth.classIndex])
          for index in 0..<predictions.classCount {
            classCost += BinaryCrossEntropy.softplus(logits[index])
          }
          overlaps.append(iou)
          cheapest.insert(
            Claim(
              cell: Cell(level: number, index: place), truth: index,
              rank: -(classCost - overlapCost * log(iou + 1e-8)), overlap: iou))
        }
      }
    }
    let sum = overlaps.sorted(by: >).prefix(overlapsToSum).reduce(0, +)
    return Array(cheapest.claims.prefix(max(1, Int(sum))))
  }

  private func candidates(of truth: Box, _ predictions: Predictions) -> [CellRectangle] {
    predictions.candidates(nearestTo: truth) { level in
      Box(
        x1: truth.centerX - radius * level.stride, y1: truth.centerY - radius * level.stride,
        x2: truth.centerX + radius * level.stride, y2: truth.centerY + radius * level.stride)
    }
  }
}
