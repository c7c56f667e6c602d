import Basics
import Datasets
import Engine
import Evaluation
import Imaging
import Inference
import Networks

/// Measures the AP of weights on the images of a split, as `evaluate` does.
struct Validator {
  let data: Dataset
  let model: Model
  let pool: ThreadPool
  let kernels: Kernels
  /// Images that go through the network at once; results do not depend on it.
  static let batch = 16

  /// Runs the detector over all images; those that cannot be decoded count as seen without
  /// finding anything.
  ///
  /// - Parameters:
  ///   - isInterrupted: Asked now and then; when true, the result is nil.
  ///   - progress: Told how many images of how many are done.
  func evaluate(
    _ parameters: ParameterBlock, isInterrupted: () -> Bool, progress: (Int, Int) -> Void
  ) throws -> DetectionMetrics? {
    let detector = Detector(
      model.with(parameters), options: .evaluation, pool: pool, kernels: kernels)
    var scored = EvaluationInput(classNames: data.classNames)
    for begin in stride(from: 0, to: data.samples.count, by: Self.batch) {
      if isInterrupted() { return nil }
      let samples = data.samples[begin..<min(begin + Self.batch, data.samples.count)]
      let images = decode(samples)
      var detections = try detector.predict(images.compactMap { $0 })[...]
      for (sample, image) in zip(samples, images) {
        scored.append(
          image: sample.imagePath, annotations: sample.annotations,
          detections: image == nil ? [] : detections.popFirst() ?? [])
      }
      progress(scored.imageNames.count, data.samples.count)
    }
    return try DetectionMetric.evaluate(scored, tasks: ParallelExecutor(pool))
  }

  private func decode(_ samples: ArraySlice<Sample>) -> [DecodedImage?] {
    let policy = DecodePolicy(neededLongerSide: model.description.imageSize)
    return pool.map(samples.count) { index in
      try? ImageFile.read(samples[samples.startIndex + index].imagePath, policy: policy)
    }
  }
}
