/// How many objects there are of each area.
package struct AreaHistogram: Hashable, Sendable {
  /// The number of objects by area in pixels.
  private var counts: [Int: Int] = [:]
  /// The number of objects.
  package private(set) var count = 0
  /// The sum of all areas in pixels.
  package private(set) var total = 0

  package init() {}

  /// The histogram of a list of areas.
  package init(_ areas: some Sequence<Int>) {
    for area in areas { add(area) }
  }

  /// Adds an object by its area in pixels.
  package mutating func add(_ area: Int) {
    counts[area, default: 0] += 1
    count += 1
    total += area
  }

  /// Adds the objects of another histogram.
  package mutating func add(_ other: AreaHistogram) {
    counts.merge(other.counts, uniquingKeysWith: +)
    count += other.count
    total += other.total
  }

  /// The smallest and the largest area in pixels; nil without objects.
  package var range: ClosedRange<Int>? {
    guard let first = counts.keys.min(), let last = counts.keys.max() else { return nil }
    return first...last
  }

  /// The mean area in pixels; 0 without objects.
  package var mean: Double { count == 0 ? 0 : Double(total) / Double(count) }

  /// The median area in pixels, of an even number of objects the mean of the two in the middle; 0
  /// without objects.
  package var median: Double {
    let sorted = counts.sorted { $0.key < $1.key }
    func area(_ place: Int) -> Int {
      var seen = 0
      for (area, count) in sorted {
        seen += count
        if seen > place { return area }
      }
      return 0
    }
    return count == 0 ? 0 : Double(area((count - 1) / 2) + area(count / 2)) / 2
  }
}
