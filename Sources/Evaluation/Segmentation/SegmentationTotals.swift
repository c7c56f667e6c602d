/// Sums over the measurements of images, from which the metrics of all images follow.
///
/// A bootstrap adds an image as often as it was drawn.
struct SegmentationTotals: Hashable, Sendable {
  /// The sums of a class, or of the background.
  struct Class: Hashable, Sendable {
    var intersection = 0
    var groundTruth = 0
    var predicted = 0
    /// The images in which the class occurs, in the ground truth or the prediction.
    var images = 0
    /// The sum of the Dice of these images.
    var dice = 0.0
    var objects = ObjectCounts()
    var boundary = Mean()
    var hausdorff95 = Mean()
    /// The images in which only one of the two masks is empty, so that it has no distance.
    var undefinedDistances = 0

    var occurs: Bool { groundTruth + predicted > 0 }
    var iou: Double? {
      occurs ? Double(intersection) / Double(groundTruth + predicted - intersection) : nil
    }
    /// Over all pixels.
    var pooledDice: Double? {
      occurs ? 2 * Double(intersection) / Double(groundTruth + predicted) : nil
    }
    /// The mean over images, 1 in images without the class.
    func meanDice(images count: Int) -> Double? {
      count > 0 ? (dice + Double(count - images)) / Double(count) : nil
    }
  }

  /// A mean of the images in which a value is defined.
  struct Mean: Hashable, Sendable {
    var sum = 0.0
    var count = 0
    var value: Double? { count > 0 ? sum / Double(count) : nil }

    mutating func add(_ value: Double?, times: Int) {
      guard let value else { return }
      sum += value * Double(times)
      count += times
    }
  }

  private(set) var images = 0
  private(set) var pixels = 0
  private(set) var correct = 0
  /// By pixel value: the background, then the classes.
  private(set) var classes: [Class]
  /// The rates of objects in an image, by threshold.
  private(set) var objectPrecision = [Mean](repeating: Mean(), count: 10)
  private(set) var objectRecall = [Mean](repeating: Mean(), count: 10)
  private(set) var objectF1 = [Mean](repeating: Mean(), count: 10)
  /// The mean boundary F1 of the classes in an image.
  private(set) var boundaryF1 = Mean()

  init(classCount: Int) {
    classes = [Class](repeating: Class(), count: classCount + 1)
  }

  mutating func add(_ scores: SegmentationScores, times: Int = 1) {
    images += times
    pixels += scores.pixelCount * times
    correct += scores.correctCount * times
    var boundaries = Mean()
    for entry in scores.classes {
      classes[entry.value].add(entry, times: times)
      boundaries.add(entry.boundary?.f1, times: 1)
    }
    boundaryF1.add(boundaries.value, times: times)
    let objects = scores.objects
    for threshold in objectF1.indices {
      let rates = objects.rates(threshold)
      objectPrecision[threshold].add(rates.precision, times: times)
      objectRecall[threshold].add(rates.recall, times: times)
      objectF1[threshold].add(rates.f1, times: times)
    }
  }
}

extension SegmentationTotals.Class {
  fileprivate mutating func add(_ scores: SegmentationScores.Class, times: Int) {
    intersection += scores.intersection * times
    groundTruth += scores.groundTruth * times
    predicted += scores.predicted * times
    if scores.groundTruth + scores.predicted > 0 {
      images += times
      dice += scores.dice * Double(times)
    }
    objects.add(scores.objects, times: times)
    guard let comparison = scores.boundary else { return }
    boundary.add(comparison.f1, times: times)
    hausdorff95.add(comparison.hausdorff95, times: times)
    if comparison.hausdorff95 == nil { undefinedDistances += times }
  }
}

extension SegmentationTotals {
  /// The mean of a value of the classes that occur, without the background; `none` if none does.
  private func classMean(_ value: (Class) -> Double?, none: Double) -> Double? {
    let values = classes.dropFirst().filter(\.occurs).compactMap(value)
    guard !values.isEmpty else { return images > 0 ? none : nil }
    return values.reduce(0, +) / Double(values.count)
  }

  var dice: Double? { classMean(\.pooledDice, none: 1) }
  var meanImageDice: Double? { classMean({ $0.meanDice(images: images) }, none: 1) }
  var meanIoU: Double? { classMean(\.iou, none: 1) }

  var meanIoUWithBackground: Double? {
    let values = classes.compactMap(\.iou)
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  var pixelAccuracy: Double? { pixels > 0 ? Double(correct) / Double(pixels) : nil }

  /// The mean of the IoU of the classes and the background, weighted by their true pixels.
  var frequencyWeightedIoU: Double? {
    guard pixels > 0 else { return nil }
    return classes.reduce(0) { $0 + ($1.iou ?? 0) * Double($1.groundTruth) } / Double(pixels)
  }

  /// The objects of all classes and images.
  var objects: ObjectCounts { classes.reduce(into: ObjectCounts()) { $0.add($1.objects) } }

  /// The mean of the distances of all images and classes in which both masks have pixels.
  var hausdorff95: Mean {
    classes.reduce(into: Mean()) {
      $0.sum += $1.hausdorff95.sum
      $0.count += $1.hausdorff95.count
    }
  }
}
