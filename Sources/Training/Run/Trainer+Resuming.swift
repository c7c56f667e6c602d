import Basics

extension Trainer {
  /// Refuses a run whose dataset or seed has changed.
  static func check(
    _ run: RunFolder, _ state: TrainingState, _ config: TrainingConfig, on data: DatasetIdentity
  ) throws(TrainingError) {
    if let change = state.data.change(to: data) {
      throw TrainingError(
        .invalid,
        "\(run.path): the dataset has changed since the run started: \(change); restore it, or "
          + "start a new run with --weights \(run.lastWeights)")
    }
    guard state.seed == config.seed else {
      throw TrainingError(
        .invalid,
        "\(run.path): the seed of the checkpoint is \(state.seed), that of config.json "
          + "\(config.seed); restore it")
    }
  }

  /// Resumes a run from its checkpoint, or extends it.
  ///
  /// With an unchanged configuration the result equals that of an uninterrupted run bit for bit.
  /// More `epochs` extend a run, even a finished one; the learning rate then follows the longer
  /// schedule. A run that was interrupted before its first checkpoint starts again.
  ///
  /// - Parameters:
  ///   - path: The run's folder or its checkpoint.
  ///   - change: Changes the run's configuration; model, batch, seed and optimizer must stay the
  ///     same.
  ///   - opening: Wraps the executor that opens the dataset, to observe its progress.
  public convenience init(
    resuming path: String, change: (inout TrainingConfig) -> Void = { _ in },
    opening: (any ParallelExecutor) -> any ParallelExecutor = { $0 }
  ) throws {
    try self.init(resuming: path, change: change, splits: nil, opening: opening)
  }

  /// - Parameter splits: The images; nil to open them as the configuration says.
  convenience init(
    resuming path: String, change: (inout TrainingConfig) -> Void, splits: TrainingSplits?,
    opening: (any ParallelExecutor) -> any ParallelExecutor = { $0 }
  ) throws {
    let folder = try RunFolder(existing: path)
    let before = try TrainingConfig(jsonFile: folder.config)
    var config = before
    change(&config)
    config.batch = config.batch ?? before.batch
    guard config.time == nil else {
      throw TrainingError(
        .invalid,
        "\(path): a time is for a new run; this one has \(Sentence.count(before.epochs, "epoch")), and "
          + "more epochs extend it")
    }
    for (name, isSame) in [
      ("model", config.model == before.model), ("batch", config.batch == before.batch),
      ("seed", config.seed == before.seed), ("optimizer", config.optimizer == before.optimizer),
    ] where !isSame {
      throw TrainingError(
        .invalid, "\(path): a run cannot be resumed with another \(name); start a new one")
    }
    try self.init(config, existing: folder, splits: splits, opening: opening)
  }
}
