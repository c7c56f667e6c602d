import Basics
import Engine
import Imaging
import Inference
import Loading
import Networks

/// Finds the number of epochs that fits into a time, from the speed of some steps.
struct EpochPlanner {
  let config: TrainingConfig
  let data: TrainingData
  let task: any TrainingTask
  let pool: ThreadPool
  let kernels: Kernels

  /// The time that is measured, in seconds, after warm-up steps.
  private static let measuredTime = 8.0
  private static let warmupSteps = 2
  /// The largest number of images of a measured validation.
  private static let validatedImages = 64

  /// Trains a copy of a model for a moment and validates it on some images. The copy is discarded, so
  /// that the run itself does not depend on the measurement but for the number of epochs.
  ///
  /// - Parameter time: In seconds, for the measurement and the run.
  /// - Returns: At least 1.
  func epochs(in time: Double, model: Model) throws -> Int {
    let start = ContinuousClock.now
    func elapsed() -> Double { (ContinuousClock.now - start) / .seconds(1) }
    let perImage = try secondsPerImage(model)
    let perValidation = try secondsPerValidation(model)
    let rest = time - elapsed()
    let epoch = Double(data.imagesPerEpoch) * perImage * config.meanInputArea
    let interval = config.validationInterval
    let validation = interval > 0 ? perValidation / Double(interval) : 0
    return max(Int(min(rest / (epoch + validation), 1e6)), 1)
  }

  /// The seconds of a training step at the final input size, divided by its images.
  private func secondsPerImage(_ model: Model) throws -> Double {
    var config = config
    // An epoch of the final size, with the augmentation of the start.
    (config.epochs, config.progressive, config.closeMosaic) = (1_000_000, 1, 0)
    let step = TrainingStep(
      model.graph, parameters: model.parameters.copy(), loss: task.loss, config: config,
      stepsPerEpoch: data.batchesPerEpoch, pool: pool, kernels: kernels)
    let loaderConfig = config.loaderConfig(
      batchSize: data.batchSize, normalization: Normalization(model.description.preprocessing))
    let state = TrainingState(seed: config.seed, data: DatasetIdentity(data.training))
    let loader = data.loader(task.loaderConfig(loaderConfig), config, from: state)
    var images = 0
    var start = ContinuousClock.now
    var steps = 0
    while let batch = try loader.next() {
      if steps == Self.warmupSteps {
        (images, start) = (0, .now)
      }
      _ = try step.step([(batch, task.targets(of: batch))])
      steps += 1
      images += batch.images.count
      if steps > Self.warmupSteps, ContinuousClock.now - start > .seconds(Self.measuredTime) {
        break
      }
    }
    return (ContinuousClock.now - start) / .seconds(1) / Double(max(images, 1))
  }

  private func secondsPerValidation(_ model: Model) throws -> Double {
    guard let split = data.validation, !split.samples.isEmpty else { return 0 }
    let start = ContinuousClock.now
    var done = 0
    _ = try task.validate(
      model, on: split, pool: pool, kernels: kernels,
      isInterrupted: { done >= Self.validatedImages }, progress: { done = $0 })
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    return seconds / Double(max(done, 1)) * Double(split.samples.count)
  }
}
