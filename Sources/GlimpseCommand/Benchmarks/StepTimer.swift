import Foundation
import Glimpse

/// Times repeated steps of a network on the same random images.
struct StepTimer {
  /// The network that is timed.
  let description: ModelDescription
  /// Images per step.
  let batch: Int
  let backend: ComputeBackend
  /// Whether each layer is timed too, in the same number of additional runs.
  var timesLayers = false

  /// Untimed runs before the measurement.
  private static let warmups = 2
  private static let seed: UInt64 = 0

  /// The result of the runs.
  struct Measurement {
    /// Milliseconds of each run, the shortest first.
    var milliseconds: [Double]
    /// FLOPs of one run: a multiply-add counts as two.
    var flops: Double
    /// Peak FLOP/s of the threads.
    var peak = 0.0
    /// The outputs of the last forward pass.
    var outputs: [Tensor] = []
    /// The times of the layers, if requested.
    var layers: Table?

    /// The median in milliseconds.
    var median: Double { Statistics.median(milliseconds) }
  }

  private var inputShape: Shape { description.inputShape(n: batch) }

  /// Times the forward pass as inference runs it, with normalization folded.
  func timeInference(_ model: consuming Model, runs: Int) throws -> Measurement {
    // The parameters before folding are not kept, as in detection.
    let (graph, parameters) = (consume model).optimizedForInference
    let plan = try Plan.fitting(
      graph, input: inputShape, mode: .inference, kernels: backend.kernels,
      threads: backend.pool.threads)
    let session = Session(plan, parameters: parameters, pool: backend.pool)
    let images = images
    // The plan reuses the input's memory as soon as it has been read.
    var measurement = try time(
      runs: runs, flops: graph.flops * Double(batch), session: session,
      before: { session.inputs[0].copy(from: images) }, step: { session.forward() })
    measurement.outputs = session.outputs.map { $0.tensor() }
    return measurement
  }

  /// Times a training step: forward, loss, backward, SGD.
  ///
  /// Its FLOPs are counted as three forward passes: one forward, one for the gradients of the
  /// activations, one for those of the weights.
  func timeTraining(_ model: Model, runs: Int) throws -> Measurement {
    let task = description.trainingTask()
    let training = trainingStep(model, loss: task.loss)
    // Refuses a step that is too large before its images are made.
    try training.prepare(for: inputShape)
    let (images, targets) = (images, task.syntheticTargets(count: batch, seed: Self.seed))
    return try time(
      runs: runs, flops: 3 * model.graph.flops * Double(batch), session: training.session,
      step: { _ = try training.step(images, targets: targets) })
  }

  /// A step with the computations of training, at a learning rate of almost 0.
  func trainingStep(_ model: Model, loss: any Loss) -> TrainingStep {
    var config = TrainingConfig()
    config.optimizer = .sgd
    config.weightDecay = 5e-4
    // A network that diverges on random images would run at a different speed.
    config.learningRate = 1e-5
    config.finalLearningRateFraction = 1
    config.warmupEpochs = 0
    config.seed = Self.seed
    return TrainingStep(
      // Modified in place; they are not needed again.
      model.graph, parameters: model.parameters, loss: loss, config: config, stepsPerEpoch: 1,
      pool: backend.pool, kernels: backend.kernels)
  }

  /// - Parameter session: The session of the steps; nil before the first step.
  private func time(
    runs: Int, flops: Double, session: @autoclosure () -> Session?, before: () -> Void = {},
    step: () throws -> Void
  ) throws -> Measurement {
    for _ in 0..<Self.warmups {
      before()
      try step()
    }
    var milliseconds: [Double] = []
    for _ in 0..<runs {
      before()
      let start = monotonicSeconds()
      try step()
      milliseconds.append((monotonicSeconds() - start) * 1000)
    }
    var measurement = Measurement(
      milliseconds: milliseconds.sorted(), flops: flops,
      peak: PeakThroughput.measure(pool: backend.pool, kernels: backend.kernels))
    if timesLayers, let session = session() {
      measurement.layers = try LayerSpeeds.measure(session, runs: runs, peak: measurement.peak) {
        before()
        try step()
      }
    }
    return measurement
  }

  /// Random images with values in 0..<1, the same in every run.
  var images: Tensor {
    var generator = SeededGenerator(seed: Self.seed)
    return Tensor(
      shape: inputShape, values: (0..<inputShape.count).map { _ in generator.uniform() })
  }
}
