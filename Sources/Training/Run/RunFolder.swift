import Basics
import Foundation

/// The folder of a training run and the paths of its files.
///
///     runs/train-1/
///       config.json                   the configuration
///       results.csv                   one row per epoch
///       events.out.tfevents.*         the same for TensorBoard
///       report.html                   the report, written at the end
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
  /// The report, written at the end of a training.
  package var report: String { path + "/report.html" }
  /// The state to resume from.
  package var checkpoint: String { path + "/checkpoint.safetensors" }
  /// EMA weights of the best validation.
  package var bestWeights: String { path + "/weights/best.safetensors" }
  /// EMA weights of the last epoch.
  package var lastWeights: String { path + "/weights/last.safetensors" }

  /// Opens the folder of an existing run.
  ///
  /// - Parameter path: The folder, or its checkpoint.
  /// - Throws: `TrainingError` if there is neither a checkpoint nor the configuration of a run that
  ///   was interrupted before its first checkpoint.
  package init(existing path: String) throws(TrainingError) {
    let isCheckpoint = FilePath.name(path) == "checkpoint.safetensors"
    self.path = isCheckpoint ? FilePath.folder(path) : path
    guard hasCheckpoint || FileContents.entry(config) == .file else {
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

  /// The path of the run in a folder of runs that was changed last; nil if there is none.
  package static func latest(in folder: String) -> String? {
    let runs = ((try? FileContents.names(in: folder)) ?? []).compactMap {
      name -> (path: String, changed: Date)? in
      let path = FilePath.join(folder, name)
      let dates = ["checkpoint.safetensors", "config.json"].compactMap { file in
        let attributes = try? FileManager.default.attributesOfItem(
          atPath: FilePath.join(path, file))
        return attributes?[.modificationDate] as? Date
      }
      return dates.max().map { (path, $0) }
    }
    return runs.max { $0.changed < $1.changed }?.path
  }

  /// Creates the folder of a new run, named by the configuration or as the next free `train-N`, and
  /// locks it.
  ///
  /// A folder of that name is used if all it has is what a run leaves that was interrupted before its
  /// first checkpoint.
  ///
  /// - Parameter holdsWeights: Whether the folder is that of one training, with a folder of weights.
  /// - Throws: `TrainingError` if a run with that name exists or the folder cannot be created.
  static func make(
    _ config: TrainingConfig, holdsWeights: Bool = true
  ) throws(TrainingError) -> (folder: RunFolder, lock: FolderLock) {
    let folder =
      if let name = config.name {
        RunFolder(path: config.output + "/" + name)
      } else {
        RunFolder(path: try TrainingError.wrap(NumberedFolder.make("train", in: config.output)))
      }
    let exists = FileContents.entry(folder.path)
    if exists == .nothing { try TrainingError.wrap(NumberedFolder.makeFolder(folder.path)) }
    // Of two runs of one name that start together, one gets the lock.
    let lock = try folder.lock()
    guard exists != .file, folder.isUnused else {
      throw TrainingError(
        .file, "\(folder.path): a run of this name exists already; choose another name or resume it"
      )
    }
    if holdsWeights {
      try TrainingError.wrap(NumberedFolder.makeFolder(folder.path + "/weights"))
    }
    return (folder, lock)
  }

  private init(path: String) { self.path = path }

  /// Whether an epoch was completed, or the run was interrupted on request.
  var hasCheckpoint: Bool { FileContents.entry(checkpoint) == .file }

  /// The lock of the folder, which one training at a time holds.
  ///
  /// - Throws: `TrainingError` where another process trains this run.
  func lock() throws(TrainingError) -> FolderLock {
    guard let lock = FolderLock(path) else {
      throw TrainingError(
        .file, "\(path): another process is training this run; wait until it has ended")
    }
    return lock
  }

  /// Removes the temporary files of a killed process.
  func removeLeftovers() {
    for path in [config, results, report, checkpoint, bestWeights, lastWeights]
      + EventFile.paths(in: path)
    {
      AtomicFile.removeLeftovers(of: path)
    }
  }

  /// Whether the folder has no results: nothing but a configuration, an empty folder of weights and
  /// temporary files.
  private var isUnused: Bool {
    func names(_ path: String) -> Set<String> {
      Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
        .filter { !$0.contains(".glimpse-part") }
    }
    return names(path).isSubset(of: ["config.json", "weights"]) && names(path + "/weights").isEmpty
  }
}
