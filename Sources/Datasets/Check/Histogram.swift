/// Counts of numbers by range.
package struct Histogram: Hashable, Sendable {
  /// The bounds of the ranges, rising; a range holds its lower bound and not its upper one.
  package let bounds: [Double]
  /// How many numbers lie in each range; those below all bounds are in the first, those above in the
  /// last.
  package private(set) var counts: [Int]

  /// Makes an empty histogram; there are at least two bounds.
  package init(bounds: [Double]) {
    precondition(bounds.count > 1, "a histogram has a range")
    self.bounds = bounds
    counts = [Int](repeating: 0, count: bounds.count - 1)
  }

  /// Counts a number.
  package mutating func add(_ value: Double) {
    var (low, high) = (0, counts.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if value < bounds[middle + 1] { high = middle } else { low = middle + 1 }
    }
    counts[low] += 1
  }

  /// All that was counted.
  package var total: Int { counts.reduce(0, +) }
}
