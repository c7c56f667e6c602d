import Imaging

/// The measurements of a segmented image, from which all metrics are computed.
public struct SegmentationScores: Hashable, Sendable {
  /// The measurements of a class, or of the background.
  public struct Class: Hashable, Sendable {
    /// The value of its pixels: 0 for the background, or the class index + 1.
    public let value: Int
    /// The pixels of the class in the ground truth and the prediction.
    public let intersection: Int
    /// The pixels of the class in the ground truth.
    public let groundTruth: Int
    /// The pixels of the class in the prediction.
    public let predicted: Int
    /// The objects; empty for the background.
    public let objects: ObjectCounts
    /// The comparison of the boundaries; nil for the background and if it was not asked for.
    public let boundary: BoundaryScores?

    /// Twice the intersection over the sum of both; 1 if both are empty.
    public var dice: Double {
      let sum = groundTruth + predicted
      return sum > 0 ? 2 * Double(intersection) / Double(sum) : 1
    }
  }

  /// The name of the image.
  public let name: String
  /// The number of pixels that are not ignored.
  public let pixelCount: Int
  /// The number of pixels with the correct value.
  public let correctCount: Int
  /// The background and the classes that have pixels in either plane, by ascending value.
  public let classes: [Class]

  /// The mean Dice of the classes in the image, without the background; 1 if there are none.
  public var dice: Double {
    let values = classes.filter { $0.value > 0 }.map(\.dice)
    return values.isEmpty ? 1 : values.reduce(0, +) / Double(values.count)
  }

  /// The objects of all classes.
  public var objects: ObjectCounts {
    classes.reduce(into: ObjectCounts()) { $0.add($1.objects) }
  }
}

/// What is measured besides the pixels; each part takes time.
public struct SegmentationMetricOptions: Hashable, Sendable {
  /// Whether objects are matched.
  public var measuresObjects: Bool
  /// Whether boundaries are compared: boundary F1 and the Hausdorff distance.
  public var measuresBoundaries: Bool

  /// Makes options; by default everything is measured.
  public init(measuresObjects: Bool = true, measuresBoundaries: Bool = true) {
    (self.measuresObjects, self.measuresBoundaries) = (measuresObjects, measuresBoundaries)
  }
}

/// An image that was measured, ready to be added to `SegmentationMetrics`.
public struct MeasuredSegmentation: Sendable {
  /// The measurements.
  public let scores: SegmentationScores
  /// The number of pixels with predicted value p and true value t at `p * (classCount + 1) + t`.
  let confusion: [Int]

  /// Measures a predicted class plane.
  ///
  /// Both planes are 8-bit gray of one size: 0 is the background, class index i has the value
  /// i + 1, 255 is ignored in the ground truth and background in the prediction. Other values are a
  /// programmer's error. May run on several threads at once.
  public init(
    _ name: String, groundTruth: Image, predicted: Image, classCount: Int,
    options: SegmentationMetricOptions = SegmentationMetricOptions()
  ) {
    let pair = LabelMapPair(
      groundTruth: groundTruth, predicted: predicted, classCount: classCount)
    let confusion = pair.confusion
    let objects = options.measuresObjects ? ObjectMatching(pair).counts : [:]
    let boundaries = options.measuresBoundaries ? BoundaryMatching(pair).scores : [:]
    let side = classCount + 1
    var correct = 0
    var classes: [SegmentationScores.Class] = []
    for value in 0...classCount {
      let predicted = confusion[value * side..<(value + 1) * side].reduce(0, +)
      let truth = stride(from: value, to: side * side, by: side).reduce(0) { $0 + confusion[$1] }
      let intersection = confusion[value * side + value]
      correct += intersection
      guard value == 0 || predicted + truth > 0 else { continue }
      classes.append(
        SegmentationScores.Class(
          value: value, intersection: intersection, groundTruth: truth, predicted: predicted,
          objects: objects[UInt8(value)] ?? ObjectCounts(), boundary: boundaries[UInt8(value)]))
    }
    scores = SegmentationScores(
      name: name, pixelCount: groundTruth.bytes.count - pair.ignoredCount, correctCount: correct,
      classes: classes)
    self.confusion = confusion
  }
}
