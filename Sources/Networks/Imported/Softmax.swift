import Foundation

extension [Float] {
  /// The softmax of the values.
  package var softmax: [Float] {
    guard let largest = self.max() else { return [] }
    let weights = map { exp(Double($0) - Double(largest)) }
    let total = weights.reduce(0, +)
    return weights.map { Float($0 / total) }
  }

  /// Whether the values are from 0 to 1, and their sum is 1 up to rounding.
  package var areProbabilities: Bool {
    allSatisfy { (0...1.0001).contains($0) } && abs(reduce(0, +) - 1) < 1e-2
  }
}
