import Basics
import Datasets
import Engine
import Imaging
import Inference
import Loading
import Networks

/// Trains a network on a labeled dataset.
///
/// Training is deterministic: the same configuration and seed give the same weights bit for bit,
/// for any number of threads, and also if the run was interrupted and resumed.
///
/// A class, because it owns the network in training. Only one thread at a time may use it.
public final class Trainer {
  let config: TrainingConfig
  let spec: ModelSpec
  let folder: RunFolder
  let data: TrainingData
  let model: Model
  let task: any TrainingTask
  let step: TrainingStep
  let memory: TrainingMemory
  /// Whether the training chose its batch size.
  package let choosesBatch: Bool
  let pool: ThreadPool
  let kernels: Kernels
  /// Held from the setup until the run ends.
  private var lock: FolderLock?
  private(set) var state: TrainingState
  private(set) var results: ResultsTable
  private var validation: ValidationResult?
  private var progress: TrainingProgress
  /// Where the initial parameters came from, as a sentence; nil for a resumed run.
  private var initialization: String?
  /// Issues found during setup, such as ignored or replaced inputs, one sentence each.
  private var notes: [String]
  private var reportedIssues: Set<DatasetIssue> = []
  private var isMissingGroundTruthReported = false

  /// Sets up a new run: opens the dataset, makes the network and creates the run folder.
  ///
  /// - Parameter opening: Wraps the executor that opens the dataset, to observe its progress.
  /// - Throws: `TrainingError` for invalid settings and a folder that cannot be created;
  ///   `DatasetsError`, `NetworksError` and `EngineError` for the contents of their files.
  public convenience init(
    _ config: TrainingConfig,
    opening: (any ParallelExecutor) -> any ParallelExecutor = { $0 }
  ) throws {
    try self.init(config, existing: nil, opening: opening)
  }

  /// Starts a new run, or resumes from the checkpoint in `existing`.
  ///
  /// - Parameters:
  ///   - taskType: The task; nil for that of the model.
  ///   - splits: The images; nil to open them as the configuration says.
  init(
    _ settings: TrainingConfig, existing: RunFolder?, taskType: (any TrainingTask.Type)? = nil,
    splits: TrainingSplits? = nil,
    opening: (any ParallelExecutor) -> any ParallelExecutor = { $0 }
  ) throws {
    var config = settings
    try config.check()
    let run = try existing.map { (folder: $0, lock: try $0.lock()) }
    existing?.removeLeftovers()
    let checkpoint = try existing.flatMap {
      $0.hasCheckpoint ? try Checkpoint(path: $0.checkpoint) : nil
    }
    guard let spec = ModelCatalog[config.model] else {
      throw TrainingError(.invalid, "there is no model \"\(config.model)\"")
    }
    self.spec = spec
    pool = ThreadPool(threads: config.threads ?? Machine.availableThreads)
    let set = try InstructionSet.chosen()
    let (precision, note) = config.precision.resolved(on: set)
    kernels = try Kernels(set, precision: precision)
    var data = TrainingData(
      try splits ?? TrainingSplits.open(config, runner: opening(pool)), config)
    let taskType = taskType ?? TrainingTasks.type(for: spec.task)
    // Checked before the model is made, which needs classes.
    try taskType.check(data.training)
    let identity = DatasetIdentity(data.training)
    if let existing, let checkpoint {
      try Self.check(existing, checkpoint.state, config, on: identity)
    }
    try config.classWeights?.check(classNames: data.classNames)
    model = try Model(
      spec, classNames: data.classNames, imageSize: config.imgsz,
      head: spec.head(classCount: data.classNames.count)
        .with(auxiliaryOutputs: config.deepSupervision), seed: config.seed
    ).freezing(config.freeze)
    task = taskType.init(model.description, config)

    memory = try TrainingMemory(
      config, model: model, sampleCount: data.training.samples.count,
      imagesPerEpoch: data.imagesPerEpoch, precision: precision, threads: pool.threads)
    choosesBatch = config.batch == nil
    config.batch = config.batch ?? memory.batch
    config = config.resolved
    data.batchSize = memory.batch
    self.data = data
    if let time = config.time {
      config.epochs = try EpochPlanner(
        config: config, data: data, task: task, pool: pool, kernels: kernels
      ).epochs(in: time.seconds, model: model)
      config.time = nil
    }
    // Saves the resolved precision in config.json.
    config.precision = precision == .bf16 ? .bf16 : .f32
    self.config = config
    notes = data.issues + (note.map { [$0] } ?? [])
    if checkpoint == nil, let weights = config.weights {
      initialization = try InitialWeights.load(weights, into: model)
    }
    step = TrainingStep(
      model.graph, parameters: model.parameters, loss: task.loss, config: config,
      stepsPerEpoch: data.stepsPerEpoch(accumulating: config.accumulate), pool: pool,
      kernels: kernels)

    results = ResultsTable(losses: task.loss.termNames, metrics: task.metricNames)
    state = checkpoint?.state ?? TrainingState(seed: config.seed, data: identity)
    progress = TrainingProgress(seconds: state.seconds)
    let (folder, lock) = try run ?? RunFolder.make(config)
    (self.folder, self.lock) = (folder, lock)
    if let checkpoint {
      try resume(checkpoint)
    } else if existing != nil {
      notes.append(
        "\(folder.path): the run was interrupted before its first checkpoint, and starts again")
    }
    try TrainingError.wrap(AtomicFile.write([UInt8](config.absolute.json), to: folder.config))
  }

