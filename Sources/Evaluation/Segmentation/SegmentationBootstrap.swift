import Basics

/// Bootstrap confidence intervals of segmentation metrics: images are resampled with replacement.
///
/// Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
public struct SegmentationBootstrap: Sendable {
  /// The mean Dice of the classes over all pixels.
  public let dice: Interval
  /// The mean over images of the Dice.
  public let meanImageDice: Interval
  /// The mean IoU of the classes.
  public let meanIoU: Interval
  /// The fraction of correct pixels.
  public let pixelAccuracy: Interval
  /// The mean over images of the object F1 at an IoU above 0.5; -1 if not measured.
  public let objectF1: Interval
  /// Boundary F1; -1 if not measured or undefined.
  public let boundaryF1: Interval
  /// The Dice of each class, by class index; -1 for classes that do not occur.
  public let classDice: [Interval]
  /// The settings.
  public let options: BootstrapOptions

  /// Computes the intervals; results do not depend on `tasks`.
  package init(
    _ metrics: SegmentationMetrics, options: BootstrapOptions = BootstrapOptions(),
    tasks: any ParallelExecutor = .serial
  ) {
    let images = metrics.images
    let samples = tasks.map(images.isEmpty ? 0 : options.resamples) { number in
      var totals = SegmentationTotals(classCount: metrics.classNames.count)
      let counts = options.counts(imageCount: images.count, number: number)
      for (scores, count) in zip(images, counts) where count > 0 {
        totals.add(scores, times: Int(count))
      }
      return Sample(totals)
    }
    let whole = Sample(metrics.totals)
    func interval(_ number: (Sample) -> Double?) -> Interval {
      Interval(
        number(whole) ?? -1, resamples: samples.compactMap(number), confidence: options.confidence)
    }
    self.options = options
    dice = interval(\.dice)
    meanImageDice = interval(\.meanImageDice)
    meanIoU = interval(\.meanIoU)
    pixelAccuracy = interval(\.pixelAccuracy)
    objectF1 = interval { metrics.options.measuresObjects ? $0.objectF1 : nil }
    boundaryF1 = interval(\.boundaryF1)
    classDice = metrics.classNames.indices.map { index in interval { $0.classDice[index] } }
  }

  /// The metrics of a resample.
  private struct Sample {
    let dice: Double?
    let meanImageDice: Double?
    let meanIoU: Double?
    let pixelAccuracy: Double?
    let objectF1: Double?
    let boundaryF1: Double?
    let classDice: [Double?]

    init(_ totals: SegmentationTotals) {
      dice = totals.dice
      meanImageDice = totals.meanImageDice
      meanIoU = totals.meanIoU
      pixelAccuracy = totals.pixelAccuracy
      objectF1 = totals.objectF1[0].value
      boundaryF1 = totals.boundaryF1.value
      classDice = totals.classes.dropFirst().map(\.pooledDice)
    }
  }
}
