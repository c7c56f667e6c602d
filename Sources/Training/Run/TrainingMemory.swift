import Datasets
import Engine
import Loading
import Networks

/// The estimated memory of a training: the sum of what is alive at once.
///
/// Measured peaks lay between 0.93 and 1.03 of it.
package struct TrainingMemory: Hashable, Sendable {
  /// Images per step.
  package let batch: Int
  /// Bytes of the parameters, their gradients, their average and the optimizer's state.
  package let parameters: Int
  /// Bytes of activations and all else that one step needs.
  package let step: Int
  /// Bytes of the batches being prepared and the image cache.
  package let images: Int
  /// Bytes that a validation needs in addition.
  package let validation: Int

  /// Bytes of the program itself.
  package static let program = 24 << 20
  /// Bytes in all.
  package var total: Int { Self.program + parameters + step + images + validation }

  /// The choices of `batch: auto`, the largest first: larger ones would leave too few steps per epoch
  /// on datasets that one trains on a CPU.
  static let batches = [64, 32, 16, 8, 4, 2, 1]
  /// The fraction of the memory limit that a training may take: the rest is for what cannot be
  /// estimated, such as images while they are decoded.
  static let usableFraction = 0.8

  /// Estimates for steps of `batch` images.
  ///
  /// - Parameters:
  ///   - model: The network; its image size is the largest that a batch has.
  ///   - sampleCount: Training images, for the image cache.
  /// - Throws: `EngineError` for an image size that the network cannot take.
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
    // The batches ahead, the one requested, the one in use and its copy.
    images =
      (loader.prefetch + 3) * batch * floats + min(loader.cacheLimit, sampleCount * side * side * 3)

    let folded = graph.optimizedForInference
    let session = try Plan(
      folded, inputShapes: [input.inputShape(n: TrainingTasks.validationBatch)], mode: .inference,
      kernels: kernels
    ).byteCount(threads: threads)
    validation = folded.parameterLayout.byteCount + session
  }

  /// Estimates for a configuration; where it leaves the batch open, for the largest of `batches` that
  /// the dataset can fill and that takes at most four fifths of the memory limit.
  ///
  /// - Throws: `TrainingError` where not even one image fits.
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
