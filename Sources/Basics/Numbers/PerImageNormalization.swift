/// How the samples of an image are scaled by statistics of that image, channel by channel.
///
/// In microscopy the absolute level of a sample depends on exposure and gain, so that fixed
/// constants do not suit all images.
package enum PerImageNormalization: Hashable, Sendable {
  /// (sample - mean) / standard deviation.
  case zScore
  /// (sample - low) / (high - low), where `low` and `high` are the values at two percentiles,
  /// 0 <= low < high <= 100. Values beyond them are not clipped (as in CSBDeep and StarDist).
  case percentile(low: Double, high: Double)

  /// The percentiles 1 and 99.8, the defaults of CSBDeep and StarDist.
  package static let usual = PerImageNormalization.percentile(low: 1, high: 99.8)
}

extension PerImageNormalization {
  /// The form in the metadata of weights files: `zscore` or `percentile 1 99.8`.
  package var text: String {
    switch self {
    case .zScore: "zscore"
    case .percentile(let low, let high): "percentile \(low.optionText) \(high.optionText)"
    }
  }

  /// Parses the form of `text`; nil if it is invalid.
  package init?(text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    switch words.first {
    case "zscore" where words.count == 1: self = .zScore
    case "percentile" where words.count == 3:
      guard let low = NumberFormat.number(words[1]), let high = NumberFormat.number(words[2]),
        low >= 0, low < high, high <= 100
      else { return nil }
      self = .percentile(low: low, high: high)
    default: return nil
    }
  }
}
