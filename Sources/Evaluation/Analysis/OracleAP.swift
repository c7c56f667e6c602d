/// Reckons the mean AP that detections would have once errors of one kind were mended.
///
/// Source: `TIDERun.fix_errors` and `APDataObject.get_ap` of tidecv 1.0.1.
struct OracleAP {
  fileprivate struct Point {
    var score: Double
    var classIndex: Int32
    /// The class of the ground truth that it would be right about, where it can be mended.
    var repairedClass: Int32
    var match: DetectionMatch
  }

  private var points: [Point] = []
  private var groundTruthCounts: [Int]
  private var unfoundCounts: [Int]
  private var missedCounts: [Int]

  init(classCount: Int) {
    groundTruthCounts = [Int](repeating: 0, count: classCount)
    unfoundCounts = groundTruthCounts
    missedCounts = groundTruthCounts
  }

  /// Adds a detection; images come in order, and in each the highest-scoring detection first.
  mutating func add(_ match: DetectionMatch, row: Int, _ table: EvaluationTable) {
    if match.isIgnored && !match.isRepairable { return }
    points.append(
      Point(
        score: table.detections.scores[row], classIndex: table.detections.classes[row],
        repairedClass: match.isRepairable ? table.groundTruths.classes[Int(match.groundTruth)] : -1,
        match: match))
  }

  /// Adds a ground-truth object that counts.
  mutating func addGroundTruth(ofClass classIndex: Int, isFound: Bool, isMissed: Bool) {
    groundTruthCounts[classIndex] += 1
    if !isFound { unfoundCounts[classIndex] += 1 }
    if isMissed { missedCounts[classIndex] += 1 }
  }

  /// The mean AP with nothing mended; sorts the points.
  mutating func asItIs() -> Double {
    sort { _, _ in nil }
    return meanPrecision(groundTruthCounts) { $0.original }
  }

  /// Puts wrong detections in front of right ones of the same score.
  mutating func putWrongFirst() {
    sort { $0.match.isRight == $1.match.isRight ? nil : $1.match.isRight }
  }

  /// The mean AP with the errors of a kind mended.
  func mending(_ kind: ErrorKind) -> Double {
    if kind == .missed {
      return meanPrecision(zip(groundTruthCounts, missedCounts).map(-)) { $0.original }
    }
    return meanPrecision(groundTruthCounts) { point in
      guard point.match.error == kind else { return point.original }
      return point.match.isRepairable ? (point.repairedClass, true) : nil
    }
  }

  /// The mean AP were the wrong detections behind all right ones.
  func withoutWrong() -> Double {
    var tidy = self
    tidy.points =
      points.filter(\.match.isRight) + points.filter { !$0.match.isRight && !$0.match.isIgnored }
    return tidy.meanPrecision(groundTruthCounts) { $0.original }
  }

  /// The mean AP did only the ground-truth objects count that are found.
  func withoutUnfound() -> Double {
    meanPrecision(zip(groundTruthCounts, unfoundCounts).map(-)) { $0.original }
  }

  /// Sorts by descending score; of equal ones by `precedes`, where it does not say nil, and then as
  /// they were added.
  private mutating func sort(_ precedes: (Point, Point) -> Bool?) {
    let before = points
    points = before.indices.sorted {
      let (a, b) = (before[$0], before[$1])
      return a.score != b.score ? a.score > b.score : precedes(a, b) ?? ($0 < $1)
    }.map { before[$0] }
  }

  /// Walks down the points. `read` says what class a point is of and whether it is right, or nil
  /// where it is taken away.
  private func meanPrecision(
    _ groundTruths: [Int], _ read: (Point) -> (classIndex: Int32, isRight: Bool)?
  ) -> Double {
    var seen = [Int](repeating: 0, count: groundTruths.count)
    var hits = [[Double]](repeating: [], count: groundTruths.count)
    for point in points {
      guard let (classIndex, isRight) = read(point) else { continue }
      let place = Int(classIndex)
      seen[place] += 1
      if isRight { hits[place].append(Double(hits[place].count + 1) / Double(seen[place])) }
    }
    var sum = 0.0
    var classes = 0
    for place in groundTruths.indices where groundTruths[place] > 0 || seen[place] > 0 {
      classes += 1
      if groundTruths[place] > 0 {
        sum += Self.precision(hits[place], groundTruths: groundTruths[place])
      }
    }
    return classes > 0 ? sum / Double(classes) : 0
  }

  /// The mean of the precision envelope at recall 0, 0.01 ... 1.
  private static func precision(_ hits: [Double], groundTruths: Int) -> Double {
    var envelope = hits
    for place in stride(from: envelope.count - 1, to: 0, by: -1) {
      envelope[place - 1] = max(envelope[place - 1], envelope[place])
    }
    var sum = 0.0
    var place = 0
    for point in 0...100 {
      while place < envelope.count && Double(place + 1) / Double(groundTruths) < Double(point) / 100
      {
        place += 1
      }
      if place < envelope.count { sum += envelope[place] }
    }
    return sum / 101
  }
}

extension OracleAP.Point {
  /// The point as it is; nil where it does not count.
  fileprivate var original: (classIndex: Int32, isRight: Bool)? {
    match.isIgnored ? nil : (classIndex, match.isRight)
  }
}
