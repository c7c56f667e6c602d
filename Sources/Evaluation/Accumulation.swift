/// All that one class's findings over all images came to.
struct ClassOutcome {
  /// A finding with its fate in each area range.
  struct Entry {
    /// How sure the detector was.
    var score: Double
    /// Its place among the findings of its image and class, the surest being 0.
    var rank: Int
    /// Where its masks begin: one a range of areas, in `matched` and `ignored`.
    var masks: Int
  }

  /// The findings, image after image.
  var entries: [Entry] = []
  /// Thresholds at which a finding matched, `areaRanges.count` masks a finding.
  var matched: [UInt16] = []
  /// Thresholds at which a finding is ignored, `areaRanges.count` masks a finding.
  var ignored: [UInt16] = []
  /// Truths that count, one number a range of areas.
  var truthCounts: [Int]
}

extension PrecisionRecallCurves {
  /// Turns the matches of one class into its curves.
  ///
  /// Source: `COCOeval.accumulate`.
  mutating func accumulate(_ outcome: ClassOutcome, classIndex: Int) {
    // The place breaks ties, which makes the order that of a stable sort.
    let entries = outcome.entries
    let order = entries.indices.sorted {
      entries[$0].score != entries[$1].score
        ? entries[$0].score > entries[$1].score : $0 < $1
    }
    for (limitIndex, limit) in parameters.findingLimits.enumerated() {
      let kept = order.filter { entries[$0].rank < limit }.map { entries[$0] }
      for area in parameters.areaRanges.indices where outcome.truthCounts[area] > 0 {
        for iou in parameters.iouThresholds.indices {
          trace(
            kept, of: outcome, classIndex: classIndex, iou: iou, area: area, limit: limitIndex)
        }
      }
    }
  }

  /// Walks down the findings of one class, the surest first, and samples the precision envelope.
  private mutating func trace(
    _ entries: [ClassOutcome.Entry], of outcome: ClassOutcome, classIndex: Int, iou: Int,
    area: Int, limit: Int
  ) {
    let bit: UInt16 = 1 << UInt16(iou)
    let truths = Double(outcome.truthCounts[area])
    var precisions = [Double](repeating: 0, count: entries.count)
    var recalls = precisions
    var right = 0.0
    var wrong = 0.0
    for (place, entry) in entries.enumerated() {
      if outcome.ignored[entry.masks + area] & bit == 0 {
        if outcome.matched[entry.masks + area] & bit != 0 { right += 1 } else { wrong += 1 }
      }
      recalls[place] = right / truths
      // The reference adds spacing(1) where others guard against 0 / 0: hence .9999999999999998.
      precisions[place] = right / (wrong + right + Double.ulpOfOne)
    }
    recall[recallIndex(iou: iou, classIndex: classIndex, area: area, limit: limit)] =
      recalls.last ?? 0
    for place in stride(from: entries.count - 1, to: 0, by: -1)
    where precisions[place] > precisions[place - 1] {
      precisions[place - 1] = precisions[place]
    }
    // Both lists of recalls ascend, so one pass finds the first finding that reaches each point.
    var place = 0
    for (point, threshold) in parameters.recallThresholds.enumerated() {
      while place < recalls.count && recalls[place] < threshold { place += 1 }
      let target = index(
        iou: iou, recallPoint: point, classIndex: classIndex, area: area, limit: limit)
      precision[target] = place < recalls.count ? precisions[place] : 0
      scores[target] = place < recalls.count ? entries[place].score : 0
    }
  }
}
