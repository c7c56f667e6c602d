import Basics
import Engine
import Imaging
import Inference
import Networks

/// Puts together what a training needs, for a new run or one that goes on.
struct TrainerSetup {
  let config: TrainingConfig
  let folder: RunFolder
  let data: TrainingData
  let model: Model
  let learner: TrainingStep
  let validator: Validator?
  let memory: TrainingMemory
  let pool: ThreadPool
  let kernels: Kernels
  let state: TrainingState
  /// What `results.csv` holds already.
  let rows: [EpochRow]
  /// What was put right, a sentence each.
  var notes: [String] = []

  private static var detectors: String {
    ModelCatalog.names(.detection).joined(separator: ", ")
  }

  /// Starts a new run, or goes on from the checkpoint in `existing`.
  init(_ config: TrainingConfig, existing: RunFolder?) throws {
    try config.check()
    guard let spec = ModelCatalog[config.model] else {
      throw TrainingError(
        .invalid, "there is no model \"\(config.model)\"; choose one of \(Self.detectors)")
    }
    guard spec.task == .detection else {
      throw TrainingError(
        .invalid,
        "\(config.model) is not a detector and cannot be trained on boxes; choose one of "
          + Self.detectors)
    }
    pool = ThreadPool(threads: config.threads ?? Machine.availableThreads)
    let set = try InstructionSet.chosen()
    let (precision, note) = config.precision.resolved(on: set)
    if let note { notes.append(note) }
    kernels = try Kernels(set, precision: precision)
    var data = try TrainingData(
      config, normalization: Normalization(spec.preprocessing), runner: pool)
    model = Model(
      spec, classNames: data.classNames, imageSize: config.imgsz, seed: config.seed)

    var config = config
    memory = try TrainingMemory(
      config, model: model, sampleCount: data.training.samples.count, precision: precision,
      threads: pool.threads)
    config.batch = memory.batch
    data.batch = memory.batch
    self.data = data
    config = config.resolved
    // What is computed in, for the record.
    config.precision = precision == .bf16 ? .bf16 : .f32
    self.config = config
    let parameters = model.parameters
    if existing == nil, let weights = config.weights {
      notes.append(try InitialWeights.load(weights, into: parameters))
    }
    learner = TrainingStep(
      model.graph, parameters: parameters, objective: model.description.objective,
      optimizer: config.optimizer.make(
        parameters.layout, weightDecay: config.weightDecay ?? 0),
      schedule: config.schedule(
        peak: config.learningRate ?? 0, stepsPerEpoch: data.stepsPerEpoch),
      clipping: GradientClipping(limit: config.clip),
      emaDecay: config.emaDecay, seed: config.seed, pool: pool, kernels: kernels)
    if let validation = data.validation {
      validator = Validator(data: validation, model: model, pool: pool, kernels: kernels)
    } else {
      validator = nil
    }
    if let existing {
      state = try Checkpoint.restore(learner, from: existing.checkpoint)
      guard state.seed == config.seed else {
        throw TrainingError(
          .invalid,
          "\(existing.path): the checkpoint was made with seed \(state.seed), and config.json says "
            + "\(config.seed); set it back")
      }
      rows = existing.rows(ofEpochs: state.epoch)
      folder = existing
    } else {
      state = TrainingState(seed: config.seed)
      rows = []
      folder = try RunFolder(new: config)
    }
    try TrainingError.wrap(AtomicFile.write([UInt8](config.json), to: folder.config))
  }
}

extension TrainingConfig {
  /// The configuration with what was left to Glimpse filled in: optimizer, rate, weight decay. The
  /// batch must be filled in before.
  ///
  /// SGD's rate is in proportion to the batch.
  var resolved: TrainingConfig {
    var result = self
    result.optimizer = optimizer.resolved
    let share = result.optimizer == .sgd ? Double(batch ?? 64) / 64 : 1
    result.learningRate = learningRate ?? result.optimizer.usualRate * share
    result.weightDecay = weightDecay ?? result.optimizer.usualWeightDecay
    return result
  }

  /// The schedule over all epochs.
  func schedule(peak: Double, stepsPerEpoch: Int) -> LearningRateSchedule {
    let steps = epochs * stepsPerEpoch
    return LearningRateSchedule(
      peak: peak, finalLearningRateFraction: finalLearningRateFraction, momentum: momentum,
      warmupMomentum: optimizer == .sgd ? warmupMomentum : nil,
      warmupSteps: min(Int((warmupEpochs * Double(stepsPerEpoch)).rounded()), steps),
      totalSteps: steps)
  }
}

extension Trainer {
  /// Starts a new run: opens the data, makes the network and the run's folder.
  ///
  /// - Throws: `TrainingError` for settings that make no sense and a folder that cannot be made;
  ///   `DatasetsError`, `NetworksError` and `EngineError` for what their files hold.
  package convenience init(_ config: TrainingConfig) throws {
    self.init(try TrainerSetup(config, existing: nil))
  }

  /// Goes on with a run where its checkpoint ends, or longer than it was meant to go.
  ///
  /// With an unchanged configuration the result is that of a run without a pause, bit for bit. More
  /// `epochs` extend a run, a finished one too; the learning rate then follows the longer schedule.
  ///
  /// - Parameters:
  ///   - path: The run's folder or its checkpoint.
  ///   - change: Changes the run's configuration; the model and the batch must stay.
  package convenience init(
    resuming path: String, change: (inout TrainingConfig) -> Void = { _ in }
  ) throws {
    let folder = try RunFolder(existing: path)
    let before = try TrainingConfig(jsonFile: folder.config)
    var config = before
    change(&config)
    config.batch = config.batch ?? before.batch
    for (name, isSame) in [
      ("model", config.model == before.model), ("batch", config.batch == before.batch),
      ("seed", config.seed == before.seed), ("optimizer", config.optimizer == before.optimizer),
    ] where !isSame {
      throw TrainingError(
        .invalid, "\(path): a run cannot go on with another \(name); start a new one")
    }
    self.init(try TrainerSetup(config, existing: folder))
  }
}
