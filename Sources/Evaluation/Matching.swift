/// The truths and findings of one image and one class, reduced to what matching needs.
struct MatchingCell {
  /// A truth without its shape.
  struct Truth {
    /// Square pixels, for the area ranges.
    var area: Double
    /// Whether many findings may match it.
    var isCrowd: Bool
    /// Whether it is left out of the count, whatever the area range; true for every crowd.
    var isIgnored: Bool
  }

  /// In the order of the file.
  var truths: [Truth]
  /// Areas of the findings in square pixels, the surest finding first.
  var findingAreas: [Double]
  /// Findings down, truths across.
  var overlaps: OverlapMatrix
}

/// What became of the findings of a cell in one area range: bit t of a mask is IoU threshold t.
struct MatchingOutcome {
  /// Thresholds at which finding d matched a truth.
  var matched: [UInt16]
  /// Thresholds at which finding d counts neither as right nor as wrong.
  var ignored: [UInt16]
  /// Truths that count in this area range.
  var truthCount: Int
}

/// Matches findings to truths greedily, the surest first, at every IoU threshold.
///
/// Source: `COCOeval.evaluateImg`. Each finding takes the free truth of the highest overlap (of
/// equal ones the last); truths that count are tried before ignored ones, and once one of them is
/// held, no ignored one is looked at. Crowd truths stay free. A finding that matches an ignored
/// truth, or none while its own area is out of range, is ignored.
///
/// Unlike the reference a truth remembers *whether* it is taken, not by which annotation id, so an
/// id of 0 has no special meaning.
func match(
  _ cell: MatchingCell, area range: EvaluationParameters.AreaRange, iouThresholds: [Double]
) -> MatchingOutcome {
  precondition(iouThresholds.count <= UInt16.bitWidth, "at most 16 IoU thresholds fit the masks")
  let truths = cell.truths
  let ignored = truths.map { $0.isIgnored || !range.contains($0.area) }
  // A stable partition: the truths that count, then the ignored ones.
  let order = truths.indices.filter { !ignored[$0] } + truths.indices.filter { ignored[$0] }
  let countedTruths = ignored.reduce(0) { $0 + ($1 ? 0 : 1) }
  let findingCount = cell.findingAreas.count
  var outcome = MatchingOutcome(
    matched: [UInt16](repeating: 0, count: findingCount),
    ignored: [UInt16](repeating: 0, count: findingCount), truthCount: countedTruths)

  if !truths.isEmpty {
    var taken = [Bool](repeating: false, count: truths.count)
    cell.overlaps.values.withUnsafeBufferPointer { overlaps in
      for (bit, threshold) in iouThresholds.enumerated() {
        for truth in taken.indices { taken[truth] = false }
        for finding in 0..<findingCount {
          var best = min(threshold, 1 - 1e-10)
          var holder = -1
          for truth in order {
            if taken[truth] && !truths[truth].isCrowd { continue }
            if holder >= 0 && !ignored[holder] && ignored[truth] { break }
            let overlap = overlaps[finding * truths.count + truth]
            if overlap < best { continue }
            best = overlap
            holder = truth
          }
          if holder < 0 { continue }
          taken[holder] = true
          outcome.matched[finding] |= 1 << UInt16(bit)
          if ignored[holder] { outcome.ignored[finding] |= 1 << UInt16(bit) }
        }
      }
    }
  }
  for finding in 0..<findingCount where !range.contains(cell.findingAreas[finding]) {
    outcome.ignored[finding] |= ~outcome.matched[finding]
  }
  return outcome
}
