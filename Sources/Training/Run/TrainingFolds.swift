import Basics
import Datasets

/// The folds of a cross-validation: the images of the train and val splits, divided into equal parts
/// that are stratified by class. In each fold, one part is validated on and the others are trained
/// on. Near-duplicates stay together.
struct TrainingFolds {
  let count: Int
  private let config: TrainingConfig
  private let data: [Dataset]
  /// The group of near-duplicates of each image.
  private let groups: [Int]
  private let remarks: [String]

  /// Opens the dataset and divides it.
  ///
  /// - Throws: `DatasetsError` for the dataset and for too few images, `TrainingError` (`invalid`)
  ///   for settings that do not go together.
  init(_ config: TrainingConfig, runner: any ParallelExecutor) throws {
    guard let count = config.folds else {
      throw TrainingError(.invalid, "fold is given, but not folds, the number of folds")
    }
    if let fold = config.fold, fold > count {
      throw TrainingError(.invalid, "fold is \(fold), but folds only \(count)")
    }
    self.count = count
    self.config = config
    let splits = try TrainingSplits(config, runner: runner)
    data = [splits.training] + (splits.validation.map { [$0] } ?? [])
    remarks = splits.remarks
    let index = ImageIndex(for: config.data)
    defer { index.save() }
    // Images that cannot be decoded are reported when they are trained on.
    groups = try DatasetSplitter.groups(of: data, index: index, runner: runner) { _, _, _ in }
      .groups
    for parts in DatasetSplitter(seed: config.seed).folds(data, groups: groups, count: count)
    where parts.contains(where: \.samples.isEmpty) {
      throw DatasetsError(
        "\(config.data): \((groups.max() ?? -1) + 1) groups of near-duplicate images are too few for "
          + "\(count) folds")
    }
  }

  /// The number of labels that were skipped because they are invalid.
  var skippedLabels: Int { data.reduce(0) { $0 + $1.skippedLabelCount } }

  /// The splits of a fold, counted from 1.
  ///
  /// - Throws: `TrainingError` (`invalid`) without a fold.
  func splits(_ fold: Int?) throws(TrainingError) -> TrainingSplits {
    guard let fold else {
      throw TrainingError(.invalid, "a run trains one of \(count) folds: give fold, too")
    }
    let folds = DatasetSplitter(seed: config.seed).folds(data, groups: groups, count: count)
    let parts = folds[folds.index(folds.startIndex, offsetBy: fold - 1)]
    return try TrainingSplits(training: parts[0], validation: parts[1], remarks: remarks)
      .taking(config.fraction, seed: config.seed)
  }
}
