/// A named value of results.csv: a loss term or a metric.
public struct NamedValue: Hashable, Codable, Sendable {
  /// The name, such as "mAP50".
  public let name: String
  /// The value.
  public var value: Double

  package init(_ name: String, _ value: Double) {
    self.name = name
    self.value = value
  }
}

/// The loss of a batch by its terms, each multiplied by its weight.
package struct LossTerms: Hashable, Sendable {
  package let terms: [NamedValue]
  /// Predictions with a target other than background: positive anchor points, labeled pixels,
  /// images.
  package let sampleCount: Int

  /// The sum of the terms, which is minimized; not finite if training has diverged.
  package var total: Double { terms.reduce(0) { $0 + $1.value } }
}

/// The mean of each loss term over steps, or over the images of batches.
struct MeanLosses: Hashable, Codable {
  private var sums: [NamedValue] = []
  private var count = 0

  /// The means, in the order of the loss; empty before the first `add`.
  var values: [NamedValue] { sums.map { NamedValue($0.name, $0.value / Double(count)) } }

  /// Whether these are means of the given terms; a checkpoint may hold others.
  func areOf(_ names: [String]) -> Bool {
    (0..<1 << 53).contains(count) && (sums.isEmpty || sums.map(\.name) == names)
  }

  mutating func add(_ loss: LossTerms, weight: Int = 1) {
    if sums.isEmpty { sums = loss.terms.map { NamedValue($0.name, 0) } }
    for (index, term) in loss.terms.enumerated() {
      sums[index].value += term.value * Double(weight)
    }
    count += weight
  }
}
