import Imaging

/// The pipeline from image files to predictions: decoding, predictor, sinks.
///
/// Images are processed in windows of at least one image per thread. A window is decoded on all
/// threads, predicted in batches, and passed to the sinks. The window bounds the memory, and
/// results keep the order of the paths.
package struct InferencePipeline<P: Predictor> {
  let predictor: P
  let policy: DecodePolicy
  /// The batch size; results do not depend on it.
  let batch: Int
  /// Called before each prediction with the indices of the batch's images.
  package var onBatch: ([Int]) -> Void = { _ in }

  package init(_ predictor: P, policy: DecodePolicy, batch: Int) {
    precondition(batch > 0, "a batch has at least one image")
    self.predictor = predictor
    self.policy = policy
    self.batch = batch
  }

  /// Processes all images. An image that cannot be decoded gets a `failure`; the others continue.
  ///
  /// - Parameters:
  ///   - isCancelled: Called before each window; true ends the run.
  ///   - progress: Called after each window with the number of its images.
  package func run(
    _ paths: [String], into sinks: [any Sink<P.Prediction>],
    until isCancelled: () -> Bool = { false }, progress: (Int) -> Void = { _ in }
  ) throws -> PipelineSummary {
    var summary = PipelineSummary()
    let window = max(batch, predictor.runner.pool.threads)
    let start = ContinuousClock.now
    predictor.runner.times = StageTimes()
    for first in stride(from: 0, to: paths.count, by: window) {
      guard !isCancelled() else {
        summary.isComplete = false
        break
      }
      var results = (first..<min(first + window, paths.count)).map {
        ImageResult<P.Prediction>(index: $0, path: paths[$0])
      }
      predictor.runner.times.decode += decode(&results)
      try predict(&results)
      for sink in sinks { try sink.consume(&results) }
      summary.images += results.count
      progress(results.count)
    }
    summary.times = predictor.runner.times
    summary.seconds = (ContinuousClock.now - start) / .seconds(1)
    return summary
  }

  /// Decodes a window; returns the seconds spent.
  private func decode(_ results: inout [ImageResult<P.Prediction>]) -> Double {
    let start = ContinuousClock.now
    let paths = results.map(\.path)
    let decoded = predictor.runner.pool.map(paths.count) { index in
      Result { () throws(ImagingError) in try ImageFile.read(paths[index], policy: policy) }
    }
    for (index, outcome) in decoded.enumerated() {
      switch outcome {
      case .success(let image): results[index].image = image
      case .failure(let error): results[index].failure = error
      }
    }
    return (ContinuousClock.now - start) / .seconds(1)
  }

  private func predict(_ results: inout [ImageResult<P.Prediction>]) throws {
    let places = results.indices.filter { results[$0].image != nil }
    for start in stride(from: 0, to: places.count, by: batch) {
      let part = places[start..<min(start + batch, places.count)]
      onBatch(part.map { results[$0].index })
      let begin = ContinuousClock.now
      let predictions = try predictor.predict(part.compactMap { results[$0].image })
      let seconds = (ContinuousClock.now - begin) / .seconds(1)
      for (place, prediction) in zip(part, predictions) {
        results[place].prediction = prediction
        results[place].milliseconds = seconds * 1000 / Double(part.count)
      }
    }
  }
}
