import Basics
import Engine
import Imaging
import Loading

/// Parameters, optimizer state and moving average of a network in training; one training step.
///
/// A class, because it owns the parameters. Only one thread at a time may use it.
package final class TrainingStep {
  let loss: any Loss
  let schedule: LearningRateSchedule
  private let clipping: GradientClipping
  private let seed: UInt64
  private let pool: ThreadPool
  private let arithmetic: VectorOperations
  private let sessions: SessionCache

  package let parameters: ParameterBlock
  /// The gradients of the last step, before clipping.
  package let gradients: ParameterBlock
  package let optimizer: any Optimizer
  package let average: ExponentialMovingAverage
  /// A factor of the learning rate, below 1 after a divergence.
  var rateScale = 1.0
  /// The ranges of the graph's frozen parameters, which are not updated.
  let frozen: [Range<Int>]
  /// Completed steps since the run began.
  package var steps = 0
  /// The session of the last step; nil before the first.
  package var session: Session? { sessions.last }

  /// - Parameters:
  ///   - parameters: The initial parameters; they are changed in place.
  ///   - config: Optimizer, schedule and EMA settings; its seed also determines dropout.
  package init(
    _ graph: Graph, parameters: ParameterBlock, loss: any Loss, config: TrainingConfig,
    stepsPerEpoch: Int, pool: ThreadPool, kernels: Kernels
  ) {
    self.loss = loss
    self.pool = pool
    self.parameters = parameters
    seed = config.seed
    schedule = config.schedule(stepsPerEpoch: stepsPerEpoch)
    clipping = GradientClipping(limit: config.clip)
    frozen = parameters.layout.ranges(of: graph.frozenParameters)
    optimizer = config.optimizer.make(
      parameters.layout, weightDecay: config.weightDecay ?? 0, frozen: frozen)
    arithmetic = VectorOperations(pool: pool, kernels: kernels)
    let gradients = ParameterBlock(zeros: parameters.layout)
    self.gradients = gradients
    sessions = SessionCache(
      plan: { (shape) throws(EngineError) in
        try Plan.fitting(
          graph, input: shape, mode: .training(), kernels: kernels, threads: pool.threads)
      },
      bind: {
        Session($0, parameters: parameters, gradients: gradients, sharedArena: $1, pool: pool)
      })
    average = ExponentialMovingAverage(
      of: parameters, memory: config.emaMemory * Double(config.epochs * stepsPerEpoch))
  }

  /// The result of one step.
  package typealias Outcome = (loss: LossTerms, gradientNorm: Double)

  /// Trains on one batch of images n x h x w x 3.
  ///
  /// - Throws: `TrainingError` (`diverged`) if the loss, its gradient or a parameter is not finite;
  ///   the parameters must not be used any more. `EngineError` for a shape that the network does not
  ///   support or that needs too much memory.
  package func step(_ images: Tensor, targets: Targets) throws -> Outcome {
    gradients.values.update(repeating: 0)
    let terms = try accumulate(images.shape, targets, part: 0) { $0.copy(from: images) }
    return try update(terms, parts: 1)
  }

  /// Trains on batches of a loader, whose gradients are averaged.
  package func step(_ batches: [(batch: Batch, targets: Targets)]) throws -> Outcome {
    gradients.values.update(repeating: 0)
    var losses = MeanLosses()
    var sampleCount = 0
    for (part, (batch, targets)) in batches.enumerated() {
      let terms = try accumulate(batch.shape, targets, part: part) { input in
        pool.run(batch.images.count) { place in
          batch.normalization.fill(batch.images[place], into: input.image(place))
        }
      }
      losses.add(terms)
      sampleCount += terms.sampleCount
    }
    return try update(
      LossTerms(terms: losses.values, sampleCount: sampleCount), parts: batches.count)
  }

  /// Runs forward and backward; adds to the gradients.
  ///
  /// - Parameter part: The number of batches of this step before this one.
  private func accumulate(
    _ shape: Shape, _ targets: Targets, part: Int, fill: (View) -> Void
  ) throws -> LossTerms {
    let session = try sessions[shape]
    fill(session.inputs[0])
    let random =
      part == 0
      ? SeededGenerator(seed: seed, UInt64(steps))
      : SeededGenerator(seed: seed, UInt64(steps), UInt64(part))
    session.forward(seed: random.state)
    let terms = loss.evaluate(
      outputs: session.outputs, targets: targets, gradients: session.outputGradients, pool: pool)
    session.backward()
    return terms
  }

  /// Updates the parameters by the mean of the gradients of `parts` batches.
  private func update(_ terms: LossTerms, parts: Int) throws -> Outcome {
    // An op computes the gradients of all of its parameters, or of none.
    for range in frozen { gradients.values[range].update(repeating: 0) }
    let (norm, scale) = clipping.measure(gradients, parts: parts, arithmetic: arithmetic)
    guard terms.total.isFinite, norm.isFinite else {
      throw divergence(
        "the loss is \(terms.total) and the norm of its gradient \(norm)", step: steps + 1)
    }
    var hyperparameters = schedule.hyperparameters(ofStep: steps)
    hyperparameters.rate *= rateScale
    steps += 1
    optimizer.step(
      parameters, gradients: gradients, hyperparameters: hyperparameters, iteration: steps,
      gradientScale: scale, arithmetic: arithmetic)
    // Statistics of batch normalization may overflow although the loss is finite.
    guard arithmetic.norm(parameters, in: 0..<parameters.layout.count).isFinite else {
      throw divergence("a parameter is no longer finite", step: steps)
    }
    average.update(parameters, update: steps, arithmetic: arithmetic)
    return (terms, norm)
  }

  /// Starts again from initial parameters.
  func restart(from initial: ParameterBlock) {
    parameters.copyValues(from: initial)
    average.values.copyValues(from: initial)
    for (_, block) in optimizer.state { block.values.update(repeating: 0) }
    steps = 0
  }

  /// Allocates the memory of steps of a shape ahead of the first.
  ///
  /// - Throws: `EngineError` as `step`.
  package func prepare(for shape: Shape) throws { _ = try sessions[shape] }

  private func divergence(_ evidence: String, step: Int) -> TrainingError {
    TrainingError(
      .diverged,
      "training has diverged at step \(step): \(evidence); start again with a lower learning rate "
        + "(it was \(schedule.peak * rateScale)) or a longer warm-up")
  }
}
