import Basics
import Imaging

/// Samples the precision envelope of a class over its detections by descending score.
///
/// Source: `COCOeval.accumulate`. Precision rises only at true positives, so its envelope (the
/// running maximum from the right) changes only there. Precision is therefore computed only at true
/// positives; the detections between them are counted.
struct Accumulation {
  private let parameters: EvaluationParameters
  private let recallThresholds: [Double]
  private let matches: MatchTable
  /// The class's detections by descending score: rows of `EvaluationTable.detections`, and ranks
  /// within their image-class pair, 0 for the highest score.
  private var entries: [(score: Double, row: Int32, rank: Int32)] = []
  private let groundTruthCounts: ArraySlice<Int>
  private let collectsScores: Bool

  /// - Parameter collectsScores: Whether the curves hold scores, too.
  init(
    _ table: EvaluationTable, _ matches: MatchTable, classIndex: Int, collectsScores: Bool = false
  ) {
    self.collectsScores = collectsScores
    parameters = matches.parameters
    recallThresholds = parameters.recallThresholds
    self.matches = matches
    let areaCount = parameters.areaRanges.count
    groundTruthCounts =
      matches.groundTruthCounts[classIndex * areaCount..<(classIndex + 1) * areaCount]
    for number in table.pairs(ofClass: classIndex) {
      let detections = table.pairs[Int(number)].detections
      for (rank, row) in detections.prefix(parameters.largestLimit).enumerated() {
        entries.append((table.detections.scores[row], Int32(row), Int32(rank)))
      }
    }
    // Ties by row: the order of a stable sort.
    entries.sort { $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row }
  }

  /// The curves of this class; -1 in area ranges without ground truth.
  func curves() -> PrecisionRecallCurves {
    var curves = PrecisionRecallCurves(parameters: parameters, classCount: 1)
    if collectsScores { curves.scores = curves.precision }
    for (limitIndex, limit) in parameters.detectionLimits.enumerated() {
      let kept = entries.filter { $0.rank < limit }.map(\.row)
      let scores = collectsScores ? entries.filter { $0.rank < limit }.map(\.score) : []
      for (area, groundTruths) in groundTruthCounts.enumerated() where groundTruths > 0 {
        let precisions = precisions(ofRows: kept, area: area)
        for iou in parameters.iouThresholds.indices {
          if collectsScores {
            sample(
              scores, ofRows: kept, groundTruths: Double(groundTruths), iou: iou, area: area,
              limit: limitIndex, into: &curves)
          }
          sample(
            precisions[iou], groundTruths: Double(groundTruths), iou: iou, area: area,
            limit: limitIndex, into: &curves)
        }
      }
    }
    return curves
  }

  /// Per IoU threshold: the precision at each true positive, by descending score.
  private func precisions(ofRows rows: [Int32], area: Int) -> [[Double]] {
    let thresholds = parameters.iouThresholds.count
    let everyThreshold = parameters.everyThreshold
    let areaCount = parameters.areaRanges.count
    var precisions = [[Double]](repeating: [], count: thresholds)
    // Detections ignored so far at all thresholds, and at single thresholds only.
    var ignoredAtAll = 0
    var ignoredAt = [Int](repeating: 0, count: thresholds)
    for (place, row) in rows.enumerated() {
      let matched = matches.matched[Int(row) * areaCount + area]
      let ignored = matches.ignored[Int(row) * areaCount + area]
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
          let truePositives = Double(precisions[threshold].count + 1)
          let counted = Double(place + 1 - ignoredAtAll - ignoredAt[threshold])
          // pycocotools adds np.spacing(1) to avoid 0 / 0; perfect precision is 0.9999999999999998.
          precisions[threshold].append(truePositives / (counted + Double.ulpOfOne))
        }
      }
    }
    return precisions
  }

  /// Samples the score of the true positive that reaches each recall point.
  private func sample(
    _ scores: [Double], ofRows rows: [Int32], groundTruths: Double, iou: Int, area: Int,
    limit: Int, into curves: inout PrecisionRecallCurves
  ) {
    let bit: UInt16 = 1 << UInt16(iou)
    let areaCount = parameters.areaRanges.count
    let hits = rows.indices.filter { place in
      let entry = Int(rows[place]) * areaCount + area
      return matches.matched[entry] & bit != 0 && matches.ignored[entry] & bit == 0
    }
    var reached = 0
    for (point, threshold) in recallThresholds.enumerated() {
      while reached < hits.count && Double(reached + 1) / groundTruths < threshold { reached += 1 }
      let target = curves.index(
        iou: iou, recallPoint: point, classIndex: 0, area: area, limit: limit)
      // Recall 0 is reached by the first detection, right or wrong.
      let score = threshold <= 0 ? scores.first : hits.dropFirst(reached).first.map { scores[$0] }
      curves.scores[target] = score ?? 0
    }
  }

  /// Samples one envelope at the recall points.
  private func sample(
    _ precisions: [Double], groundTruths: Double, iou: Int, area: Int, limit: Int,
    into curves: inout PrecisionRecallCurves
  ) {
    curves.recall[curves.recallIndex(iou: iou, classIndex: 0, area: area, limit: limit)] =
      Double(precisions.count) / groundTruths
    var envelope = precisions
    envelope.makeEnvelope()
    if !curves.area.isEmpty {
      curves.area[curves.recallIndex(iou: iou, classIndex: 0, area: area, limit: limit)] =
        envelope.reduce(0, +) / groundTruths
    }
    // Both lists of recalls are ascending: one pass finds the first true positive that reaches each
    // recall point.
    var place = 0
    for (point, threshold) in recallThresholds.enumerated() {
      while place < envelope.count && Double(place + 1) / groundTruths < threshold { place += 1 }
      let target = curves.index(
        iou: iou, recallPoint: point, classIndex: 0, area: area, limit: limit)
      curves.precision[target] = place < envelope.count ? envelope[place] : 0
    }
  }
}

extension PrecisionRecallCurves {
  /// Computes the curves of all classes from the match outcomes of their detections.
  ///
  /// - Parameter collectsScores: Whether `scores` is filled.
  init(
    _ table: EvaluationTable, _ matches: MatchTable, collectsScores: Bool = false,
    tasks: any ParallelExecutor
  ) {
    parameters = matches.parameters
    classCount = table.classNames.count
    let classes = tasks.map(classCount) {
      Accumulation(table, matches, classIndex: $0, collectsScores: collectsScores).curves()
    }
    let planes = parameters.areaRanges.count * parameters.detectionLimits.count
    /// Joins the arrays of single classes to one array with a class axis, before area and limit.
    func interleaved(_ classes: [[Double]]) -> [Double] {
      stride(from: 0, to: classes.first?.count ?? 0, by: planes).flatMap { row in
        classes.flatMap { $0[row..<row + planes] }
      }
    }
    precision = interleaved(classes.map(\.precision))
    recall = interleaved(classes.map(\.recall))
    area = interleaved(classes.map(\.area))
    scores = interleaved(classes.map(\.scores))
  }
}
