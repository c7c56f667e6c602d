import Basics

extension Trainer {
  /// The lock of a run's folder, which one training at a time holds.
  ///
  /// - Throws: `TrainingError` where another process trains this run.
  static func lock(_ folder: RunFolder) throws(TrainingError) -> FolderLock {
    guard let lock = FolderLock(folder.path) else {
      throw TrainingError(
        .file, "\(folder.path): another process is training this run; wait until it has ended")
    }
    return lock
  }

  /// Refuses a run that is being trained, or whose dataset has changed.
  static func checkIsResumable(_ run: RunFolder, on data: DatasetIdentity) throws {
    _ = try lock(run)
    if let change = try Checkpoint.state(from: run.checkpoint).data.change(to: data) {
      throw TrainingError(
        .invalid,
        "\(run.path): the dataset has changed since the run started: \(change); restore it, or start "
          + "a new run with --weights \(run.lastWeights)")
    }
  }

  /// Resumes a run from its checkpoint, or extends it.
  ///
  /// With an unchanged configuration the result equals that of an uninterrupted run bit for bit.
  /// More `epochs` extend a run, even a finished one; the learning rate then follows the longer
  /// schedule.
  ///
  /// - Parameters:
  ///   - path: The run's folder or its checkpoint.
  ///   - change: Changes the run's configuration; model, batch, seed and optimizer must stay the
  ///     same.
  public convenience init(
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
        .invalid, "\(path): a run cannot be resumed with another \(name); start a new one")
    }
    try self.init(config, existing: folder)
  }
}
