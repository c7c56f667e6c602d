import Basics
import Imaging

/// The curves of one class: the planes of `PrecisionRecallCurves` that belong to it.
///
/// Layout: row-major `[iou][recall][area][limit]`, recall without the second axis.
struct ClassCurves {
  var precision: [Double]
  var scores: [Double]
  var recall: [Double]
}

/// Samples the precision envelope of a class over its detections by descending score.
///
/// Source: `COCOeval.accumulate`. Precision falls with each false positive and rises only at true
/// positives, so its envelope (the maximum from here on) has its steps at true positives, and only
/// there it is computed: the detections between them are counted.
struct Accumulation {
  private let parameters: EvaluationParameters
  private let matches: MatchTable
  /// The class's detections by descending score.
  private var entries: [Entry] = []
  private let groundTruthCounts: ArraySlice<Int>

  private struct Entry {
    var score: Double
    /// In `EvaluationTable.detections`.
    var row: Int32
    /// Within its image-class pair, 0 for the highest score.
    var rank: Int32
  }

  init(_ table: EvaluationTable, _ matches: MatchTable, classIndex: Int) {
    parameters = matches.parameters
    self.matches = matches
    let areaCount = parameters.areaRanges.count
    groundTruthCounts =
      matches.groundTruthCounts[classIndex * areaCount..<(classIndex + 1) * areaCount]
    for number in table.pairs(ofClass: classIndex) {
      let detections = table.pairs[Int(number)].detections
      for (rank, row) in detections.prefix(parameters.largestLimit).enumerated() {
        entries.append(
          Entry(score: table.detections.scores[row], row: Int32(row), rank: Int32(rank)))
      }
    }
    // Ties by row: the order of a stable sort.
    entries.sort { $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row }
  }

  /// The class's curves; -1 where the class has no ground truth in a range of areas.
  func curves() -> ClassCurves {
    let areaCount = parameters.areaRanges.count
    let limitCount = parameters.detectionLimits.count
    let ends = parameters.iouThresholds.count * areaCount * limitCount
    let points = ends * parameters.recallThresholds.count
    var curves = ClassCurves(
      precision: [Double](repeating: -1, count: points),
      scores: [Double](repeating: -1, count: points),
      recall: [Double](repeating: -1, count: ends))
    for (limitIndex, limit) in parameters.detectionLimits.enumerated() {
      let kept = entries.filter { $0.rank < limit }
      for area in 0..<areaCount where groundTruthCounts[groundTruthCounts.startIndex + area] > 0 {
        let hits = hits(among: kept, area: area)
        for iou in parameters.iouThresholds.indices {
          sample(
            hits[iou], of: kept,
            groundTruths: Double(groundTruthCounts[groundTruthCounts.startIndex + area]),
            iou: iou, plane: area * limitCount + limitIndex, into: &curves)
        }
      }
    }
    return curves
  }

  /// A true positive and the precision of all detections down to it.
  private struct Hit {
    var score: Double
    var precision: Double
  }

  /// The true positives at each threshold, in order.
  private func hits(among entries: [Entry], area: Int) -> [[Hit]] {
    let thresholds = parameters.iouThresholds.count
    let everyThreshold = UInt16((1 << thresholds) - 1)
    let areaCount = parameters.areaRanges.count
    var hits = [[Hit]](repeating: [], count: thresholds)
    // Detections ignored so far at all thresholds, and at single thresholds only.
    var ignoredAtAll = 0
    var ignoredAt = [Int](repeating: 0, count: thresholds)
    for (place, entry) in entries.enumerated() {
      let matched = matches.matched[Int(entry.row) * areaCount + area]
      let ignored = matches.ignored[Int(entry.row) * areaCount + area]
      if ignored == everyThreshold {
        ignoredAtAll += 1
        continue
      }
      if matched | ignored == 0 { continue }
      for threshold in 0..<thresholds {
        let bit: UInt16 = 1 << UInt16(threshold)
        if ignored & bit != 0 {
          ignoredAt[threshold] += 1
        } else if matched & bit != 0 {
          let truePositives = Double(hits[threshold].count + 1)
          let counted = Double(place + 1 - ignoredAtAll - ignoredAt[threshold])
          // The reference adds spacing(1) against 0 / 0, which gives .9999999999999998.
          hits[threshold].append(
            Hit(score: entry.score, precision: truePositives / (counted + Double.ulpOfOne)))
        }
      }
    }
    return hits
  }

  /// Samples one envelope at the recall points.
  private func sample(
    _ hits: [Hit], of entries: [Entry], groundTruths: Double, iou: Int, plane: Int,
    into curves: inout ClassCurves
  ) {
    let planes = parameters.areaRanges.count * parameters.detectionLimits.count
    curves.recall[iou * planes + plane] = Double(hits.count) / groundTruths
    var envelope = hits.map(\.precision)
    envelope.makeEnvelope()
    // Both lists of recalls ascend: one pass finds the first hit that reaches each point.
    var place = 0
    for (point, threshold) in parameters.recallThresholds.enumerated() {
      while place < hits.count && Double(place + 1) / groundTruths < threshold { place += 1 }
      let target = (iou * parameters.recallThresholds.count + point) * planes + plane
      curves.precision[target] = place < hits.count ? envelope[place] : 0
      curves.scores[target] = place < hits.count ? hits[place].score : 0
      // Recall 0 is reached by the first detection, whether it is matched or not.
      if threshold <= 0, let first = entries.first { curves.scores[target] = first.score }
    }
  }
}

extension PrecisionRecallCurves {
  /// Makes the curves of all classes from the match outcomes of their detections.
  init(_ table: EvaluationTable, _ matches: MatchTable, tasks: any ParallelExecutor) {
    self.init(parameters: matches.parameters, classCount: table.classNames.count)
    let classes = tasks.map(classCount) {
      Accumulation(table, matches, classIndex: $0).curves()
    }
    for (classIndex, curves) in classes.enumerated() { place(curves, classIndex: classIndex) }
  }

  /// Copies one class's planes into the arrays of all classes.
  private mutating func place(_ curves: ClassCurves, classIndex: Int) {
    let planes = parameters.areaRanges.count * parameters.detectionLimits.count
    for row in 0..<curves.precision.count / planes {
      let source = row * planes..<(row + 1) * planes
      let target = (row * classCount + classIndex) * planes
      precision.replaceSubrange(target..<target + planes, with: curves.precision[source])
      scores.replaceSubrange(target..<target + planes, with: curves.scores[source])
    }
    for iou in 0..<curves.recall.count / planes {
      let target = (iou * classCount + classIndex) * planes
      recall.replaceSubrange(
        target..<target + planes, with: curves.recall[iou * planes..<(iou + 1) * planes])
    }
  }
}
