import Basics
import Imaging

/// A metric with its bootstrap confidence interval.
public struct Interval: Hashable, Sendable {
  /// The metric on all images; -1 without ground truth.
  public let value: Double
  /// The lower end of the confidence interval.
  public let lower: Double
  /// The upper end of the confidence interval.
  public let upper: Double

  /// The bias-corrected interval: two percentiles of the resamples' values, with linear
  /// interpolation, shifted by how far the value is from their median.
  ///
  /// Images that a resample repeats raise its AP, so the plain percentiles are too high for few
  /// images. The value always lies inside.
  ///
  /// Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, section 14.3,
  /// without acceleration.
  ///
  /// - Parameter confidence: The probability of the interval, such as 0.95.
  init(_ value: Double, resamples: [Double], confidence: Double) {
    self.value = value
    guard !resamples.isEmpty else {
      lower = value
      upper = value
      return
    }
    let sorted = resamples.sorted()
    let count = Double(sorted.count)
    let below = Double(sorted.count { $0 < value }) + Double(sorted.count { $0 == value }) / 2
    // Half a resample on the side that has none, where the correction would be infinite.
    let bias = Statistics.normalQuantile(min(max(below, 0.5), count - 0.5) / count)
    func end(_ part: Double) -> Double {
      guard part > 0, part < 1 else { return Statistics.percentile(part, ofSorted: sorted) }
      let z = 2 * bias + Statistics.normalQuantile(part)
      return Statistics.percentile(Statistics.normalProbability(below: z), ofSorted: sorted)
    }
    lower = min(end((1 - confidence) / 2), value)
    upper = max(end((1 + confidence) / 2), value)
  }
}

/// Settings of a bootstrap.
public struct BootstrapOptions: Hashable, Sendable {
  /// The number of resamples, at least 1.
  public var resamples: Int
  /// The seed of the resamples.
  public var seed: UInt64
  /// The fraction of the resamples inside an interval, 0...1.
  public var confidence: Double

  /// Makes settings; the defaults are 1000 resamples and 95 % intervals.
  public init(resamples: Int = 1000, seed: UInt64 = 0, confidence: Double = 0.95) {
    precondition(resamples > 0, "a bootstrap needs at least one resample, not \(resamples)")
    self.resamples = resamples
    self.seed = seed
    self.confidence = confidence
  }

  /// The number of times that each image occurs in resample `number`, which draws `imageCount`
  /// images with replacement. The same seed and number give the same counts on every machine.
  func counts(imageCount: Int, number: Int) -> [Int32] {
    var generator = SeededGenerator(seed: seed &+ UInt64(number) &* 0xD1B5_4A32_D192_ED03)
    var counts = [Int32](repeating: 0, count: imageCount)
    for _ in 0..<imageCount { counts[generator.index(below: imageCount)] += 1 }
    return counts
  }
}

/// Bootstrap confidence intervals of AP: images are resampled with replacement.
///
/// Images are resampled and not objects, because the objects of an image are correlated. As in
/// COCO, classes without ground truth in a resample are left out of its mean. The interval of a
/// class uses the resamples in which it has ground truth.
///
/// Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
public struct Bootstrap: Sendable {
  /// AP over IoU 0.50 to 0.95.
  public let ap: Interval
  /// AP at IoU 0.50.
  public let ap50: Interval
  /// The intervals of each class, indexed by class index.
  public let classes: [(ap: Interval, ap50: Interval)]
  /// The settings of the bootstrap.
  public let options: BootstrapOptions

  /// Computes the intervals; results do not depend on `tasks`.
  package init(
    _ table: EvaluationTable, _ matches: MatchTable,
    options: BootstrapOptions = BootstrapOptions(), tasks: any ParallelExecutor = .serial
  ) {
    let precision = BootstrapAP(table, matches, tasks: tasks)
    let images = table.imageNames.count
    let whole = precision.sample([Int32](repeating: 1, count: images))
    let samples = tasks.map(options.resamples) {
      precision.sample(options.counts(imageCount: images, number: $0))
    }
    func interval(_ number: (BootstrapAP.Sample) -> Double) -> Interval {
      Interval(
        number(whole), resamples: samples.map(number).filter { $0 >= 0 },
        confidence: options.confidence)
    }
    self.options = options
    ap = interval(\.ap)
    ap50 = interval(\.ap50)
    classes = table.classNames.indices.map { index in
      (interval { $0.classes[index].ap }, interval { $0.classes[index].ap50 })
    }
  }
}
