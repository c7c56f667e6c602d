import Basics
import Datasets
import Engine
import Loading
import Networks

/// The estimated peak memory of a training run.
///
/// Images during decoding and the program's own labels are not estimated.
package struct TrainingMemory: Hashable, Sendable {
  /// Images per step, no more than the dataset has.
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
  static let batches = [16, 8, 4, 2, 1]
  /// Below as many images, `batch: auto` is at most `largestOfFew`.
  static let fewImages = 150
  static let largestOfFew = 8
  /// The fraction of the memory limit that training may use. The rest is a reserve for memory that
  /// is not estimated, such as images during decoding.
  static let usableFraction = 0.8

  /// Estimates for steps of `batch` images.
  ///
  /// - Parameters:
  ///   - model: The network; its input size is the largest of all batches.
  ///   - sampleCount: The number of training images, for the image cache.
  ///   - imagesPerEpoch: The number of images that are divided into batches, of which the last may be
  ///     larger than `batch`; nil for equal batches.
  ///   - cache: The limit of the image cache in bytes.
  /// - Throws: `EngineError` for an input size that the network does not support.
  package init(
    model: Model, optimizer: OptimizerChoice, batch: Int, sampleCount: Int,
    imagesPerEpoch: Int? = nil, precision: Precision,
    threads: Int, cache: Int = 1 << 30, imageScale: Double = 1.5
  ) throws(EngineError) {
    self.batch = batch
    let (graph, input) = (model.graph, model.description)
    parameters = graph.parameterLayout.byteCount * (3 + optimizer.parameterBlocks)
    let kernels = try Kernels(InstructionSet.chosen(), precision: precision)
    let largest = imagesPerEpoch.map { BatchPartition(count: $0, size: batch).largest } ?? batch
    let plan = try Plan(
      graph, inputShapes: [input.inputShape(n: largest)], mode: .training(), kernels: kernels)
    step = plan.byteCount(threads: threads)

    let prefetch = LoaderConfig(batchSize: batch, seed: 0).prefetch
    let side = Int(Double(input.imageSize.longestSide) * imageScale)
    // The prefetched batches, the one being loaded and the one in use, of one byte per value.
    images =
      (prefetch + 2) * batch * input.inputShape(n: 1).count
      + min(cache, sampleCount * side * side * 3)

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
  /// - Throws: `TrainingError` (`memory`) if the batch size, or not even one image, fits.
  init(
    _ config: TrainingConfig, model: Model, sampleCount: Int, imagesPerEpoch: Int? = nil,
    precision: Precision, threads: Int,
    limit: Int = Machine.memoryLimit
  ) throws {
    func estimate(_ batch: Int, _ size: InputSize) throws -> TrainingMemory {
      try TrainingMemory(
        model: try model.resized(to: size), optimizer: config.optimizer, batch: batch,
        sampleCount: sampleCount, imagesPerEpoch: imagesPerEpoch, precision: precision,
        threads: threads, cache: config.cache << 20, imageScale: 1 + config.augmentation.scale)
    }
    func fits(_ batch: Int, _ size: InputSize) -> Bool {
      guard let total = try? estimate(batch, size).total else { return false }
      return Double(total) <= Self.usableFraction * Double(limit)
    }
    let size = config.largestInput
    let most = max(sampleCount, 1)
    let few = sampleCount < Self.fewImages ? min(Self.largestOfFew, most) : most
    let automatic =
      config.batch == nil ? Self.batches.first { $0 <= few && fits($0, size) } : nil
    let batch = automatic ?? min(config.batch ?? 1, most)
    let memory = try estimate(batch, size)
    if automatic != nil || config.batch != nil && memory.total <= limit {
      self = memory
      return
    }
    let advice =
      if let batch = MemoryAdvice.largest(below: batch, where: { fits($0, size) }) {
        "a batch size of \(batch) fits"
      } else if let units = MemoryAdvice.largest(
        below: size.longestSide / InputSize.step,
        where: { fits(1, .longerSide(InputSize.step * $0)) })
      {
        "a batch size of 1 with imgsz \(InputSize.step * units) fits"
      } else {
        "no input size fits; a smaller cache or another model may"
      }
    throw TrainingError(
      .memory,
      "too little memory: training \(config.model) on \(Sentence.count(batch, "image")) of "
        + "\(size.largest.height) x \(size.largest.width) pixels per step needs about "
        + "\(NumberFormat.bytes(memory.total)), and this process may use "
        + "\(NumberFormat.bytes(limit)); \(advice)")
  }
}
