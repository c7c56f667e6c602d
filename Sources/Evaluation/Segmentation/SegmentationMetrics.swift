import Imaging

/// The metrics of semantic segmentation, accumulated image by image.
///
/// Memory grows only with the per-image measurements. Means over classes are over those that occur
/// in the ground truth or the predictions, without the background, unless stated otherwise. Pixels
/// that the ground truth ignores (255) count nowhere. Metrics are nil where they are undefined, such
/// as without images.
///
///     var metrics = SegmentationMetrics(classNames: ["nucleus"])
///     metrics.add("a.png", groundTruth: mask, predicted: output)
///     print(metrics.dice ?? 0)
public struct SegmentationMetrics: Sendable {
  /// The class names, by class index.
  public let classNames: [String]
  /// What is measured besides the pixels.
  public let options: SegmentationMetricOptions
  /// The measurements of the images, in the order in which they were added.
  public private(set) var images: [SegmentationScores] = []
  /// AP by mask of predicted objects with scores; nil unless it was measured.
  public var maskAveragePrecision: MaskAveragePrecision?
  private(set) var totals: SegmentationTotals
  /// The number of pixels with predicted value p and true value t at `p * (classCount + 1) + t`;
  /// value 0 is the background, class index i has the value i + 1.
  public private(set) var confusion: [Int]

  /// Starts without images; there are 1 to 254 classes.
  public init(
    classNames: [String], options: SegmentationMetricOptions = SegmentationMetricOptions()
  ) {
    precondition(
      (1...254).contains(classNames.count), "masks hold 1 to 254 classes, not \(classNames.count)")
    self.classNames = classNames
    self.options = options
    totals = SegmentationTotals(classCount: classNames.count)
    confusion = [Int](repeating: 0, count: (classNames.count + 1) * (classNames.count + 1))
  }

  /// Measures an image and adds it; see `MeasuredSegmentation` for the planes.
  public mutating func add(_ name: String, groundTruth: Image, predicted: Image) {
    add(measure(name, groundTruth: groundTruth, predicted: predicted))
  }

  /// Measures an image without adding it, which several threads may do at once.
  public func measure(
    _ name: String, groundTruth: Image, predicted: Image
  ) -> MeasuredSegmentation {
    MeasuredSegmentation(
      name, groundTruth: groundTruth, predicted: predicted, classCount: classNames.count,
      options: options)
  }

  /// Adds an image that was measured with the same number of classes.
  public mutating func add(_ image: MeasuredSegmentation) {
    precondition(image.confusion.count == confusion.count, "images are of the same classes")
    images.append(image.scores)
    totals.add(image.scores)
    for place in confusion.indices { confusion[place] += image.confusion[place] }
  }
}

extension SegmentationMetrics {
  /// The mean Dice of the classes, each over the pixels of all images: the metric that selects the
  /// best weights. 1 if no class occurs.
  public var dice: Double? { totals.dice }

  /// The mean over images of the Dice of each class, averaged over classes. In an image without the
  /// class, in ground truth and prediction, it is 1.
  public var meanImageDice: Double? { totals.meanImageDice }

  /// The mean IoU of the classes, each over the pixels of all images. 1 if no class occurs.
  public var meanIoU: Double? { totals.meanIoU }

  /// The mean IoU of the classes and the background, as in Pascal VOC.
  public var meanIoUWithBackground: Double? { totals.meanIoUWithBackground }

  /// The fraction of pixels with the correct class or background.
  public var pixelAccuracy: Double? { totals.pixelAccuracy }

  /// The mean IoU of the classes and the background, weighted by their pixels in the ground truth.
  public var frequencyWeightedIoU: Double? { totals.frequencyWeightedIoU }

  /// Boundary F1 with a tolerance of 0.75 % of the diagonal: the mean over images of the mean over
  /// the classes in an image. 0 for a class that is only in the ground truth or the prediction; nil
  /// if not measured.
  ///
  /// Source: G. Csurka, D. Larlus, F. Perronnin, 2013.
  public var boundaryF1: Double? { totals.boundaryF1.value }

  /// The 95th percentile of the symmetric Hausdorff distance in pixels, the mean over all images and
  /// classes with pixels in both ground truth and prediction; nil without such images.
  public var hausdorff95: Double? { totals.hausdorff95.value }

  /// The pairs of image and class that are left out of `hausdorff95`, because the class is only in
  /// the ground truth or the prediction.
  public var undefinedDistances: Int { totals.classes.reduce(0) { $0 + $1.undefinedDistances } }

  /// The objects of all images: components of 4-connected pixels of a class.
  public var objects: ObjectCounts { totals.objects }

  /// The mean over images of the object precision, recall and F1 at a threshold of
  /// `ObjectCounts.thresholds`, given by its index.
  ///
  /// The precision is of the images with predicted objects, the recall of those with true ones; F1
  /// is 1 in images without either. All are nil if objects were not measured.
  public func meanObjectRates(
    _ threshold: Int
  ) -> (precision: Double?, recall: Double?, f1: Double?) {
    guard options.measuresObjects else { return (nil, nil, nil) }
    return (
      totals.objectPrecision[threshold].value, totals.objectRecall[threshold].value,
      totals.objectF1[threshold].value
    )
  }

  /// The mean over images of the object F1 at an IoU above 0.5.
  public var objectF1: Double? { meanObjectRates(0).f1 }
}

/// Average precision of objects by the IoU of their masks, by COCO's rules; 0...1.
public struct MaskAveragePrecision: Hashable, Sendable {
  /// The mean over the IoU thresholds 0.5 to 0.95.
  public let ap: Double
  /// At an IoU of 0.5.
  public let ap50: Double
  /// At an IoU of 0.75.
  public let ap75: Double

  package init(ap: Double, ap50: Double, ap75: Double) {
    (self.ap, self.ap50, self.ap75) = (ap, ap50, ap75)
  }
}
