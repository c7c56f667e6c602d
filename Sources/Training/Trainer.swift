import Datasets
import Engine
import Evaluation
import Loading
import Networks

/// Trains a detector on a labeled dataset.
///
/// Everything follows from the configuration and its seed: the same run gives the same weights bit
/// for bit, whatever the number of threads, and also when it was interrupted and resumed.
///
/// A reference, because it owns the network in training. One thread at a time may use it.
package final class Trainer {
  let config: TrainingConfig
  let folder: RunFolder
  let data: TrainingData
  let model: Model
  let learner: TrainingStep
  let validator: Validator?
  let memory: TrainingMemory
  let pool: ThreadPool
  var state: TrainingState
  var rows: [EpochRow]
  var report: DetectionMetrics?
  private var progress: TrainingProgress
  private let notes: [String]
  private var reportedIssues: Set<DatasetIssue> = []

  /// Takes what `TrainerSetup` has made.
  init(_ setup: TrainerSetup) {
    config = setup.config
    folder = setup.folder
    data = setup.data
    model = setup.model
    learner = setup.learner
    validator = setup.validator
    memory = setup.memory
    pool = setup.pool
    state = setup.state
    rows = setup.rows
    notes = setup.data.issues + setup.notes
    progress = TrainingProgress(seconds: setup.state.seconds)
  }

  /// Trains until all epochs are done, patience runs out, or someone asks for the end.
  ///
  /// - Parameters:
  ///   - observe: Told of everything that happens, on the caller's thread.
  ///   - isInterrupted: Asked after every step and during validations; when true, a checkpoint is
  ///     written and the training ends.
  /// - Throws: `TrainingError` (`diverged`) where the loss is no longer finite, with the last
  ///   checkpoint left as it was; errors of data, files and engine.
  package func run(
    observe: (TrainingEvent) -> Void = { _ in }, isInterrupted: () -> Bool = { false }
  ) throws -> TrainingOutcome {
    for note in notes { observe(.issue(note)) }
    observe(.started(summary))
    let loader = data.loader(config, from: state, seed: config.seed)
    while true {
      if state.batch == data.stepsPerEpoch {
        guard try finishEpoch(isInterrupted, observe) else { break }
        if isEarlyStopped { return outcome(.earlyStopped) }
      }
      if state.epoch < config.epochs, isInterrupted() { break }
      let start = ContinuousClock.now
      guard let batch = try loader.next() else { return outcome(.finished) }
      let waited = (ContinuousClock.now - start) / .seconds(1)
      tellIssues(of: batch, observe)
      let step = try learner.step(batch)
      advance(past: batch, step, waited: waited)
      observe(.step(report(of: step)))
    }
    try save()
    return outcome(.interrupted)
  }

  private func advance(past batch: Batch, _ step: TrainingStep.Outcome, waited: Double) {
    progress.step(images: batch.images.count, waited: waited)
    state.losses.add(step.loss)
    state.step = learner.steps
    state.batch += 1
    state.seconds = progress.seconds
  }

  /// Validates where it is time, writes weights, row and checkpoint, and goes to the next epoch.
  ///
  /// - Returns: False where the validation was interrupted; the epoch is then not finished yet.
  private func finishEpoch(
    _ isInterrupted: () -> Bool, _ observe: (TrainingEvent) -> Void
  ) throws -> Bool {
    var validation: DetectionMetrics?
    if let validator, validatesEpoch(state.epoch) {
      validation = try validator.evaluate(
        learner.average.values, isInterrupted: isInterrupted
      ) { observe(.validating(images: $0, of: $1)) }
      progress.validation()
      if validation == nil { return false }
    }
    let isBest = validation.map { $0.ap > (state.best?.ap ?? -.infinity) } ?? (validator == nil)
    if let validation, isBest {
      state.best = BestEpoch(epoch: state.epoch, ap: validation.ap)
      report = validation
    }
    let weights = model.with(learner.average.values)
    try weights.write(to: folder.lastWeights)
    if isBest { try weights.write(to: folder.bestWeights) }

    let row = EpochRow(
      epoch: state.epoch + 1, seconds: progress.seconds, boxLoss: state.losses.box,
      classLoss: state.losses.classification,
      rate: learner.schedule.hyperparameters(ofStep: state.step - 1).rate, ap50: validation?.ap50,
      ap: validation?.ap, imagesPerSecond: progress.epochSpeed,
      dataWaitFraction: progress.dataWaitFraction)
    rows.append(row)
    try folder.write(rows)
    (state.epoch, state.batch, state.losses) = (state.epoch + 1, 0, MeanLosses())
    progress.nextEpoch()
    try save()
    observe(
      .epoch(
        EpochReport(
          row: row, epochs: config.epochs, validation: validation, isBest: isBest)))
    return true
  }

  private func save() throws {
    state.seconds = progress.seconds
    try Checkpoint(state: state, learner: learner).write(to: folder.checkpoint)
  }

  /// Tells each unreadable image once, when a batch first goes without it.
  private func tellIssues(of batch: Batch, _ observe: (TrainingEvent) -> Void) {
    for issue in batch.issues where reportedIssues.insert(issue).inserted {
      observe(.issue("\(issue) The next image takes its place."))
    }
  }

  private func validatesEpoch(_ epoch: Int) -> Bool {
    epoch + 1 == config.epochs
      || (config.validationInterval > 0 && (epoch + 1) % config.validationInterval == 0)
  }

  /// True where the best epoch lies `patience` epochs back.
  private var isEarlyStopped: Bool {
    guard config.patience > 0, let best = state.best, state.epoch < config.epochs else {
      return false
    }
    return state.epoch - 1 - best.epoch >= config.patience
  }

  private var summary: TrainingSummary {
    TrainingSummary(
      folder: folder.path, model: config.model,
      parameterCount: learner.parameters.layout.trainable.count,
      classNames: data.classNames, trainingImages: data.training.samples.count,
      validationImages: data.validation?.samples.count ?? 0, firstEpoch: state.epoch,
      epochs: config.epochs, stepsPerEpoch: data.stepsPerEpoch, optimizer: config.optimizer,
      learningRate: learner.schedule.peak, batch: data.batchSize, memory: memory.total,
      threads: pool.threads)
  }

  private func report(of step: TrainingStep.Outcome) -> StepReport {
    let remaining = config.epochs * data.stepsPerEpoch - state.step
    let validations =
      validator == nil
      ? 0 : (state.epoch..<max(config.epochs, state.epoch)).count { validatesEpoch($0) }
    return StepReport(
      epoch: state.epoch, epochs: config.epochs, step: state.batch, steps: data.stepsPerEpoch,
      losses: state.losses, gradientNorm: step.gradientNorm, rate: step.rate,
      imagesPerSecond: progress.imagesPerSecond,
      secondsLeft: progress.secondsLeft(
        images: remaining * data.batchSize, validations: validations))
  }

  private func outcome(_ ending: TrainingOutcome.Ending) -> TrainingOutcome {
    TrainingOutcome(
      ending: ending, folder: folder.path, steps: state.step, epochs: state.epoch,
      best: state.best, report: report)
  }
}