  /// Restores the parameters and the results of earlier epochs.
  private func resume(_ checkpoint: Checkpoint) throws(TrainingError) {
    try checkpoint.restore(step)
    step.rateScale = state.rateScale
    if let text = try? FileContents.text(folder.results) {
      results.read(csv: text, epochs: state.epoch)
    }
    if state.epoch >= config.epochs {
      notes.append(
        "\(folder.path): this run has finished its \(Sentence.count(config.epochs, "epoch")); "
          + "a larger number of epochs extends it")
    } else if config.isEarlyStopped(state) {
      notes.append(
        "\(folder.path): this run was stopped early, after \(Sentence.count(state.epoch, "epoch")); "
          + "a larger patience, or 0, extends it")
    }
  }

  /// Trains until all epochs are done, early stopping, or an interruption by the caller.
  ///
  /// - Parameters:
  ///   - observe: Called with every event, on the caller's thread.
  ///   - isInterrupted: Called after every step and during validations; when true, a checkpoint is
  ///     written and the training ends.
  /// If the loss or a parameter is not finite, the run goes back to its last checkpoint, once, with half
  /// the learning rate.
  ///
  /// - Throws: `TrainingError` (`diverged`) if that does not help; the last checkpoint is kept.
  ///   Errors of datasets, files and engine.
  public func run(
    observe: (TrainingEvent) -> Void = { _ in }, isInterrupted: () -> Bool = { false }
  ) throws -> TrainingOutcome {
    let lock = try lock ?? folder.lock()
    self.lock = lock
    defer { self.lock = nil }
    for note in notes { observe(.issue(note)) }
    observe(.started(summary))
    if config.isEarlyStopped(state) { return outcome(.earlyStopped) }
    while true {
      do {
        return try train(observe, isInterrupted)
      } catch let error as TrainingError where error.kind == .diverged && state.rateScale == 1 {
        try rollBack(after: error, observe)
      }
    }
  }

  /// Trains from the current state.
  private func train(
    _ observe: (TrainingEvent) -> Void, _ isInterrupted: () -> Bool
  ) throws -> TrainingOutcome {
    let loaderConfig = config.loaderConfig(
      batchSize: data.batchSize, normalization: Normalization(model.description.preprocessing))
    let loader = data.loader(task.loaderConfig(loaderConfig), config, from: state)
    while true {
      // An epoch may have become shorter since a checkpoint, by repeat-factor sampling.
      if state.batch >= data.batchesPerEpoch {
        guard try finishEpoch(isInterrupted, observe) else { break }
        if config.isEarlyStopped(state) { return outcome(.earlyStopped) }
      }
      if state.epoch < config.epochs, isInterrupted() { break }
      let start = ContinuousClock.now
      let batches = try nextBatches(loader)
      guard !batches.isEmpty else { return outcome(.finished) }
      let waited = (ContinuousClock.now - start) / .seconds(1)
      for batch in batches { reportIssues(of: batch, observe) }
      let outcome = try step.step(batches.map { ($0, task.targets(of: $0)) })
      progress.step(images: batches.reduce(0) { $0 + $1.images.count }, waited: waited)
      state.losses.add(outcome.loss)
      state.step = step.steps
      state.batch += batches.count
      observe(.step(report(of: outcome)))
    }
    try save()
    return outcome(.interrupted)
  }

  /// The batches of one step, all of the same epoch; empty after the last epoch.
  private func nextBatches(_ loader: Loader) throws -> [Batch] {
    var batches: [Batch] = []
    while batches.count < config.accumulate, state.batch + batches.count < data.batchesPerEpoch,
      let batch = try loader.next()
    {
      batches.append(batch)
    }
    return batches
  }

  /// Returns to the last checkpoint, or to the start before the first one, with half the learning rate.
  private func rollBack(
    after error: TrainingError, _ observe: (TrainingEvent) -> Void
  ) throws {
    if folder.hasCheckpoint {
      let checkpoint = try Checkpoint(path: folder.checkpoint)
      try checkpoint.restore(step)
      state = checkpoint.state
    } else {
      let initial = Model(
        spec, classNames: data.classNames, imageSize: config.imgsz, seed: config.seed)
      if let weights = config.weights { _ = try InitialWeights.load(weights, into: initial) }
      step.restart(from: initial.parameters)
      state = TrainingState(seed: config.seed, data: state.data)
    }
    state.rateScale = 0.5
    step.rateScale = state.rateScale
    try save()
    observe(
      .issue(
        "\(error.description); going back to epoch \(state.epoch + 1) with half the learning rate"))
  }

