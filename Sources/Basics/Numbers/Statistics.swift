import Foundation

/// Summary statistics of measured values.
package enum Statistics {
  /// The median of at least one value; for an even count, the mean of the two middle values.
  package static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The quantile of sorted values at a fraction 0...1, with linear interpolation (NumPy's default,
  /// type 7 of Hyndman and Fan).
  package static func percentile(_ fraction: Double, ofSorted values: [Double]) -> Double {
    precondition(
      !values.isEmpty && (0...1).contains(fraction),
      "a percentile needs values and a fraction from 0 to 1")
    let place = fraction * Double(values.count - 1)
    let lower = Int(place)
    let upper = min(lower + 1, values.count - 1)
    return values[lower] + (place - Double(lower)) * (values[upper] - values[lower])
  }

  /// The probability of a standard normal variable below `z`.
  package static func normalProbability(below z: Double) -> Double {
    erfc(-z / 2.0.squareRoot()) / 2
  }

  /// The value below which a standard normal variable lies with a probability between 0 and 1.
  ///
  /// Found by bisection to the last bits; outside of ±38 the probability is below a double's range.
  package static func normalQuantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a probability between 0 and 1")
    var (low, high) = (-38.0, 38.0)
    while true {
      let middle = (low + high) / 2
      if middle <= low || middle >= high { return middle }
      if normalProbability(below: middle) < probability { low = middle } else { high = middle }
    }
  }
}
