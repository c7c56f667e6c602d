/// What the COCO benchmark fixes: thresholds, recall points, limits and area ranges.
///
/// Source: `Params.setDetParams` of pycocotools' cocoeval.py.
package struct EvaluationParameters: Hashable, Sendable {
  /// A closed range of areas, in square pixels.
  package struct AreaRange: Hashable, Sendable {
    /// The range's name in reports.
    package var name: String
    /// The smallest area that belongs to it.
    package var lower: Double
    /// The largest area that belongs to it.
    package var upper: Double

    /// Whether an area lies inside; both ends belong to the range.
    func contains(_ area: Double) -> Bool { !(area < lower || area > upper) }
  }

  /// The IoU that a match must reach: 0.50, 0.55 ... 0.95.
  package let iouThresholds: [Double]
  /// Where the precision is sampled: recall 0, 0.01 ... 1.
  package let recallThresholds: [Double]
  /// All, small (to 32²), medium (to 96²) and large; 32² and 96² belong to both neighbors.
  package let areaRanges: [AreaRange]
  /// Detections an image and class that count, the highest score first: 1, 10, 100.
  package let detectionLimits: [Int]

  /// The values of the COCO detection benchmark.
  package static let coco = EvaluationParameters(
    iouThresholds: evenlySpaced(from: 0.5, through: 0.95, count: 10),
    recallThresholds: evenlySpaced(from: 0, through: 1, count: 101),
    areaRanges: [
      AreaRange(name: "all", lower: 0, upper: 1e10),
      AreaRange(name: "small", lower: 0, upper: 32 * 32),
      AreaRange(name: "medium", lower: 32 * 32, upper: 96 * 96),
      AreaRange(name: "large", lower: 96 * 96, upper: 1e10),
    ],
    detectionLimits: [1, 10, 100])

  /// The most detections of one image and class that are looked at.
  var largestLimit: Int { detectionLimits.max() ?? 0 }
}

/// Evenly spaced values, both ends included, rounded as numpy's `linspace` rounds them.
///
/// The reference's thresholds come from there: 0.6 is 0.6 there and not 0.5 + 0.05 + 0.05, and a
/// tie at a threshold depends on the last bit.
func evenlySpaced(from start: Double, through stop: Double, count: Int) -> [Double] {
  precondition(count >= 2, "a range with both ends has at least two values, not \(count)")
  let step = (stop - start) / Double(count - 1)
  var values = (0..<count).map { Double($0) * step + start }
  values[count - 1] = stop
  return values
}
