import Basics

/// Where a run keeps its files.
///
///     runs/train-1/
///       config.json                   the configuration
///       results.csv                   one row an epoch
///       checkpoint.safetensors        all that is needed to go on
///       weights/best.safetensors      averaged weights with the best AP, for detection
///       weights/last.safetensors      averaged weights of the last epoch, for detection
package struct RunFolder: Hashable, Sendable {
  /// The folder.
  package let path: String

  /// The configuration.
  package var config: String { path + "/config.json" }
  /// One row an epoch.
  package var results: String { path + "/results.csv" }
  /// All that is needed to go on.
  package var checkpoint: String { path + "/checkpoint.safetensors" }
  /// Averaged weights with the best AP.
  package var bestWeights: String { path + "/weights/best.safetensors" }
  /// Averaged weights of the last epoch.
  package var lastWeights: String { path + "/weights/last.safetensors" }

  /// Refers to the folder of a run that exists.
  ///
  /// - Parameter path: The folder, or its checkpoint.
  /// - Throws: `TrainingError` where there is no checkpoint.
  package init(existing path: String) throws(TrainingError) {
    let isCheckpoint = FilePath.name(path) == "checkpoint.safetensors"
    self.path = isCheckpoint ? FilePath.folder(path) : path
    guard FileContents.entry(checkpoint) == .file else {
      throw TrainingError(
        .file, "\(path): there is no run to resume; expected a folder with checkpoint.safetensors")
    }
  }

  /// Makes the folder of a new run: the configuration's name, or the next free `train-N`.
  ///
  /// - Throws: `TrainingError` where a run of that name exists or the folder cannot be made.
  package init(new config: TrainingConfig) throws(TrainingError) {
    if let name = config.name {
      path = config.project + "/" + name
      if FileContents.entry(path) != .nothing {
        throw TrainingError(
          .file, "\(path): a run of this name exists already; choose another name or resume it")
      }
    } else {
      path = try TrainingError.wrap(NumberedFolder.make("train", in: config.project))
    }
    try TrainingError.wrap(NumberedFolder.makeFolder(path + "/weights"))
  }

  /// Writes all rows of `results.csv`.
  func write(_ rows: [EpochRow]) throws(TrainingError) {
    let lines = [EpochRow.header] + rows.map(\.line)
    try TrainingError.wrap(AtomicFile.write(lines.joined(separator: "\n") + "\n", to: results))
  }

  /// The rows of `results.csv` of the first epochs; none where there is no such file.
  func rows(ofEpochs epochs: Int) -> [EpochRow] {
    guard let text = try? FileContents.text(results) else { return [] }
    return text.split(whereSeparator: \.isNewline)
      .compactMap { EpochRow(line: $0) }.filter { $0.epoch <= epochs }
  }
}
