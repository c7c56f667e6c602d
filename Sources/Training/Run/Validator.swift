import Basics
import Datasets
import Engine
import Evaluation
import Imaging
import Inference
import Networks

/// Evaluates weights on the images of a split, as the `evaluate` command does.
struct Validator {
  let data: Dataset
  let model: Model
  let pool: ThreadPool
  let kernels: Kernels
  /// Images per run of the network; results do not depend on it.
  static let batch = 16

  /// Runs the detector over all images.
  ///
  /// - Parameters:
  ///   - isInterrupted: Asked before each batch; when true, the result is nil.
  ///   - progress: Called with the number of images done and their total.
  func evaluate(
    _ parameters: ParameterBlock, isInterrupted: () -> Bool, progress: (Int, Int) -> Void
  ) throws -> DetectionMetrics? {
    let detector = Detector(
      model.with(parameters), options: .evaluation, pool: pool, kernels: kernels)
    let sink = EvaluationSink(data)
    var done = 0
    let summary = try InferencePipeline(detector, policy: detector.policy(), batch: Self.batch).run(
      PathSource(data), into: [sink], until: isInterrupted
    ) {
      done += $0
      progress(done, data.samples.count)
    }
    guard summary.isComplete else { return nil }
    return try DetectionMetric.evaluate(sink.input, tasks: pool)
  }
}
