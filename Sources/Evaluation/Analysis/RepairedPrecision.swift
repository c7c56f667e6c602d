/// Reckons the mean AP that detections would have once errors of one kind were mended.
///
/// Source: `TIDERun.fix_errors` and `APDataObject.get_ap` of tidecv 1.0.1.
struct RepairedPrecision {
  fileprivate struct Point {
    var score: Double
    var classIndex: Int32
    /// The class of the truth that it would be right about, where it can be mended.
    var repairedClass: Int32
    var fate: DetectionFate
  }

  private var points: [Point] = []
  private var truthCounts: [Int]
  private var unfoundCounts: [Int]
  private var missedCounts: [Int]

  init(classCount: Int) {
    truthCounts = [Int](repeating: 0, count: classCount)
    unfoundCounts = truthCounts
    missedCounts = truthCounts
  }

  /// Adds a detection; images come in order, and in each the surest detection first.
  mutating func add(_ fate: DetectionFate, row: Int, _ cells: EvaluationCells) {
    if fate.isIgnored && !fate.isRepairable { return }
    points.append(
      Point(
        score: cells.detections.scores[row], classIndex: cells.detections.classes[row],
        repairedClass: fate.isRepairable ? cells.truths.classes[Int(fate.truth)] : -1,
        fate: fate))
  }

  /// Adds a truth that counts.
  mutating func addTruth(ofClass classIndex: Int, isFound: Bool, isMissed: Bool) {
    truthCounts[classIndex] += 1
    if !isFound { unfoundCounts[classIndex] += 1 }
    if isMissed { missedCounts[classIndex] += 1 }
  }

  /// The mean AP with nothing mended; sorts the points.
  mutating func asItIs() -> Double {
    sort { _, _ in nil }
    return meanPrecision(truthCounts) { $0.original }
  }

  /// Puts wrong detections in front of right ones of the same score.
  mutating func putWrongFirst() {
    sort { $0.fate.isRight == $1.fate.isRight ? nil : $1.fate.isRight }
  }

  /// The mean AP with the errors of a kind mended.
  func mending(_ kind: ErrorKind) -> Double {
    if kind == .missed {
      return meanPrecision(zip(truthCounts, missedCounts).map(-)) { $0.original }
    }
    return meanPrecision(truthCounts) { point in
      guard point.fate.error == kind else { return point.original }
      return point.fate.isRepairable ? (point.repairedClass, true) : nil
    }
  }

  /// The mean AP were the wrong detections behind all right ones.
  func withoutWrong() -> Double {
    var tidy = self
    tidy.points =
      points.filter(\.fate.isRight) + points.filter { !$0.fate.isRight && !$0.fate.isIgnored }
    return tidy.meanPrecision(truthCounts) { $0.original }
  }

  /// The mean AP did only the truths count that are found.
  func withoutUnfound() -> Double {
    meanPrecision(zip(truthCounts, unfoundCounts).map(-)) { $0.original }
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
    _ truths: [Int], _ read: (Point) -> (classIndex: Int32, isRight: Bool)?
  ) -> Double {
    var seen = [Int](repeating: 0, count: truths.count)
    var hits = [[Double]](repeating: [], count: truths.count)
    for point in points {
      guard let (classIndex, isRight) = read(point) else { continue }
      let place = Int(classIndex)
      seen[place] += 1
      if isRight { hits[place].append(Double(hits[place].count + 1) / Double(seen[place])) }
    }
    var sum = 0.0
    var classes = 0
    for place in truths.indices where truths[place] > 0 || seen[place] > 0 {
      classes += 1
      if truths[place] > 0 { sum += Self.precision(hits[place], truths: truths[place]) }
    }
    return classes > 0 ? sum / Double(classes) : 0
  }

  /// The mean of the precision envelope at recall 0, 0.01 ... 1.
  private static func precision(_ hits: [Double], truths: Int) -> Double {
    var envelope = hits
    for place in stride(from: envelope.count - 1, to: 0, by: -1) {
      envelope[place - 1] = max(envelope[place - 1], envelope[place])
    }
    var sum = 0.0
    var place = 0
    for point in 0...100 {
      while place < envelope.count && Double(place + 1) / Double(truths) < Double(point) / 100 {
        place += 1
      }
      if place < envelope.count { sum += envelope[place] }
    }
    return sum / 101
  }
}

extension RepairedPrecision.Point {
  /// The point as it is; nil where it does not count.
  fileprivate var original: (classIndex: Int32, isRight: Bool)? {
    fate.isIgnored ? nil : (classIndex, fate.isRight)
  }
}