  /// Validates if this epoch is due, writes weights, results and checkpoint, and starts the next
  /// epoch.
  ///
  /// - Returns: False if the validation was interrupted; the epoch is then not finished.
  private func finishEpoch(
    _ isInterrupted: () -> Bool, _ observe: (TrainingEvent) -> Void
  ) throws -> Bool {
    let weights = model.with(step.average.values)
    var result: ValidationResult?
    if let split = data.validation, config.validates(epoch: state.epoch) {
      result = try task.validate(
        weights, on: split, pool: pool, kernels: kernels, isInterrupted: isInterrupted
      ) { observe(.validating(images: $0, of: split.samples.count)) }
      progress.validation()
      guard let result else { return false }
      for issue in result.issues where reportedIssues.insert(issue).inserted {
        observe(.issue("\(issue)"))
      }
    }
    var isBest = data.validation == nil
    if let result, !result.hasGroundTruth {
      if !isMissingGroundTruthReported {
        observe(
          .issue(
            "\(config.data): the val split has no object to evaluate: the best weights are the last "
              + "ones, and the training does not end early"))
      }
      isMissingGroundTruthReported = true
      isBest = true
    } else if let result {
      let value = result[task.selection.name]
      isBest = task.selection.isBetter(value, than: state.best?.metric)
      if isBest {
        state.best = BestEpoch(epoch: state.epoch, metric: value)
        validation = result
      }
    }
    try weights.write(to: folder.lastWeights)
    if isBest { try weights.write(to: folder.bestWeights) }

    let report = EpochReport(
      epoch: state.epoch, losses: state.losses.values, validation: result, isBest: isBest,
      imagesPerSecond: progress.epochSpeed, dataWaitFraction: progress.dataWaitFraction)
    results.append(row(of: report))
    try TrainingError.wrap(AtomicFile.write(results.csv, to: folder.results))
    try TrainingError.wrap(EventFile(in: folder, elapsed: progress.seconds).write(results))
    (state.epoch, state.batch, state.losses) = (state.epoch + 1, 0, MeanLosses())
    progress.nextEpoch()
    try save()
    observe(.epoch(report))
    return true
  }

  private func row(of report: EpochReport) -> ResultsTable.Row {
    var row = [
      "epoch": Double(report.epoch + 1), "time": progress.seconds,
      "lr": step.schedule.hyperparameters(ofStep: state.step - 1).rate * state.rateScale,
      "images_per_s": report.imagesPerSecond, "data_wait": report.dataWaitFraction,
    ]
    for term in report.losses { row["train/\(term.name)_loss"] = term.value }
    for term in report.validation?.losses ?? [] { row["val/\(term.name)_loss"] = term.value }
    for metric in report.validation?.metrics ?? [] { row["metrics/\(metric.name)"] = metric.value }
    return row
  }

  private func save() throws {
    state.seconds = progress.seconds
    try Checkpoint.write(state, of: step, to: folder.checkpoint)
  }

  /// Reports each unreadable or damaged image once.
  private func reportIssues(of batch: Batch, _ observe: (TrainingEvent) -> Void) {
    for issue in batch.issues where reportedIssues.insert(issue).inserted {
      let isReplaced = issue.kind.severity == .error
      observe(.issue("\(issue)" + (isReplaced ? " The next image is used instead." : "")))
    }
  }

  /// The setup of the run.
  package var summary: TrainingSummary {
    TrainingSummary(
      folder: folder.path, config: config,
      parameterCount: step.parameters.layout.trainable.count,
      frozenParameterCount: step.frozen.reduce(0) { $0 + $1.count }, classNames: data.classNames,
      trainingImages: data.training.samples.count,
      validationImages: data.validation?.samples.count ?? 0, remarks: data.remarks,
      skippedLabels: data.skippedLabels, initialization: initialization,
      firstEpoch: config.isFinished(state) ? config.epochs : state.epoch,
      stepsPerEpoch: data.stepsPerEpoch(accumulating: config.accumulate), batch: data.batchSize,
      memory: memory.total, threads: pool.threads)
  }

  private func report(of outcome: TrainingStep.Outcome) -> StepReport {
    let images = (config.epochs - state.epoch) * data.imagesPerEpoch - state.batch * data.batchSize
    let validations =
      data.validation == nil
      ? 0 : (state.epoch..<max(config.epochs, state.epoch)).count { config.validates(epoch: $0) }
    return StepReport(
      epoch: state.epoch, step: state.batch, losses: state.losses.values,
      gradientNorm: outcome.gradientNorm, imagesPerSecond: progress.imagesPerSecond,
      secondsLeft: progress.secondsLeft(
        images: max(images, 0), validations: validations))
  }

  private func outcome(_ ending: TrainingOutcome.Ending) -> TrainingOutcome {
    TrainingOutcome(
      ending: ending, folder: folder.path, steps: state.step, epochs: state.epoch,
      metric: task.selection.name, best: state.best, validation: validation)
  }
}
