import Foundation
import Glimpse

/// Runs the same step of a network again and again, each on the same random images.
struct StepTimer {
  let model: Model
  /// Images that go through the network at once.
  let batch: Int
  let workforce: ComputeBackend
  /// True where each layer is to be timed, too, in as many runs again.
  var timesLayers = false

  /// Runs before the first that counts: caches are cold, and memory is touched for the first time.
  private static let warmups = 2
  private static let seed: UInt64 = 0
  private static let boxesPerImage = 5

  /// What was measured.
  struct Measurement {
    /// Milliseconds of each run, the shortest first.
    var milliseconds: [Double]
    /// Multiplications and additions of one run, each counted as one.
    var flops: Double
    /// Multiplications and additions a second that the threads can do at most.
    var peak = 0.0
    /// What a forward pass gave at last.
    var outputs: [Tensor] = []
    /// The time of each layer, where it was asked for.
    var layers: LayerSpeeds?

    /// Milliseconds; the middle of an even number of runs is the mean of its two.
    var median: Double { Statistics.median(milliseconds) }
  }

  private var inputShape: Shape { model.description.inputShape(n: batch) }

  /// Times the forward pass as inference runs it, with normalization folded.
  func timeInference(runs: Int) throws -> Measurement {
    let (graph, parameters) = model.graph.optimizedForInference(model.parameters)
    let plan = try Plan(
      graph, inputShapes: [inputShape], mode: .inference,
      kernels: workforce.kernels)
    let session = Session(
      plan, parameters: parameters, pool: workforce.pool)
    let images = images
    // The input's memory is used again for other values as soon as it has been read.
    var measurement = try time(
      runs: runs, flops: graph.flops * Double(batch),
      before: { session.inputs[0].copy(from: images) }, step: { session.forward() })
    measurement.outputs = session.outputs.map { $0.tensor() }
    if timesLayers {
      measurement.layers = try LayerSpeeds(session, runs: runs, peak: measurement.peak) {
        session.inputs[0].copy(from: images)
        session.forward()
      }
    }
    return measurement
  }

  /// Times a training step: forward, objective, backward, SGD.
  ///
  /// Its work is counted as three forward passes: one forward, one for the gradients of the
  /// activations, one for those of the weights.
  func timeTraining(runs: Int) throws -> Measurement {
    let graph = model.graph
    let learner = learner(graph)
    let (images, groundTruths) = (
      images, randomGroundTruths(classCount: model.description.classNames.count)
    )
    func step() throws { _ = try learner.step(images, groundTruths: groundTruths) }
    var measurement = try time(
      runs: runs, flops: 3 * graph.flops * Double(batch), step: step)
    if timesLayers, let session = learner.session {
      measurement.layers = try LayerSpeeds(
        session, runs: runs, peak: measurement.peak, step: step)
    }
    return measurement
  }

  /// A learner that computes as a training does, and learns nothing.
  func learner(_ graph: Graph) -> TrainingStep {
    TrainingStep(
      // Changed in place: nobody reads them again.
      graph, parameters: model.parameters,
      objective: model.description.objective,
      optimizer: OptimizerChoice.sgd.make(model.parameters.layout, weightDecay: 5e-4),
      // Too small a rate to lead anywhere: random images teach nothing, and a network that
      // diverged would compute with other numbers at another speed.
      schedule: LearningRateSchedule(
        peak: 1e-5, finalLearningRateFraction: 1, momentum: 0.9, warmupSteps: 0, totalSteps: .max),
      clipping: GradientClipping(limit: 10), emaDecay: 0.9999, seed: Self.seed,
      pool: workforce.pool, kernels: workforce.kernels)
  }

  private func time(
    runs: Int, flops: Double, before: () -> Void = {}, step: () throws -> Void
  ) throws -> Measurement {
    for _ in 0..<Self.warmups {
      before()
      try step()
    }
    var milliseconds: [Double] = []
    for _ in 0..<runs {
      try Interruption.check("the measurement is not complete")
      before()
      let start = monotonicSeconds()
      try step()
      milliseconds.append((monotonicSeconds() - start) * 1000)
    }
    return Measurement(
      milliseconds: milliseconds.sorted(), flops: flops,
      peak: PeakThroughput.measure(pool: workforce.pool, kernels: workforce.kernels))
  }

  /// What goes in: numbers in 0..<1, the same in every run.
  var images: Tensor {
    var generator = SeededGenerator(seed: Self.seed)
    return Tensor(
      shape: inputShape, values: (0..<inputShape.count).map { _ in generator.uniform() })
  }

  /// Objects of all sizes; each lies wholly in its image.
  private func randomGroundTruths(classCount: Int) -> [[Annotation]] {
    var generator = SeededGenerator(seed: Self.seed, 1)
    let side = Float(model.description.imageSize)
    return (0..<batch).map { _ in
      (0..<Self.boxesPerImage).map { _ in
        let width = generator.uniform(in: 0.05 * side...0.8 * side)
        let height = generator.uniform(in: 0.05 * side...0.8 * side)
        let x = generator.uniform(in: 0...side - width)
        let y = generator.uniform(in: 0...side - height)
        return Annotation(
          box: Box(
            x1: Double(x), y1: Double(y), x2: Double(x + width), y2: Double(y + height)),
          classIndex: Int(generator.next() % UInt64(classCount)))
      }
    }
  }
}
