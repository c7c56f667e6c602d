import Datasets
import Engine
import Loading
import Networks

/// The memory that a training takes, reckoned before it begins.
///
/// What is alive at once is added up; measured peaks lay between 0.93 and 1.03 of it.
package struct TrainingMemory: Hashable, Sendable {
  /// Images a step.
  package let batch: Int
  /// Bytes of the parameters, their gradients, their average and what the optimizer remembers.
  package let parameters: Int
  /// Bytes of activations and all else that one step needs.
  package let step: Int
  /// Bytes of the images that are being made and those that are kept.
  package let images: Int
  /// Bytes that a validation takes besides.
  package let validation: Int

  /// Bytes of the program itself.
  package static let program = 24 << 20
  /// Bytes in all.
  package var total: Int { Self.program + parameters + step + images + validation }

  /// Batches that `batch: auto` chooses from, the largest first: more images a step would make too
  /// few steps of the datasets that one trains on a CPU.
  static let batches = [64, 32, 16, 8, 4, 2, 1]
  /// The share of the memory limit that a training may take: the rest is for what cannot be reckoned,
  /// such as images while they are decoded.
  static let share = 0.8

  /// Reckons for steps of `batch` images.
  ///
  /// - Parameters:
  ///   - model: The network; its image size is the largest that a batch has.
  ///   - sampleCount: Images to learn from, as far as they are kept in memory.
  /// - Throws: `EngineError` for an image size that the network cannot take.
  package init(
    model: Model, optimizer: OptimizerChoice, batch: Int, sampleCount: Int,
    precision: Precision, threads: Int, imageScale: Double = 1.5
  ) throws(EngineError) {
    self.batch = batch
    let (graph, input) = (model.graph, model.description)
    let block = graph.parameterLayout.byteCount
    let states = optimizer.resolved.stateCount
    parameters = block * (3 + states)
    let kernels = try Kernels(InstructionSet.chosen(), precision: precision)
    let plan = try Plan(
      graph, inputShapes: [input.inputShape(n: batch)], mode: .training(), kernels: kernels)
    step = plan.byteCount(threads: threads)

    let floats = input.inputShape(n: 1).count * MemoryLayout<Float>.size
    let loader = LoaderConfig(batchSize: batch, seed: 0)
    let side = Int(Double(input.imageSize) * imageScale)
    // Those made ahead, the one asked for, the one in use and its copy.
    images =
      (loader.prefetch + 3) * batch * floats + min(loader.cacheLimit, sampleCount * side * side * 3)

    let folded = graph.optimizedForInference
    let session = try Plan(
      folded, inputShapes: [input.inputShape(n: Validator.batch)], mode: .inference,
      kernels: kernels
    ).byteCount(threads: threads)
    validation = folded.parameterLayout.byteCount + session
  }

  /// Reckons for a configuration; where it leaves the batch open, for the largest of `batches` that
  /// the dataset can fill and that takes at most four fifths of the memory limit.
  ///
  /// - Throws: `TrainingError` where not even one image fits.
  init(
    _ config: TrainingConfig, model: Model, sampleCount: Int, precision: Precision,
    threads: Int, limit: Int = Machine.memoryLimit
  ) throws {
    let largest = try model.resized(to: config.inputSizes.max() ?? config.imgsz)
    func reckoned(_ batch: Int) throws -> TrainingMemory {
      try TrainingMemory(
        model: largest, optimizer: config.optimizer, batch: batch, sampleCount: sampleCount,
        precision: precision, threads: threads, imageScale: 1 + config.scale)
    }
    let candidates = config.batch.map { [$0] } ?? Self.batches.filter { $0 <= max(sampleCount, 1) }
    for batch in candidates {
      let memory = try reckoned(batch)
      if config.batch != nil || Double(memory.total) <= Self.share * Double(limit) {
        self = memory
        return
      }
    }
    throw TrainingError(
      .invalid,
      "no batch fits into the memory: \(config.model) at \(largest.description.imageSize) pixels takes "
        + "\(try reckoned(1).total >> 20) MiB with one image a step, and four fifths of "
        + "\(limit >> 20) MiB may be used; choose a smaller imgsz")
  }
}
