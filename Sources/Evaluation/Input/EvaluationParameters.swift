/// The parameters of the COCO benchmark: IoU thresholds, recall points, limits and area ranges.
///
/// Source: `Params.setDetParams` of pycocotools' cocoeval.py.
package struct EvaluationParameters: Hashable, Sendable {
  /// A closed range of areas, in square pixels.
  package struct AreaRange: Hashable, Sendable {
    package var name: String
    package var lower: Double
    package var upper: Double

    package func contains(_ area: Double) -> Bool { !(area < lower || area > upper) }
  }

  /// The minimum IoUs of a match: 0.50, 0.55 ... 0.95.
  package let iouThresholds: [Double]
  /// The recalls at which precision is sampled: 0, 0.01 ... 1.
  package let recallThresholds: [Double]
  /// All, small (up to 32²), medium (up to 96²) and large; 32² and 96² belong to both adjacent
  /// ranges.
  package let areaRanges: [AreaRange]
  /// Maximum detections per image and class, the highest scores first: 1, 10, 100.
  package let detectionLimits: [Int]

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

  /// The bit mask of all IoU thresholds.
  var everyThreshold: UInt16 { UInt16((1 << iouThresholds.count) - 1) }
  var largestLimit: Int { detectionLimits.max() ?? 0 }
}

/// Evenly spaced values, both ends included, rounded as numpy's `linspace` rounds them.
///
/// pycocotools computes its thresholds with `linspace`. The last bit decides about an IoU equal to
/// a threshold: 0.6 is not 0.5 + 0.05 + 0.05.
func evenlySpaced(from start: Double, through stop: Double, count: Int) -> [Double] {
  precondition(count >= 2, "a range with both ends has at least two values, not \(count)")
  let step = (stop - start) / Double(count - 1)
  var values = (0..<count).map { Double($0) * step + start }
  values[count - 1] = stop
  return values
}
