import Glimpse

/// Runs a detector over the images of a dataset and sets what it finds against the ground truth.
struct DetectorEvaluation {
  /// What names the run in reports.
  let name: String
  let detector: Detector
  let data: Dataset
  let reader: ImageReader
  /// Images that go through the network at once; results do not depend on it.
  let batch: Int
  /// Runs the metric.
  let tasks: ParallelExecutor

  /// What came of it.
  struct Outcome {
    let scored: EvaluationResult
    /// Images a second, decoding included, the metric not.
    let imagesPerSecond: Double
    /// Where the time went, an image on average.
    let milliseconds: StageMilliseconds
    /// Why images could not be read, a sentence each; they count as if nothing was found.
    let failures: [String]
  }

  /// - Parameter warn: Told what was odd about an image that was used, one sentence.
  func run(progress: inout ProgressReporter, warn: (String) -> Void) throws -> Outcome {
    var scored = EvaluationInput(classNames: data.classNames)
    var failures: [String] = []
    let start = monotonicSeconds()
    var reading = 0.0
    let before = detector.runner.times
    for begin in stride(from: 0, to: data.samples.count, by: batch) {
      try Interruption.check("nothing was scored")
      let samples = data.samples[begin..<min(begin + batch, data.samples.count)]
      let beginning = monotonicSeconds()
      let images = reader.read(samples.map(\.imagePath))
      reading += monotonicSeconds() - beginning
      var found = try detector.predict(images.compactMap { try? $0.get() })[...]
      for (sample, image) in zip(samples, images) {
        var detections: [Detection] = []
        switch image {
        case .success(let decoded):
          detections = found.popFirst() ?? []
          for warning in decoded.warnings { warn("\(sample.imagePath): \(warning)") }
        case .failure(let error):
          failures.append(error.description)
        }
        scored.append(
          image: sample.imagePath, annotations: sample.annotations, detections: detections)
      }
      progress.advance(by: samples.count)
    }
    let seconds = max(monotonicSeconds() - start, 1e-9)
    let scale = 1000 / Double(max(data.samples.count, 1))
    let spent = detector.runner.times
    return Outcome(
      scored: try EvaluationResult(name: name, scored, tasks: tasks),
      imagesPerSecond: Double(data.samples.count) / seconds,
      milliseconds: StageMilliseconds(
        reading: reading * scale, preparation: (spent.preprocess - before.preprocess) * scale,
        network: (spent.network - before.network) * scale,
        decoding: (spent.postprocess - before.postprocess) * scale),
      failures: failures)
  }
}
