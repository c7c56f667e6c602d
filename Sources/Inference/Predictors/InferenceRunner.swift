import Basics
import Engine
import Imaging
import Networks

/// Seconds spent per stage.
package struct StageTimes: Hashable, Sendable {
  /// Decoding of image files.
  package var decode = 0.0
  /// Resizing and normalization to the network's input.
  package var preprocess = 0.0
  /// The forward pass.
  package var network = 0.0
  /// Decoding of the network's outputs, such as NMS.
  package var postprocess = 0.0

  static func += (a: inout StageTimes, b: StageTimes) { a = a.combined(b, +) }
  static func - (a: StageTimes, b: StageTimes) -> StageTimes { a.combined(b, -) }
  static func / (a: StageTimes, count: Double) -> StageTimes {
    a.combined(StageTimes()) { value, _ in value / count }
  }

  private func combined(
    _ other: StageTimes, _ combine: (Double, Double) -> Double
  ) -> StageTimes {
    StageTimes(
      decode: combine(decode, other.decode), preprocess: combine(preprocess, other.preprocess),
      network: combine(network, other.network),
      postprocess: combine(postprocess, other.postprocess))
  }
}

/// Runs a network on batches of images, independent of the task.
///
/// Only one thread at a time may use it; it computes on the pool's threads.
package final class InferenceRunner {
  package let description: ModelDescription
  /// Seconds since the last reset. A pipeline resets them and adds the decoding time.
  package internal(set) var times = StageTimes()
  package let pool: ThreadPool
  package let kernels: Kernels
  /// Converts pixel values to the network's input.
  package let normalization: Normalization
  private let sessions: SessionCache
  /// The network of another program that it runs; nil for one of the catalog.
  let imported: ImportedInstances?

  /// - Parameter imageSize: The input size; nil for the model's.
  package init(_ model: Model, imageSize: InputSize? = nil, pool: ThreadPool, kernels: Kernels) {
    var description = model.description
    description.imageSize = imageSize ?? description.imageSize
    self.description = description
    normalization = Normalization(description.preprocessing)
    self.pool = pool
    self.kernels = kernels
    imported = model.imported.map { ImportedInstances($0, model.parameters) }
    if let imported {
      sessions = SessionCache(
        plan: { (shape) throws(EngineError) in
          try Plan.fitting(
            imported.translate(shape), input: shape, mode: .inference, kernels: kernels,
            threads: pool.threads)
        },
        bind: {
          Session($0, parameters: imported.parameters, sharedArena: $1, pool: pool)
        })
      return
    }
    let (graph, parameters) = model.optimizedForInference
    let deferredChannels = model.description.head.deferredChannels
    sessions = SessionCache(
      plan: { (shape) throws(EngineError) in
        try Plan.fitting(
          graph, input: shape, mode: .inference, kernels: kernels, threads: pool.threads,
          deferredChannels: deferredChannels)
      }, bind: { Session($0, parameters: parameters, sharedArena: $1, pool: pool) })
  }

  /// Runs a batch of images.
  ///
  /// - Parameters:
  ///   - shape: The shape of the batch's input.
  ///   - fill: Writes the input of image `index` in the order h, w, c. Called on the pool.
  ///   - rows: For an output whose deferred channels are not computed yet, the rows of n * h in which
  ///     they are needed; nil for all.
  ///   - inspect: Receives the raw outputs of the whole batch.
  ///   - read: Makes the result of image `index` from the raw outputs, which are valid only during
  ///     the call. Called on the pool.
  /// - Returns: The results in order.
  package func run<Result>(
    _ shape: Shape, fill: (Int, UnsafeMutableBufferPointer<Float>) -> Void,
    rows: (View) -> [Int]? = { _ in nil }, inspect: ([View]) -> Void = { _ in },
    read: (Int, [View]) -> Result
  ) throws(EngineError) -> [Result] {
    let session = try sessions[shape]
    let count = shape.n
    let input = session.inputs[0]
    let clock = ContinuousClock()
    let start = clock.now
    pool.run(count) { fill($0, input.image($0)) }
    let filled = clock.now
    let outputs = session.outputs
    session.forward { rows(outputs[$0]) }
    let computed = clock.now
    inspect(outputs)
    let results = pool.map(count) { read($0, outputs) }
    times.preprocess += (filled - start) / .seconds(1)
    times.network += (computed - filled) / .seconds(1)
    times.postprocess += (clock.now - computed) / .seconds(1)
    return results
  }
}

extension Normalization {
  package init(_ preprocessing: Preprocessing) {
    self.init(
      mean: preprocessing.mean, standardDeviation: preprocessing.standardDeviation,
      perImage: preprocessing.perImage)
  }
}
