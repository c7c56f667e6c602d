/// Calibration of scores: of detections with a score of 0.8, 80 % should be true positives.
///
/// A true positive matches a ground-truth object at the parameters' `matchIoU`, 0.50 by default. Ignored detections are left out.
///
/// Source: C. Guo et al., On Calibration of Modern Neural Networks, 2017; F. Küppers et al.,
/// Multivariate Confidence Calibration for Object Detection, 2020.
package struct Calibration: Hashable, Sendable {
  package struct Bin: Hashable, Sendable {
    /// The lower bound, inclusive.
    package let lower: Double
    /// The upper bound, exclusive; 1 is inclusive.
    package let upper: Double
    package fileprivate(set) var count = 0
    package fileprivate(set) var truePositives = 0
    fileprivate var scoreSum = 0.0

    /// The mean score; nil for an empty bin.
    package var score: Double? { count > 0 ? scoreSum / Double(count) : nil }
    /// The fraction of true positives; nil for an empty bin.
    package var precision: Double? { count > 0 ? Double(truePositives) / Double(count) : nil }
  }

  /// Ten bins of equal width over the scores 0...1.
  package let bins: [Bin]
  /// Expected calibration error (ECE), 0...1: the mean of |score - precision| over the bins,
  /// weighted by their detections.
  package let error: Double

  /// Whether the mean score is above the fraction of true positives.
  package var isOverconfident: Bool {
    bins.reduce(0) { $0 + $1.scoreSum } > Double(bins.reduce(0) { $0 + $1.truePositives })
  }

  /// Nil without detections, or if a score is outside 0...1.
  package init?(_ table: EvaluationTable, _ matches: MatchTable) {
    let binCount = 10
    let areaCount = matches.parameters.areaRanges.count
    let bit = matches.operatingBit
    var bins = (0..<binCount).map {
      Bin(lower: Double($0) / Double(binCount), upper: Double($0 + 1) / Double(binCount))
    }
    var total = 0
    for row in 0..<table.detections.count {
      let score = table.detections.scores[row]
      guard (0...1).contains(score) else { return nil }
      if matches.ignored[row * areaCount] & bit != 0 { continue }
      let place = min(Int(score * Double(binCount)), binCount - 1)
      bins[place].count += 1
      bins[place].truePositives += matches.matched[row * areaCount] & bit != 0 ? 1 : 0
      bins[place].scoreSum += score
      total += 1
    }
    guard total > 0 else { return nil }
    error = bins.reduce(0) { sum, bin in
      sum + abs(bin.scoreSum - Double(bin.truePositives)) / Double(total)
    }
    self.bins = bins
  }
}
