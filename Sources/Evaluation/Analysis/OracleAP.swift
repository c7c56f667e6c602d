/// Computes the mean AP that detections would have if errors of one type were corrected.
///
/// Source: `TIDERun.fix_errors` and `APDataObject.get_ap` of tidecv 1.0.1.
struct OracleAP {
  private struct Point {
    var score: Double
    var classIndex: Int32
    /// The class after correction; -1 if it cannot be corrected.
    var correctedClass: Int32
    var match: DetectionMatch

    /// Class and match outcome before correction; nil for ignored detections.
    var original: (classIndex: Int32, isTruePositive: Bool)? {
      match.isIgnored ? nil : (classIndex, match.isTruePositive)
    }
  }

  private var points: [Point] = []
  /// Per class: the number of ground-truth objects, of matched ones, and of those that would be
  /// matched after correction.
  private var groundTruths: [(all: Int, matched: Int, reached: Int)]

  init(classCount: Int) {
    groundTruths = Array(repeating: (0, 0, 0), count: classCount)
  }

  /// Adds a detection. Detections must be added by image, and within an image by descending score.
  mutating func add(_ match: DetectionMatch, row: Int, _ table: EvaluationTable) {
    if match.isIgnored && !match.isCorrectable { return }
    points.append(
      Point(
        score: table.detections.scores[row], classIndex: table.detections.classes[row],
        correctedClass: match.isCorrectable
          ? table.groundTruths.classes[Int(match.groundTruth)] : -1,
        match: match))
  }

  /// Adds a ground-truth object that is not ignored.
  mutating func addGroundTruth(ofClass classIndex: Int, isMatched: Bool, isMissed: Bool) {
    groundTruths[classIndex].all += 1
    if isMatched { groundTruths[classIndex].matched += 1 }
    if !isMissed { groundTruths[classIndex].reached += 1 }
  }

  /// The mean AP without corrections; sorts the points.
  mutating func meanAP() -> Double {
    sort { _, _ in nil }
    return meanPrecision(groundTruths.map { $0.all }) { $0.original }
  }

  /// Ranks false positives before true positives of the same score.
  mutating func rankFalsePositivesFirst() {
    sort { $0.match.isTruePositive == $1.match.isTruePositive ? nil : $1.match.isTruePositive }
  }

  /// The mean AP with the errors of a type corrected.
  func correcting(_ kind: ErrorKind) -> Double {
    if kind == .missed {
      return meanPrecision(groundTruths.map { $0.reached }) { $0.original }
    }
    return meanPrecision(groundTruths.map { $0.all }) { point in
      guard point.match.error == kind else { return point.original }
      return point.match.isCorrectable ? (point.correctedClass, true) : nil
    }
  }

  /// The mean AP with all false positives ranked last.
  func withoutFalsePositives() -> Double {
    var ranked = self
    ranked.points =
      points.filter(\.match.isTruePositive)
      + points.filter { !$0.match.isTruePositive && !$0.match.isIgnored }
    return ranked.meanPrecision(groundTruths.map { $0.all }) { $0.original }
  }

  /// The mean AP over matched ground-truth objects only.
  func withoutFalseNegatives() -> Double {
    meanPrecision(groundTruths.map { $0.matched }) { $0.original }
  }

  /// Sorts by descending score; ties by `precedes` if it is not nil, then by insertion order.
  private mutating func sort(_ precedes: (Point, Point) -> Bool?) {
    let before = points
    points = before.indices.sorted {
      let (a, b) = (before[$0], before[$1])
      return a.score != b.score ? a.score > b.score : precedes(a, b) ?? ($0 < $1)
    }.map { before[$0] }
  }

  /// - Parameter read: The class of a point and whether it is a true positive; nil to leave it out.
  private func meanPrecision(
    _ groundTruths: [Int], _ read: (Point) -> (classIndex: Int32, isTruePositive: Bool)?
  ) -> Double {
    var seen = [Int](repeating: 0, count: groundTruths.count)
    var hits = [[Double]](repeating: [], count: groundTruths.count)
    for point in points {
      guard let (classIndex, isTruePositive) = read(point) else { continue }
      let place = Int(classIndex)
      seen[place] += 1
      if isTruePositive { hits[place].append(Double(hits[place].count + 1) / Double(seen[place])) }
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
    envelope.makeEnvelope()
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
