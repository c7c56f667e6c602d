import Basics
import Engine
import Foundation
import Imaging

/// The pipeline from image files to predictions: decoding, predictor, output files, sinks.
///
/// With one predictor, images are processed in windows of at least one image per thread: decoded on all
/// threads, predicted in batches. With several, each has a thread of its own that decodes, predicts and
/// writes the files of its images, while the calling thread passes the results on. Either way results
/// keep the order of the inputs, and a fixed number of images is in memory.
package struct InferencePipeline<P: Predictor> {
  /// Writes files of a decoded and predicted image; an error becomes its failure.
  package typealias Output = (inout ImageResult<P.Prediction>) throws -> Void

  private let predictors: [P]
  let policy: DecodePolicy
  /// The batch size; results do not depend on it.
  let batch: Int
  /// The output files of each image, written on the predictors' threads.
  package var outputs: [Output] = []
  /// Called before each prediction with the indices of the batch's images; for one predictor.
  package var onBatch: ([Int]) -> Void = { _ in }

  package init(_ predictor: P, policy: DecodePolicy, batch: Int) {
    self.init([predictor], policy: policy, batch: batch)
  }

  /// - Parameter predictors: Predictors of the same model and options that share no thread pool.
  package init(_ predictors: [P], policy: DecodePolicy, batch: Int) {
    precondition(batch > 0, "a batch has at least one image")
    precondition(!predictors.isEmpty, "a pipeline has a predictor")
    self.predictors = predictors
    self.policy = policy
    // A network of another program takes one image per run.
    self.batch = predictors[0].runner.imported == nil ? batch : 1
  }

  /// Processes the images of files; see ``run(_:into:until:progress:)``.
  package func run(
    _ paths: [String], into sinks: [any Sink<P.Prediction>],
    until isCancelled: () -> Bool = { false }, progress: (Int) -> Void = { _ in }
  ) throws -> PipelineSummary {
    var inputs = RunInputs(paths: paths)
    return try run(&inputs, into: sinks, until: isCancelled, progress: progress)
  }

  /// Processes all images. An image that cannot be decoded gets a `failure`; the others continue.
  ///
  /// - Parameters:
  ///   - isCancelled: Called before images are taken; true ends the run after those in flight.
  ///   - progress: Called with the number of images that went to the sinks.
  package func run(
    _ inputs: inout RunInputs, into sinks: [any Sink<P.Prediction>],
    until isCancelled: () -> Bool = { false }, progress: (Int) -> Void = { _ in }
  ) throws -> PipelineSummary {
    var summary = PipelineSummary()
    let start = ContinuousClock.now
    func consume(_ results: [ImageResult<P.Prediction>]) throws {
      var results = results
      for result in results { summary.times += result.times }
      for sink in sinks { try sink.consume(&results) }
      summary.images += results.count
      progress(results.count)
    }
    summary.isComplete =
      predictors.count == 1
      ? try runInWindows(&inputs, isCancelled, consume)
      : try runOnThreads(&inputs, isCancelled, consume)
    summary.seconds = (ContinuousClock.now - start) / .seconds(1)
    return summary
  }

  // MARK: One predictor

  private func runInWindows(
    _ inputs: inout RunInputs, _ isCancelled: () -> Bool,
    _ consume: ([ImageResult<P.Prediction>]) throws -> Void
  ) throws -> Bool {
    let predictor = predictors[0]
    // Images of a pipe are passed on as they come.
    let size = inputs.isLive ? batch : max(batch, predictor.runner.pool.threads)
    while true {
      guard !isCancelled() else { return false }
      var results: [ImageResult<P.Prediction>] = []
      while results.count < size, let item = inputs.next() { results.append(ImageResult(item)) }
      if results.isEmpty { return !isCancelled() }
      decode(&results, on: predictor.runner.pool)
      try predict(&results, with: predictor)
      let finished = predictor.runner.pool.map(results.count) { [results] in
        written(results[$0])
      }
      try consume(finished)
    }
  }

  private func decode(_ results: inout [ImageResult<P.Prediction>], on pool: ThreadPool) {
    let inputs = results.map(\.input)
    let decoded = pool.map(inputs.count) { decode(inputs[$0]) }
    for (index, outcome) in decoded.enumerated() { Self.add(outcome, to: &results[index]) }
  }

  // MARK: Several predictors

  /// Each predictor on a thread of its own.
  private func runOnThreads(
    _ inputs: inout RunInputs, _ isCancelled: () -> Bool,
    _ consume: ([ImageResult<P.Prediction>]) throws -> Void
  ) throws -> Bool {
    let queue = OrderedQueue<RunInputs, ImageResult<P.Prediction>>(
      inputs, capacity: predictors.count * batch * 4
    ) { $0.next().map { ImageResult($0) } }
    for predictor in predictors { start(predictor, on: queue) }
    defer { inputs = queue.finish(workers: predictors.count) }
    while let results = try queue.next(until: isCancelled) { try consume(results) }
    return !queue.isStopped
  }

  private func start(
    _ predictor: P, on queue: OrderedQueue<RunInputs, ImageResult<P.Prediction>>
  ) {
    nonisolated(unsafe) let (pipeline, predictor) = (self, predictor)
    let thread = Thread {
      queue.work(batch: pipeline.batch) { results in
        for index in results.indices {
          Self.add(pipeline.decode(results[index].input), to: &results[index])
        }
        try pipeline.predict(&results, with: predictor)
        for index in results.indices {
          results[index] = pipeline.written(results[index])
          // Pixels are not kept while the results wait for their turn.
          results[index].image = nil
        }
      }
    }
    thread.name = "glimpse image"
    thread.stackSize = 4 << 20
    thread.start()
  }

  // MARK: Stages of an image

  private typealias Decoded = (outcome: Result<DecodedImage, any Error>, seconds: Double)

  private func decode(_ input: InputItem) -> Decoded {
    let start = ContinuousClock.now
    let outcome = Result { try input.decode(policy) }
    return (outcome, (ContinuousClock.now - start) / .seconds(1))
  }

  private static func add(_ decoded: Decoded, to result: inout ImageResult<P.Prediction>) {
    result.times.decode = decoded.seconds
    switch decoded.outcome {
    case .success(let image): result.image = image
    case .failure(let error): result.failure = error
    }
  }

  private func predict(
    _ results: inout [ImageResult<P.Prediction>], with predictor: P
  ) throws {
    let places = results.indices.filter { results[$0].image != nil }
    for start in stride(from: 0, to: places.count, by: batch) {
      let part = places[start..<min(start + batch, places.count)]
      onBatch(part.map { results[$0].index })
      predictor.runner.times = StageTimes()
      let predictions: [P.Prediction]
      do {
        predictions = try predictor.predict(part.compactMap { results[$0].image })
      } catch  where predictor.runner.imported != nil {
        // Its input may follow the image, which can then be too large.
        for place in part { results[place].failure = error }
        continue
      }
      let times = predictor.runner.times / Double(part.count)
      for (place, prediction) in zip(part, predictions) {
        results[place].prediction = prediction
        results[place].times += times
      }
    }
  }

  /// The result after its output files were written.
  private func written(_ result: ImageResult<P.Prediction>) -> ImageResult<P.Prediction> {
    guard result.image != nil, !outputs.isEmpty else { return result }
    var result = result
    do {
      for output in outputs { try output(&result) }
    } catch {
      result.failure = error
    }
    return result
  }
}
