import Basics

/// The files of a run.
///
///     runs/train-1/
///       config.json                   the configuration
///       results.csv                   one row per epoch
///       checkpoint.safetensors        the state to resume from
///       weights/best.safetensors      averaged weights of the best validation
///       weights/last.safetensors      averaged weights of the last epoch
package struct RunFolder: Hashable, Sendable {
  /// The folder.
  package let path: String

  /// The configuration.
  package var config: String { path + "/config.json" }
  /// One row per epoch.
  package var results: String { path + "/results.csv" }
  /// The state to resume from.
  package var checkpoint: String { path + "/checkpoint.safetensors" }
  /// Averaged weights of the best validation.
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
  /// - Throws: `TrainingError` where a run of that name exists or the folder cannot be created.
  package init(new config: TrainingConfig) throws(TrainingError) {
    if let name = config.name {
      path = config.output + "/" + name
      if FileContents.entry(path) != .nothing {
        throw TrainingError(
          .file, "\(path): a run of this name exists already; choose another name or resume it")
      }
    } else {
      path = try TrainingError.wrap(NumberedFolder.make("train", in: config.output))
    }
    try TrainingError.wrap(NumberedFolder.makeFolder(path + "/weights"))
  }
}
