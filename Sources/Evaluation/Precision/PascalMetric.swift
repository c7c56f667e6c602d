import Basics
import Imaging

/// Average precision as the Pascal VOC challenge measured it, at an overlap of 0.5.
///
/// Unlike COCO, a detection is compared with the one ground truth that it overlaps most (the first of
/// equal ones), whether that is taken or not: a second detection of it is wrong, and it is not given to
/// the next best ground truth. A detection whose ground truth is difficult counts neither way. There is no limit
/// of detections. Crowds, which VOC does not know, are taken for difficult.
///
/// VOC's inclusive corners have the same overlaps as the half-open ones here. The threshold is
/// reached at exactly 0.5, as in VOC's own code; some translations of it ask for more.
/// Source: VOCevaldet.m and VOCap.m of the VOC 2012 development kit; for 2007 VOCevaldet.m of that
/// year's.
package struct PascalMetric: Hashable, Sendable {
  /// One class's numbers, fractions 0...1, or -1 where it has no ground truth.
  package struct ClassEntry: Hashable, Sendable {
    /// Ground-truth objects that are not difficult.
    package let groundTruthCount: Int
    /// VOC 2007: the mean of the best precision at recall 0, 0.1 ... 1.
    package let ap2007: Double
    /// VOC 2010 and later: the area below the precision envelope.
    package let ap2010: Double
  }

  /// The classes, in order of index.
  package let classes: [ClassEntry]
  /// The mean over classes with ground-truth objects, by the rule of 2007; -1 where there are none.
  package let meanAP2007: Double
  /// The mean over classes with ground-truth objects, by the rule of 2010; -1 where there are none.
  package let meanAP2010: Double

  /// The overlap that a match must reach.
  static let threshold = 0.5

  /// Scores detections by VOC's rules.
  package init(
    _ table: EvaluationTable, overlap: PairwiseIoU = .boxes, tasks: any ParallelExecutor = .serial
  ) {
    classes = tasks.map(table.classNames.count) { classIndex in
      var walk = PascalWalk(table, classIndex: classIndex, overlap: overlap)
      return walk.entry()
    }
    func mean(_ values: [Double]) -> Double {
      let known = values.filter { $0 >= 0 }
      return known.isEmpty ? -1 : known.reduce(0, +) / Double(known.count)
    }
    meanAP2007 = mean(classes.map(\.ap2007))
    meanAP2010 = mean(classes.map(\.ap2010))
  }
}

/// The way down the detections of one class.
private struct PascalWalk {
  /// A detection with the ground truth that it overlaps most, where that is enough.
  private struct Entry {
    var score: Double
    var row: Int
    var groundTruth: Int?
  }

  private let table: EvaluationTable
  private var entries: [Entry] = []
  private var groundTruthCount = 0

  init(_ table: EvaluationTable, classIndex: Int, overlap: PairwiseIoU) {
    self.table = table
    var overlaps: [Double] = []
    for number in table.pairs(ofClass: classIndex) {
      let pair = table.pairs[Int(number)]
      for groundTruth in pair.groundTruths where table.groundTruths.traits[groundTruth].isEmpty {
        groundTruthCount += 1
      }
      let places = pair.detections.count * pair.groundTruths.count
      if overlaps.count < places { overlaps = [Double](repeating: 0, count: places) }
      if places > 0 { overlap.fill(table, pair, pair.detections.count, &overlaps) }
      for (place, row) in pair.detections.enumerated() {
        var best = PascalMetric.threshold
        var groundTruth: Int?
        for candidate in 0..<pair.groundTruths.count {
          let value = overlaps[place * pair.groundTruths.count + candidate]
          // The first ground truth may reach the threshold exactly; later ones must be better.
          if value > best || groundTruth == nil && value == best {
            best = value
            groundTruth = pair.groundTruths.lowerBound + candidate
          }
        }
        entries.append(
          Entry(score: table.detections.scores[row], row: row, groundTruth: groundTruth))
      }
    }
    // Rows ascend, so the row breaks ties, which makes the order that of a stable sort.
    entries.sort { $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row }
  }

  mutating func entry() -> PascalMetric.ClassEntry {
    guard groundTruthCount > 0 else {
      return PascalMetric.ClassEntry(groundTruthCount: 0, ap2007: -1, ap2010: -1)
    }
    var taken: Set<Int> = []
    var recalls: [Double] = []
    var precisions: [Double] = []
    var (right, counted) = (0, 0)
    for entry in entries {
      if let groundTruth = entry.groundTruth {
        if !table.groundTruths.traits[groundTruth].isEmpty { continue }
        if taken.insert(groundTruth).inserted { right += 1 }
      }
      counted += 1
      recalls.append(Double(right) / Double(groundTruthCount))
      precisions.append(Double(right) / Double(counted))
    }
    for place in stride(from: precisions.count - 1, to: 0, by: -1) {
      precisions[place - 1] = max(precisions[place - 1], precisions[place])
    }
    var area = 0.0
    var before = 0.0
    for (recall, precision) in zip(recalls, precisions) {
      area += (recall - before) * precision
      before = recall
    }
    var sum = 0.0
    for point in 0...10 {
      let reached = recalls.firstIndex { $0 >= Double(point) * 0.1 }
      sum += (reached.map { precisions[$0] } ?? 0) / 11
    }
    return PascalMetric.ClassEntry(groundTruthCount: groundTruthCount, ap2007: sum, ap2010: area)
  }
}
