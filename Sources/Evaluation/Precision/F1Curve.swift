import Basics
import Imaging

/// Precision, recall and F1 of one class against the confidence from which on detections count.
///
/// At an IoU of 0.50 and as COCO matches: ignored ground-truth objects and crowds count neither way, and at most
/// 100 detections of an image and class are looked at.
package struct F1Curve: Hashable, Sendable {
  /// What is reached when all detections of at least a score count.
  package struct Point: Hashable, Sendable {
    /// The lowest score that counts.
    package let score: Double
    /// Detections that count and are right.
    package let right: Int
    /// Detections that count and are wrong.
    package let wrong: Int
    /// Ground-truth objects in the whole class.
    package let groundTruths: Int

    /// Right ones among all that count, 0...1.
    package var precision: Double { Double(right) / Double(max(right + wrong, 1)) }
    /// Found ones among all ground-truth objects, 0...1.
    package var recall: Double { Double(right) / Double(max(groundTruths, 1)) }
    /// The harmonic mean of precision and recall, 0...1.
    package var f1: Double { 2 * Double(right) / Double(max(right + wrong + groundTruths, 1)) }
  }

  /// Ground-truth objects that count.
  package let groundTruthCount: Int
  /// A point for each score that occurs, by descending score; without those at which only
  /// ignored detections join.
  package let points: [Point]

  /// The point of the highest F1, of equal ones that of the highest score; nil where there is no
  /// ground truth or nothing right.
  package var best: Point? {
    guard groundTruthCount > 0 else { return nil }
    var best: Point?
    for point in points where point.right > 0 && point.f1 > best?.f1 ?? 0 { best = point }
    return best
  }

  /// What is reached when detections of at least that score count.
  package func point(from score: Double) -> Point {
    var (low, high) = (0, points.count)
    while low < high {
      let middle = (low + high) / 2
      if points[middle].score >= score { low = middle + 1 } else { high = middle }
    }
    let reached = low > 0 ? points[low - 1] : nil
    return Point(
      score: score, right: reached?.right ?? 0, wrong: reached?.wrong ?? 0,
      groundTruths: groundTruthCount)
  }

  /// The curve of a class from the match outcomes of its detections.
  init(_ table: EvaluationTable, _ matches: MatchTable, classIndex: Int) {
    let areaCount = matches.parameters.areaRanges.count
    let groundTruths = matches.groundTruthCounts[classIndex * areaCount]
    groundTruthCount = groundTruths
    var counted: [(score: Double, isRight: Bool)] = []
    for number in table.pairs(ofClass: classIndex) {
      for row in table.pairs[Int(number)].detections
      where matches.ignored[row * areaCount] & 1 == 0 {
        counted.append(
          (table.detections.scores[row], matches.matched[row * areaCount] & 1 == 1))
      }
    }
    counted.sort { $0.score > $1.score }
    var points: [Point] = []
    var (right, wrong) = (0, 0)
    for (place, item) in counted.enumerated() {
      if item.isRight { right += 1 } else { wrong += 1 }
      if place + 1 < counted.count, counted[place + 1].score == item.score { continue }
      points.append(
        Point(score: item.score, right: right, wrong: wrong, groundTruths: groundTruths))
    }
    self.points = points
  }

  private init(groundTruthCount: Int, points: [Point]) {
    self.groundTruthCount = groundTruthCount
    self.points = points
  }

  /// The curve of all classes taken together, one confidence for all and each object counting the
  /// same; classes without ground-truth objects are part of it by their wrong detections.
  package static func pooled(_ curves: [F1Curve]) -> F1Curve {
    let groundTruths = curves.reduce(0) { $0 + $1.groundTruthCount }
    var steps: [(score: Double, right: Int, wrong: Int)] = []
    for curve in curves {
      var (right, wrong) = (0, 0)
      for point in curve.points {
        steps.append((point.score, point.right - right, point.wrong - wrong))
        (right, wrong) = (point.right, point.wrong)
      }
    }
    steps.sort { $0.score > $1.score }
    var points: [Point] = []
    var (right, wrong) = (0, 0)
    for (place, step) in steps.enumerated() {
      right += step.right
      wrong += step.wrong
      if place + 1 < steps.count, steps[place + 1].score == step.score { continue }
      points.append(
        Point(score: step.score, right: right, wrong: wrong, groundTruths: groundTruths))
    }
    return F1Curve(groundTruthCount: groundTruths, points: points)
  }

  /// The curves of all classes, in order of index.
  package static func curves(
    _ table: EvaluationTable, _ matches: MatchTable, tasks: any ParallelExecutor = .serial
  ) -> [F1Curve] {
    tasks.map(table.classNames.count) { F1Curve(table, matches, classIndex: $0) }
  }
}
