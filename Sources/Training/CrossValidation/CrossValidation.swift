import Basics
import Engine

/// K trainings of one configuration, each validated on another part of the train and val images.
///
///     runs/train-1/
///       config.json       the configuration
///       folds.csv         the metrics of each finished fold, their mean and standard deviation
///       folds.json        the same for programs
///       fold-1/           the run of the first fold, as of any training
///
/// The parts are stratified by class, and near-duplicates stay together. A class, because it holds
/// the lock of its folder. Only one thread at a time may use it.
public final class CrossValidation {
  private let config: TrainingConfig
  private let folds: TrainingFolds
  private let run: RunFolder
  private let lock: FolderLock

  /// The folder of all folds.
  public var folder: String { run.path }
  /// The number of folds.
  public var count: Int { folds.count }

  /// Opens the dataset, divides it and creates the folder.
  ///
  /// - Parameters:
  ///   - config: The configuration of each fold; `folds` is set and `fold` is not.
  ///   - opening: Wraps the executor that opens the dataset, to observe its progress.
  /// - Throws: As `Trainer.init`.
  public init(
    _ config: TrainingConfig,
    opening: (any ParallelExecutor) -> any ParallelExecutor = { $0 }
  ) throws {
    try config.check()
    self.config = config
    folds = try Self.folds(config, opening)
    (run, lock) = try RunFolder.make(config, holdsWeights: false)
    try TrainingError.wrap(AtomicFile.write([UInt8](config.absolute.json), to: run.config))
  }

  /// Continues an interrupted cross-validation: finished folds are kept, and the interrupted one is
  /// resumed with the same result as without the interruption.
  ///
  /// - Parameters:
  ///   - path: The folder of all folds.
  ///   - change: Changes the configuration: only threads, workers and cache may be changed.
  ///   - opening: Wraps the executor that opens the dataset, to observe its progress.
  public init(
    resuming path: String, change: (inout TrainingConfig) -> Void = { _ in },
    opening: (any ParallelExecutor) -> any ParallelExecutor = { $0 }
  ) throws {
    run = try RunFolder(existing: path)
    let before = try TrainingConfig(jsonFile: run.config)
    var changed = before
    change(&changed)
    guard before.withMachine(of: changed) == changed else {
      throw TrainingError(
        .invalid,
        "\(path): a cross-validation is resumed with the settings that it began with, but for "
          + "threads, workers and cache; start a new one")
    }
    try changed.check()
    config = changed
    lock = try run.lock()
    run.removeLeftovers()
    folds = try Self.folds(config, opening)
  }

  private static func folds(
    _ config: TrainingConfig, _ opening: (any ParallelExecutor) -> any ParallelExecutor
  ) throws -> TrainingFolds {
    let pool = ThreadPool(threads: config.threads ?? Machine.availableThreads)
    return try TrainingFolds(config, runner: opening(pool))
  }

  /// The result of a cross-validation.
  public struct Outcome: Sendable {
    /// Whether it was interrupted on request; it can be resumed from its folder.
    public let isInterrupted: Bool
    /// The metrics of each finished fold, their mean and their standard deviation.
    public let table: Table
    /// The number of invalid labels that were skipped.
    public let skippedLabels: Int
  }

  /// Trains all folds that are not finished, one after another.
  ///
  /// - Parameters:
  ///   - observe: Called with the fold, counted from 1, and every event of its training.
  ///   - isInterrupted: As for `Trainer.run`.
  /// - Throws: As `Trainer.run`.
  public func run(
    observe: (_ fold: Int, TrainingEvent) -> Void = { _, _ in },
    isInterrupted: () -> Bool = { false }
  ) throws -> Outcome {
    var results: [FoldResult] = []
    func outcome(isInterrupted: Bool) -> Outcome {
      Outcome(
        isInterrupted: isInterrupted, table: FoldTable.table(results),
        skippedLabels: folds.skippedLabels)
    }
    for fold in 1...folds.count {
      if let result = try finished(fold) {
        results.append(result)
        continue
      }
      if isInterrupted() { return outcome(isInterrupted: true) }
      let training = try trainer(fold)
      let ending = try training.run(observe: { observe(fold, $0) }, isInterrupted: isInterrupted)
        .ending
      if ending == .interrupted { return outcome(isInterrupted: true) }
      if let result = try finished(fold) { results.append(result) }
      try TrainingError.wrap(
        AtomicFile.write(FoldTable.table(results).csv, to: folder + "/folds.csv"))
      try TrainingError.wrap(
        AtomicFile.write(FoldTable.json(results).line + "\n", to: folder + "/folds.json"))
    }
    return outcome(isInterrupted: false)
  }

  private func path(_ fold: Int) -> String { "\(folder)/fold-\(fold)" }

  private func finished(_ fold: Int) throws -> FoldResult? {
    guard let run = try? RunFolder(existing: path(fold)) else { return nil }
    return try FoldResult(fold: fold, of: run)
  }

  private func trainer(_ fold: Int) throws -> Trainer {
    let splits = try folds.splits(fold)
    if (try? RunFolder(existing: path(fold))) != nil {
      return try Trainer(
        resuming: path(fold), change: { $0 = $0.withMachine(of: config) }, splits: splits)
    }
    var settings = config
    (settings.output, settings.name, settings.fold) = (folder, "fold-\(fold)", fold)
    if config.time != nil, fold > 1 {
      // All folds train for the number of epochs that was planned for the first.
      settings.epochs = try TrainingConfig(jsonFile: path(1) + "/config.json").epochs
      settings.time = nil
    }
    return try Trainer(settings, existing: nil, splits: splits)
  }
}

extension TrainingConfig {
  /// The same configuration with the threads, workers and cache of another, which change no result.
  fileprivate func withMachine(of other: TrainingConfig) -> TrainingConfig {
    var result = self
    (result.threads, result.workers, result.cache) = (other.threads, other.workers, other.cache)
    return result
  }
}
