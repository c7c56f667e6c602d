/// The largest absolute difference of two lists of numbers.
///
/// Infinite where the lists differ in length or one of the numbers is not finite: `max` alone ignores
/// a NaN, and a test with it would pass.
package func largestDifference<Found: BinaryFloatingPoint, Expected: BinaryFloatingPoint>(
  _ found: some Sequence<Found>, _ expected: some Sequence<Expected>
) -> Double {
  compare(found, expected).difference
}

/// The largest difference as a fraction of the largest expected magnitude, or of `floor` where that is
/// larger; infinite as `largestDifference` is.
package func relativeDifference<Found: BinaryFloatingPoint, Expected: BinaryFloatingPoint>(
  _ found: some Sequence<Found>, _ expected: some Sequence<Expected>,
  floor: Double = .leastNormalMagnitude
) -> Double {
  let (difference, magnitude) = compare(found, expected)
  return difference / max(magnitude, floor)
}

private func compare<Found: BinaryFloatingPoint, Expected: BinaryFloatingPoint>(
  _ found: some Sequence<Found>, _ expected: some Sequence<Expected>
) -> (difference: Double, magnitude: Double) {
  var (difference, magnitude) = (0.0, 0.0)
  var (left, right) = (found.makeIterator(), expected.makeIterator())
  while true {
    switch (left.next(), right.next()) {
    case (let a?, let b?):
      guard a.isFinite, b.isFinite else { return (.infinity, 0) }
      difference = max(difference, abs(Double(a) - Double(b)))
      magnitude = max(magnitude, abs(Double(b)))
    case (nil, nil): return (difference, magnitude)
    default: return (.infinity, 0)
    }
  }
}
