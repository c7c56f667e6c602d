/// A ratio of sums over a region, which measures the agreement of probabilities p and targets t:
///
/// (a I + s) / (b I + c P + d T + s) with I = sum(p t), P = sum(p), T = sum(t). The smoothing term s
/// makes it 1 for an empty region.
struct RegionIndex: Hashable {
  private let a, b, c, d: Double
  /// The smoothing term, in pixels.
  private static let smoothing = 1.0

  /// The Dice coefficient, 2 I / (P + T).
  static let dice = RegionIndex(a: 2, b: 0, c: 1, d: 1)

  /// The Tversky index, I / (I + alpha (P - I) + beta (T - I)): false positives weigh alpha, false
  /// negatives beta (Salehi et al. 2017, eq. 3, with their best weights).
  static let tversky = tversky(alpha: 0.3, beta: 0.7)

  static func tversky(alpha: Double, beta: Double) -> RegionIndex {
    RegionIndex(a: 1, b: 1 - alpha - beta, c: alpha, d: beta)
  }

  /// 1 minus the index, and its derivative with respect to the probability of a pixel of the
  /// background and of one of the region.
  func loss(_ sums: RegionSums) -> (value: Double, background: Double, region: Double) {
    let numerator = a * sums.intersection + Self.smoothing
    let denominator =
      b * sums.intersection + c * sums.probability + d * sums.target + Self.smoothing
    let index = numerator / denominator
    return (1 - index, index * c / denominator, (index * (b + c) - a) / denominator)
  }
}

/// The sums of one class over the labeled pixels of an image or a batch.
struct RegionSums {
  /// The sum of the probabilities of the class's own pixels.
  var intersection = 0.0
  /// The sum of all probabilities.
  var probability = 0.0
  /// The number of the class's own pixels.
  var target = 0.0

  static func + (left: RegionSums, right: RegionSums) -> RegionSums {
    RegionSums(
      intersection: left.intersection + right.intersection,
      probability: left.probability + right.probability, target: left.target + right.target)
  }
}
