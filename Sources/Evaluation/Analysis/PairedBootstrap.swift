import Basics
import Imaging

/// Whether one result is better than another on the same images, or only luckier.
///
/// Both are scored on the same draws of images, so that what makes an image hard or easy for both
/// falls out of the difference.
///
/// Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapters 13 and 15;
/// P. Koehn, Statistical Significance Tests for Machine Translation Evaluation, 2004.
package struct PairedBootstrap: Sendable {
  /// The second result's number less the first one's.
  package struct Difference: Hashable, Sendable {
    /// The difference and its interval.
    package let interval: Interval
    /// How likely a difference of this sign or more is to come from the choice of images alone: twice
    /// the part of the draws on the other side of 0, each counted once more, at most 1.
    package let p: Double

    init(_ value: Double, draws: [Double], confidence: Double) {
      interval = Interval(value, draws: draws, confidence: confidence)
      let other = min(draws.count { $0 <= 0 }, draws.count { $0 >= 0 })
      p = min(1, 2 * Double(other + 1) / Double(draws.count + 1))
    }
  }

  /// AP over IoU 0.50 to 0.95, all classes.
  package let ap: Difference
  /// AP at IoU 0.50, all classes.
  package let ap50: Difference
  /// Both for each class; nil for a class without ground-truth objects.
  package let classes: [(ap: Difference, ap50: Difference)?]

  /// A result to compare: its rows and what they matched.
  package typealias Scored = (table: EvaluationTable, matches: MatchTable)

  /// Draws images for both results.
  ///
  /// - Throws: `EvaluationError` where the two are not about the same images and classes.
  package init(
    _ first: Scored, _ second: Scored, options: BootstrapOptions = BootstrapOptions(),
    tasks: any ParallelExecutor = .serial
  ) throws(EvaluationError) {
    guard first.table.imageNames == second.table.imageNames,
      first.table.classNames == second.table.classNames
    else {
      throw EvaluationError(
        "two results can only be compared on the same images and classes, in the same order.")
    }
    let images = first.table.imageNames.count
    let precisions = [first, second].map {
      BootstrapAP($0.table, $0.matches, tasks: tasks)
    }
    func samples(_ draw: BootstrapSample) -> [BootstrapAP.Sample] {
      precisions.map { $0.sample(draw) }
    }
    let whole = samples(BootstrapSample(eachOf: images))
    let draws = tasks.map(options.draws) {
      samples(BootstrapSample(imageCount: images, seed: options.seed, number: $0))
    }
    func difference(_ number: (BootstrapAP.Sample) -> Double) -> Difference {
      Difference(
        number(whole[1]) - number(whole[0]),
        draws: draws.filter { number($0[0]) >= 0 }.map { number($0[1]) - number($0[0]) },
        confidence: options.confidence)
    }
    ap = difference(\.ap)
    ap50 = difference(\.ap50)
    classes = first.table.classNames.indices.map { index in
      guard whole[0].classes[index].ap >= 0 else { return nil }
      return (
        difference { $0.classes[index].ap }, difference { $0.classes[index].ap50 }
      )
    }
  }
}
