import Datasets
import Engine
import Loading
import Networks

/// The estimated peak memory of a training run.
///
/// Measured peaks were 0.93 to 1.03 times the estimate.
package struct TrainingMemory: Hashable, Sendable {
  /// Images per step.
  package let batch: Int
  /// Bytes of the parameters, their gradients, their average and the optimizer's state.
  package let parameters: Int
  /// Bytes of activations, their gradients and scratch memory of one step.
  package let step: Int
  /// Bytes of the batches being prepared and the image cache.
  package let images: Int
  /// Additional bytes during validation.
  package let validation: Int

  /// Bytes of the program itself.
  package static let program = 24 << 20
  /// Bytes in all.
  package var total: Int { Self.program + parameters + step + images + validation }

  /// The choices of `batch: auto`, the largest first: larger ones would leave too few steps per
  /// epoch on datasets of the size that is trained on CPUs.
  static let batches = [64, 32, 16, 8, 4, 2, 1]
  /// The fraction of the memory limit that training may use. The rest is a reserve for memory that
  /// is not estimated, such as images during decoding.
  static let usableFraction = 0.8

  /// Estimates for steps of `batch` images.
  ///
  /// - Parameters:
  ///   - model: The network; its input size is the largest of all batches.
  ///   - sampleCount: The number of training images, for the image cache.
  /// - Throws: `EngineError` for an input size that the network does not support.
  package init(
    model: Model, optimizer: OptimizerChoice, batch: Int, sampleCount: Int, precision: Precision,
    threads: Int, imageScale: Double = 1.5
  ) throws(EngineError) {
    self.batch = batch
    let (graph, input) = (model.graph, model.description)
    parameters = graph.parameterLayout.byteCount * (3 + optimizer.stateCount)
    let kernels = try Kernels(InstructionSet.chosen(), precision: precision)
    let plan = try Plan(
      graph, inputShapes: [input.inputShape(n: batch)], mode: .training(), kernels: kernels)
    step = plan.byteCount(threads: threads)

    let floats = input.inputShape(n: 1).count * MemoryLayout<Float>.size
    let loader = LoaderConfig(batchSize: batch, seed: 0)
    let side = Int(Double(input.imageSize) * imageScale)
    // The prefetched batches, the one being loaded, the one in use and its copy.
    images =
      (loader.prefetch + 3) * batch * floats + min(loader.cacheLimit, sampleCount * side * side * 3)

    let folded = graph.optimizedForInference
    let session = try Plan(
      folded, inputShapes: [input.inputShape(n: TrainingTasks.validationBatch)], mode: .inference,
      kernels: kernels
    ).byteCount(threads: threads)
    validation = folded.parameterLayout.byteCount + session
  }

  /// Estimates for a configuration. If its batch size is nil, selects the largest of `batches` that
  /// the dataset can fill and that needs at most 80 % of the memory limit.
  ///
  /// - Throws: `TrainingError` if not even one image fits.
  init(
    _ config: TrainingConfig, model: Model, sampleCount: Int, precision: Precision, threads: Int,
    limit: Int = Machine.memoryLimit
  ) throws {
    let largest = try model.resized(to: config.inputSizes.max() ?? config.imgsz)
    func estimate(_ batch: Int) throws -> TrainingMemory {
      try TrainingMemory(
        model: largest, optimizer: config.optimizer, batch: batch, sampleCount: sampleCount,
        precision: precision, threads: threads, imageScale: 1 + config.augmentation.scale)
    }
    let candidates = config.batch.map { [$0] } ?? Self.batches.filter { $0 <= max(sampleCount, 1) }
    for batch in candidates {
      let memory = try estimate(batch)
      if config.batch != nil || Double(memory.total) <= Self.usableFraction * Double(limit) {
        self = memory
        return
      }
    }
    throw TrainingError(
      .invalid,
      "no batch fits into memory: \(config.model) at \(largest.description.imageSize) pixels needs "
        + "\(try estimate(1).total >> 20) MiB with one image per step, and four fifths of "
        + "\(limit >> 20) MiB may be used; choose a smaller imgsz")
  }
}
