import Basics
import Datasets
import Engine
import Imaging
import Loading

/// A network in training: its parameters, what the optimizer knows about them, and one step.
///
/// A reference, because it owns the parameters. One thread at a time may use it.
package final class TrainingStep {
  private let graph: Graph
  private let objective: any Loss
  let schedule: LearningRateSchedule
  private let clipping: GradientClipping
  private let seed: UInt64
  private let pool: ThreadPool
  private let kernels: Kernels
  private let arithmetic: VectorOperations

  /// What is learned.
  package let parameters: ParameterBlock
  /// The gradients of the last step, before clipping.
  package let gradients: ParameterBlock
  /// What changes the parameters.
  package let optimizer: any Optimizer
  /// The moving average of the parameters.
  package let average: ExponentialMovingAverage
  /// Steps done since the training began.
  package var steps = 0
  /// The network as the last step ran it; nil before the first.
  package private(set) var session: Session?

  /// Puts together what a step needs.
  ///
  /// - Parameters:
  ///   - parameters: Where to begin; they are changed in place.
  ///   - seed: The source of all randomness inside the network (dropout).
  package init(
    _ graph: Graph, parameters: ParameterBlock, objective: any Loss,
    optimizer: any Optimizer, schedule: LearningRateSchedule, clipping: GradientClipping,
    emaDecay: Double, seed: UInt64, pool: ThreadPool, kernels: Kernels
  ) {
    self.graph = graph
    self.objective = objective
    self.schedule = schedule
    self.clipping = clipping
    self.seed = seed
    self.pool = pool
    self.kernels = kernels
    self.parameters = parameters
    self.optimizer = optimizer
    arithmetic = VectorOperations(pool: pool, kernels: kernels)
    gradients = ParameterBlock(zeros: parameters.layout)
    average = ExponentialMovingAverage(of: parameters, decay: emaDecay)
  }

  /// What one step has done.
  package struct Outcome: Hashable, Sendable {
    /// The losses before the step.
    package let loss: LossTerms
    /// The gradient's norm before clipping.
    package let gradientNorm: Double
    /// The learning rate.
    package let rate: Double
  }

  /// Learns from one batch: images n x h x w x 3, and the annotations of each in input pixels.
  ///
  /// - Throws: `TrainingError` (`diverged`) where the loss or its gradient is not finite; what is
  ///   learned stays as it was, but statistics may be spoiled. `EngineError` for a shape that the network cannot take.
  package func step(_ images: Tensor, groundTruths: [[Annotation]]) throws -> Outcome {
    try step(images.shape, groundTruths: groundTruths) { $0.copy(from: images) }
  }

  /// Learns from one batch of a loader; as a step with its images and ground-truth objects.
  package func step(_ batch: Batch) throws -> Outcome {
    try step(batch.shape, groundTruths: batch.groundTruths) { input in
      pool.run(batch.images.count) { place in
        batch.normalization.fill(batch.images[place], into: input.image(place))
      }
    }
  }

  private func step(
    _ shape: Shape, groundTruths: [[Annotation]], fill: (View) -> Void
  ) throws -> Outcome {
    let session = try session(for: shape)
    fill(session.inputs[0])
    session.forward(seed: SeededGenerator(seed: seed, UInt64(steps)).state)
    let loss = objective.evaluate(
      outputs: session.outputs, gradients: session.outputGradients, groundTruths: groundTruths,
      pool: pool)
    gradients.values.update(repeating: 0)
    session.backward()
    let (norm, scale) = clipping.measure(gradients, arithmetic: arithmetic)
    guard loss.total.isFinite, norm.isFinite else { throw divergence(loss, norm) }
    let hyperparameters = schedule.hyperparameters(ofStep: steps)
    steps += 1
    optimizer.step(
      parameters, gradients: gradients, hyperparameters: hyperparameters, iteration: steps,
      gradientScale: scale,
      arithmetic: arithmetic)
    average.update(parameters, update: steps, arithmetic: arithmetic)
    return Outcome(loss: loss, gradientNorm: norm, rate: hyperparameters.rate)
  }

  private func session(for shape: Shape) throws -> Session {
    if let session, session.plan.shapes[session.plan.graph.inputs[0]] == shape { return session }
    // Only one is kept, because its memory is large.
    session = nil
    let plan = try Plan(
      graph, inputShapes: [shape], mode: .training(), kernels: kernels)
    let made = Session(
      plan, parameters: parameters, gradients: gradients, pool: pool)
    session = made
    return made
  }

  private func divergence(_ loss: LossTerms, _ norm: Double) -> TrainingError {
    TrainingError(
      .diverged,
      "training has diverged at step \(steps + 1): the loss is \(loss.total) and the norm of its "
        + "gradient \(norm); start again with a lower learning rate (it was \(schedule.peak)) or a longer "
        + "warm-up")
  }
}
