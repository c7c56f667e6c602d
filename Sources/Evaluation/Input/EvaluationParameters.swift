/// The settings of an evaluation; the defaults are those of the COCO benchmark.
///
/// Source: `Params.setDetParams` of pycocotools' cocoeval.py.
public struct EvaluationParameters: Hashable, Sendable {
  /// A closed range of areas, in square pixels.
  public struct AreaRange: Hashable, Sendable {
    /// The name in metrics, as in `APsmall`.
    public let name: String
    /// The smallest area.
    public let lower: Double
    /// The largest area.
    public let upper: Double

    /// A range from its two ends, both included.
    public init(name: String, lower: Double, upper: Double) {
      self.name = name
      self.lower = lower
      self.upper = upper
    }

    package func contains(_ area: Double) -> Bool { !(area < lower || area > upper) }

    /// The range of all objects, which comes first in `areaRanges`.
    public static let all = AreaRange(name: "all", lower: 0, upper: 1e10)
  }

  /// The recalls at which precision is averaged.
  public enum RecallPoints: Hashable, Sendable {
    /// At these recalls, ascending, 0...1.
    case points([Double])
    /// At every recall that is reached: the area under the precision envelope.
    case every

    /// COCO's: 0, 0.01 ... 1.
    public static let coco = RecallPoints.evenly(101)
    /// Evenly spaced from 0 through 1; at least two.
    public static func evenly(_ count: Int) -> RecallPoints {
      .points(evenlySpaced(from: 0, through: 1, count: count))
    }
  }

  /// The minimum IoUs of a match, ascending; COCO's are 0.50, 0.55 ... 0.95.
  public let iouThresholds: [Double]
  /// Where precision is averaged.
  public let recallPoints: RecallPoints
  /// Ranges of areas, `all` first; COCO's are small (up to 32²), medium (up to 96²) and large; 32²
  /// and 96² belong to both adjacent ranges.
  public let areaRanges: [AreaRange]
  /// Maximum detections per image and class, the highest scores first, ascending; COCO's are 1, 10
  /// and 100. AP uses the last one.
  public let detectionLimits: [Int]
  /// The last of the limits.
  package let largestLimit: Int
  /// The recalls at which curves are sampled, whatever AP averages.
  package let recallThresholds: [Double]
  /// The confidence of the confusion matrix, and of precision, recall and F1 at one confidence.
  public var confidence = 0.25
  /// The IoU of a match in the confusion matrix and for F1.
  public var matchIoU = 0.5

  /// COCO's settings.
  public static let coco = EvaluationParameters()
  /// COCO's IoU thresholds: 0.50, 0.55 ... 0.95.
  public static let cocoThresholds = evenlySpaced(from: 0.5, through: 0.95, count: 10)
  /// COCO's ranges of areas besides that of all objects.
  public static let cocoAreas = [
    AreaRange(name: "small", lower: 0, upper: 32 * 32),
    AreaRange(name: "medium", lower: 32 * 32, upper: 96 * 96),
    AreaRange(name: "large", lower: 96 * 96, upper: 1e10),
  ]
  /// The number of IoU thresholds of which the matches fit one mask.
  package static let mostThresholds = UInt16.bitWidth

  /// Makes settings; each default is COCO's.
  ///
  /// - Parameters:
  ///   - iouThresholds: One to 16 thresholds above 0, at most 1, in any order.
  ///   - areaRanges: Ranges besides that of all objects, with distinct names.
  ///   - detectionLimits: One or more limits of at least 1, in any order.
  public init(
    iouThresholds: [Double] = cocoThresholds, recallPoints: RecallPoints = .coco,
    areaRanges: [AreaRange] = cocoAreas, detectionLimits: [Int] = [1, 10, 100]
  ) {
    let thresholds = Set(iouThresholds).sorted()
    precondition(
      (1...Self.mostThresholds).contains(thresholds.count)
        && thresholds.allSatisfy { $0 > 0 && $0 <= 1 },
      "one to \(Self.mostThresholds) IoU thresholds above 0 and at most 1, not \(iouThresholds)")
    let limits = Set(detectionLimits).sorted()
    precondition(
      limits.first.map { $0 > 0 } ?? false, "limits of at least 1, not \(detectionLimits)")
    self.iouThresholds = thresholds
    self.recallPoints = recallPoints
    self.areaRanges = [.all] + areaRanges
    self.detectionLimits = limits
    largestLimit = limits.last ?? 0
    recallThresholds =
      if case .points(let points) = recallPoints { points } else {
        evenlySpaced(from: 0, through: 1, count: 101)
      }
  }

  /// Evenly spaced IoUs, both ends included, rounded as in the reference.
  package static func evenly(from start: Double, through stop: Double, count: Int) -> [Double] {
    evenlySpaced(from: start, through: stop, count: count)
  }

  /// The bit mask of all IoU thresholds.
  var everyThreshold: UInt16 { UInt16(truncatingIfNeeded: (1 << iouThresholds.count) - 1) }

  /// The index of an IoU threshold; nil if it is not among them.
  ///
  /// The thresholds of a range may differ from the decimal number in the last bit.
  package func index(ofIoU iou: Double) -> Int? {
    iouThresholds.firstIndex { abs($0 - iou) < 1e-9 }
  }

  /// Whether IoU thresholds, areas and limits are COCO's, so that its twelve metrics exist.
  package var hasCOCONumbers: Bool {
    iouThresholds == Self.coco.iouThresholds && areaRanges == Self.coco.areaRanges
      && detectionLimits == Self.coco.detectionLimits
  }
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
