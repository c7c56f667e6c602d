/// Whether scores are what they claim: of detections with a score of 0.8, 80 % should be right.
///
/// Right is a detection that matched a ground-truth object at IoU 0.50. Those that are ignored do not count.
///
/// Source: C. Guo et al., On Calibration of Modern Neural Networks, 2017; F. Küppers et al.,
/// Multivariate Confidence Calibration for Object Detection, 2020.
package struct Calibration: Hashable, Sendable {
  /// Detections whose scores lie in a range.
  package struct Bin: Hashable, Sendable {
    /// The lower end of the range, inside of it.
    package let lower: Double
    /// The upper end, outside of it but for 1.
    package let upper: Double
    /// How many detections there are.
    package fileprivate(set) var count = 0
    /// How many of them are right.
    package fileprivate(set) var right = 0
    fileprivate var scoreSum = 0.0

    /// The mean score, or nil for an empty bin.
    package var score: Double? { count > 0 ? scoreSum / Double(count) : nil }
    /// The part that is right, or nil for an empty bin.
    package var precision: Double? { count > 0 ? Double(right) / Double(count) : nil }
  }

  /// Bins of equal width over the scores 0...1.
  package let bins: [Bin]
  /// Expected calibration error, 0...1: how far score and precision are apart, over all detections.
  package let error: Double

  /// The mean score of all detections.
  package var meanScore: Double { mean(\.scoreSum) }
  /// The part of all detections that is right.
  package var meanPrecision: Double { mean { Double($0.right) } }

  private func mean(_ sum: (Bin) -> Double) -> Double {
    bins.reduce(0) { $0 + sum($1) } / Double(bins.reduce(0) { $0 + $1.count })
  }

  /// Sorts detections into bins; nil where there are none, or where scores leave 0...1.
  ///
  /// - Parameter classIndex: The class to look at; all where it is nil.
  package init?(
    _ table: EvaluationTable, _ matches: MatchTable, classIndex: Int? = nil, binCount: Int = 10
  ) {
    precondition(binCount > 0, "scores cannot be sorted into \(binCount) bins")
    let areaCount = matches.parameters.areaRanges.count
    var bins = (0..<binCount).map {
      Bin(lower: Double($0) / Double(binCount), upper: Double($0 + 1) / Double(binCount))
    }
    var total = 0
    for row in 0..<table.detections.count {
      if let classIndex, Int(table.detections.classes[row]) != classIndex { continue }
      let score = table.detections.scores[row]
      guard (0...1).contains(score) else { return nil }
      if matches.ignored[row * areaCount] & 1 != 0 { continue }
      let place = min(Int(score * Double(binCount)), binCount - 1)
      bins[place].count += 1
      bins[place].right += Int(matches.matched[row * areaCount] & 1)
      bins[place].scoreSum += score
      total += 1
    }
    guard total > 0 else { return nil }
    error = bins.reduce(0) { sum, bin in
      sum + abs(bin.scoreSum - Double(bin.right)) / Double(total)
    }
    self.bins = bins
  }
}
