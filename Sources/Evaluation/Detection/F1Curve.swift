import Basics
import Imaging

/// Precision, recall and F1 of one class over the confidence threshold.
///
/// At the IoU `matchIoU` of the parameters, 0.50 by default, with COCO's matching: ignored objects
/// and crowds are left out, and at most 100 detections per image and class are used.
package struct F1Curve: Hashable, Sendable {
  package struct Point: Hashable, Sendable {
    /// The confidence threshold.
    package let score: Double
    package let truePositives: Int
    package let falsePositives: Int
    /// Ground-truth objects of the class.
    package let groundTruths: Int

    package var precision: Double {
      Double(truePositives) / Double(max(truePositives + falsePositives, 1))
    }
    package var recall: Double { Double(truePositives) / Double(max(groundTruths, 1)) }
    package var f1: Double {
      2 * Double(truePositives) / Double(max(truePositives + falsePositives + groundTruths, 1))
    }
  }

  package let groundTruthCount: Int
  /// One point per distinct score of detections that are not ignored, by descending score.
  package let points: [Point]

  /// The point with the highest F1; on ties, the one with the highest score. Nil without ground
  /// truth or true positives.
  package var best: Point? {
    guard groundTruthCount > 0 else { return nil }
    return points.filter { $0.truePositives > 0 }.max { $0.f1 < $1.f1 }
  }

  /// The point at a confidence threshold.
  package func point(from score: Double) -> Point {
    let reached = points.last { $0.score >= score }
    return Point(
      score: score, truePositives: reached?.truePositives ?? 0,
      falsePositives: reached?.falsePositives ?? 0, groundTruths: groundTruthCount)
  }

  init(_ table: EvaluationTable, _ matches: MatchTable, classIndex: Int) {
    let areaCount = matches.parameters.areaRanges.count
    let bit = matches.operatingBit
    var steps: [Step] = []
    for number in table.pairs(ofClass: classIndex) {
      for row in table.pairs[Int(number)].detections
      where matches.ignored[row * areaCount] & bit == 0 {
        let isMatched = matches.matched[row * areaCount] & bit != 0
        steps.append((table.detections.scores[row], isMatched ? 1 : 0, isMatched ? 0 : 1))
      }
    }
    self.init(steps, groundTruths: matches.groundTruthCounts[classIndex * areaCount])
  }

  /// The true and false positives that one score adds.
  private typealias Step = (score: Double, tp: Int, fp: Int)

  private init(_ steps: [Step], groundTruths: Int) {
    groundTruthCount = groundTruths
    let steps = steps.sorted { $0.score > $1.score }
    var points: [Point] = []
    var (tp, fp) = (0, 0)
    for (place, step) in steps.enumerated() {
      tp += step.tp
      fp += step.fp
      if place + 1 < steps.count, steps[place + 1].score == step.score { continue }
      points.append(
        Point(score: step.score, truePositives: tp, falsePositives: fp, groundTruths: groundTruths))
    }
    self.points = points
  }

  /// The curve over all classes with one threshold for all (micro average). Classes without ground
  /// truth contribute their false positives.
  package static func pooled(_ curves: [F1Curve]) -> F1Curve {
    F1Curve(
      curves.flatMap { curve in
        var (tp, fp) = (0, 0)
        return curve.points.map { point -> Step in
          defer { (tp, fp) = (point.truePositives, point.falsePositives) }
          return (point.score, point.truePositives - tp, point.falsePositives - fp)
        }
      }, groundTruths: curves.reduce(0) { $0 + $1.groundTruthCount })
  }

  /// The curves of all classes.
  package static func curves(
    _ table: EvaluationTable, _ matches: MatchTable, tasks: any ParallelExecutor = .serial
  ) -> [F1Curve] {
    tasks.map(table.classNames.count) { F1Curve(table, matches, classIndex: $0) }
  }
}

extension F1Curve {
  /// The confidence threshold of the highest mean F1, and precision and recall averaged over classes
  /// there.
  ///
  /// Classes without ground truth are left out; without a true positive the confidence is infinite,
  /// and both are 0.
  /// Source: Ultralytics `ap_per_class`, without its smoothing of the curve.
  package static func meanBest(
    _ curves: [F1Curve]
  ) -> (confidence: Double, precision: Double, recall: Double) {
    let counted = curves.filter { $0.groundTruthCount > 0 }
    var steps: [(score: Double, curve: Int, f1: Double)] = []
    for (index, curve) in counted.enumerated() {
      for point in curve.points { steps.append((point.score, index, point.f1)) }
    }
    steps.sort { $0.score > $1.score }
    var current = [Double](repeating: 0, count: counted.count)
    var (sum, highest, confidence) = (0.0, 0.0, Double.infinity)
    for (place, step) in steps.enumerated() {
      sum += step.f1 - current[step.curve]
      current[step.curve] = step.f1
      if place + 1 < steps.count, steps[place + 1].score == step.score { continue }
      if sum > highest { (highest, confidence) = (sum, step.score) }
    }
    let points = counted.map { $0.point(from: confidence) }
    let count = Double(max(points.count, 1))
    return (
      confidence, points.reduce(0) { $0 + $1.precision } / count,
      points.reduce(0) { $0 + $1.recall } / count
    )
  }
}
