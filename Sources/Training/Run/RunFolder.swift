import Basics

/// The folder of a training run and the paths of its files.
///
///     runs/train-1/
///       config.json                   the configuration
///       results.csv                   one row per epoch
///       checkpoint.safetensors        the state to resume from
///       weights/best.safetensors      EMA weights of the best validation
///       weights/last.safetensors      EMA weights of the last epoch
package struct RunFolder: Hashable, Sendable {
  /// The folder.
  package let path: String

  /// The configuration.
  package var config: String { path + "/config.json" }
  /// One row per epoch.
  package var results: String { path + "/results.csv" }
  /// The state to resume from.
  package var checkpoint: String { path + "/checkpoint.safetensors" }
  /// EMA weights of the best validation.
  package var bestWeights: String { path + "/weights/best.safetensors" }
  /// EMA weights of the last epoch.
  package var lastWeights: String { path + "/weights/last.safetensors" }

  /// Opens the folder of an existing run.
  ///
  /// - Parameter path: The folder, or its checkpoint.
  /// - Throws: `TrainingError` if there is no checkpoint.
  package init(existing path: String) throws(TrainingError) {
    let isCheckpoint = FilePath.name(path) == "checkpoint.safetensors"
    self.path = isCheckpoint ? FilePath.folder(path) : path
    guard FileContents.entry(checkpoint) == .file else {
      if FileContents.entry(path) == .file {
        let run = FilePath.folder(FilePath.folder(path))
        throw TrainingError(
          .file,
          "\(path): this is a file, and a run is resumed from its folder"
            + (FileContents.entry(run + "/checkpoint.safetensors") == .file
              ? "; give \(run)" : " or its checkpoint.safetensors; give weights with --weights"))
      }
      throw TrainingError(
        .file, "\(path): there is no run to resume; expected a folder with checkpoint.safetensors")
    }
  }

  /// Creates the folder of a new run, named by the configuration or as the next free `train-N`.
  ///
  /// - Throws: `TrainingError` if a run with that name exists or the folder cannot be created.
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
