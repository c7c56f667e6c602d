import Basics
import Imaging

/// A paired significance test of two results on the same images.
///
/// Both are evaluated on the same resamples, so that the difficulty of an image cancels out of the
/// difference.
///
/// Source: B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapters 13 and 15;
/// P. Koehn, Statistical Significance Tests for Machine Translation Evaluation, 2004.
public struct PairedBootstrap: Sendable {
  /// The second result's metric minus the first one's.
  public struct Difference: Hashable, Sendable {
    /// The difference with its confidence interval.
    public let interval: Interval
    /// Two-sided p-value: twice the fraction of resamples whose difference has the opposite sign,
    /// with 1 added to each count; at most 1.
    public let p: Double

    init(_ value: Double, resamples: [Double], confidence: Double) {
      interval = Interval(value, resamples: resamples, confidence: confidence)
      let other = min(resamples.count { $0 <= 0 }, resamples.count { $0 >= 0 })
      p = min(1, 2 * Double(other + 1) / Double(resamples.count + 1))
    }
  }

  /// The settings of the bootstrap.
  public let options: BootstrapOptions
  /// AP over IoU 0.50 to 0.95.
  public let ap: Difference
  /// AP at IoU 0.50.
  public let ap50: Difference
  /// The differences of each class, indexed by class index; nil without ground truth.
  public let classes: [(ap: Difference, ap50: Difference)?]

  /// - Throws: `EvaluationError` if the images or classes of the two results differ.
  public init(
    _ first: EvaluationResult, _ second: EvaluationResult,
    options: BootstrapOptions = BootstrapOptions(),
    tasks: any ParallelExecutor = .serial
  ) throws(EvaluationError) {
    guard first.table.imageNames == second.table.imageNames,
      first.table.classNames == second.table.classNames
    else {
      throw EvaluationError(
        "two results can only be compared on the same images and classes, in the same order")
    }
    let images = first.table.imageNames.count
    let precisions = [first, second].map {
      BootstrapAP($0.table, $0.matches, tasks: tasks)
    }
    func samples(_ counts: [Int32]) -> [BootstrapAP.Sample] {
      precisions.map { $0.sample(counts) }
    }
    let whole = samples([Int32](repeating: 1, count: images))
    let resamples = tasks.map(options.resamples) {
      samples(options.counts(imageCount: images, number: $0))
    }
    func difference(_ number: (BootstrapAP.Sample) -> Double) -> Difference {
      Difference(
        number(whole[1]) - number(whole[0]),
        resamples: resamples.filter { number($0[0]) >= 0 }.map { number($0[1]) - number($0[0]) },
        confidence: options.confidence)
    }
    self.options = options
    ap = difference(\.ap)
    ap50 = difference(\.ap50)
    classes = first.table.classNames.indices.map { index in
      guard whole[0].classes[index].ap >= 0 else { return nil }
      return (difference { $0.classes[index].ap }, difference { $0.classes[index].ap50 })
    }
  }
}
