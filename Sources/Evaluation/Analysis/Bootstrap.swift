import Basics
import Imaging

/// A number with the range in which it lies when other images of the same kind are taken.
package struct Interval: Hashable, Sendable {
  /// The number on the images at hand; -1 where there is no ground truth to measure on.
  package let value: Double
  /// The lower end.
  package let lower: Double
  /// The upper end.
  package let upper: Double

  /// The range between two percentiles of values of draws, with linear interpolation.
  ///
  /// - Parameter confidence: The part of the draws that lies inside, such as 0.95.
  init(_ value: Double, draws: [Double], confidence: Double) {
    self.value = value
    let sorted = draws.sorted()
    func percentile(_ part: Double) -> Double {
      guard let last = sorted.indices.last else { return value }
      let place = part * Double(last)
      let low = Int(place)
      return sorted[low] + (sorted[min(low + 1, last)] - sorted[low]) * (place - Double(low))
    }
    lower = percentile((1 - confidence) / 2)
    upper = percentile((1 + confidence) / 2)
  }
}

/// How a bootstrap is made.
package struct BootstrapOptions: Hashable, Sendable {
  /// How many times images are drawn.
  package var draws: Int
  /// The seed of the drawing.
  package var seed: UInt64
  /// The part of the draws that an interval spans, 0...1.
  package var confidence: Double

  /// Makes options; `draws` is at least 1.
  package init(draws: Int = 1000, seed: UInt64 = 0, confidence: Double = 0.95) {
    precondition(draws > 0, "a bootstrap takes at least one draw, not \(draws)")
    self.draws = draws
    self.seed = seed
    self.confidence = confidence
  }
}

/// Intervals of AP by drawing images with repetition.
///
/// Whole images are drawn, not objects, because objects of one image are alike. In each draw classes
/// without ground-truth objects are left out of the mean, as always; a class's own interval is made of the
/// draws in which it has ground-truth objects.
///
/// Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
package struct Bootstrap: Sendable {
  /// AP over IoU 0.50 to 0.95, all classes.
  package let ap: Interval
  /// AP at IoU 0.50, all classes.
  package let ap50: Interval
  /// Both for each class.
  package let classes: [(ap: Interval, ap50: Interval)]
  /// How it was made.
  package let options: BootstrapOptions

  /// Draws images.
  ///
  /// - Parameter tasks: What makes draws at the same time; results do not depend on it.
  package init(
    _ table: EvaluationTable, _ matches: MatchTable,
    options: BootstrapOptions = BootstrapOptions(), tasks: any ParallelExecutor = .serial
  ) {
    let precision = BootstrapAP(table, matches, tasks: tasks)
    let images = table.imageNames.count
    let whole = precision.sample(BootstrapSample(eachOf: images))
    let draws = tasks.map(options.draws) {
      precision.sample(BootstrapSample(imageCount: images, seed: options.seed, number: $0))
    }
    func interval(_ number: (BootstrapAP.Sample) -> Double) -> Interval {
      Interval(
        number(whole), draws: draws.map(number).filter { $0 >= 0 },
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
