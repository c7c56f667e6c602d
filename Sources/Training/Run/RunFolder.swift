import Foundation

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
    let url = URL(fileURLWithPath: path)
    let isCheckpoint = url.lastPathComponent == "checkpoint.safetensors"
    self.path = isCheckpoint ? url.deletingLastPathComponent().path : path
    guard FileManager.default.fileExists(atPath: checkpoint) else {
      throw TrainingError(
        .file, "\(path): there is no run to resume; its folder would hold checkpoint.safetensors")
    }
  }

  /// Makes the folder of a new run: the configuration's name, or the next free `train-N`.
  ///
  /// - Throws: `TrainingError` where a run of that name exists or the folder cannot be made.
  package init(new config: TrainingConfig) throws(TrainingError) {
    let files = FileManager.default
    if let name = config.name {
      path = config.project + "/" + name
      if files.fileExists(atPath: path) {
        throw TrainingError(
          .file, "\(path): there is a run of this name already; choose another name or resume it")
      }
    } else {
      var number = 1
      while files.fileExists(atPath: "\(config.project)/train-\(number)") { number += 1 }
      path = "\(config.project)/train-\(number)"
    }
    do {
      try files.createDirectory(
        atPath: path + "/weights", withIntermediateDirectories: true)
    } catch {
      throw TrainingError(
        .file, "\(path): the folder cannot be made: \(error.localizedDescription)")
    }
  }

  /// Writes a file aside and renames it, so that it is never seen half written.
  static func write(_ data: Data, to path: String) throws(TrainingError) {
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw TrainingError(
        .file, "\(path): the file cannot be written: \(error.localizedDescription)")
    }
  }

  /// Writes all rows of `results.csv`.
  func write(_ rows: [EpochRow]) throws(TrainingError) {
    let lines = [EpochRow.header] + rows.map(\.line)
    try Self.write(Data((lines.joined(separator: "\n") + "\n").utf8), to: results)
  }

  /// The rows of `results.csv` of the first epochs; none where there is no such file.
  func rows(ofEpochs epochs: Int) -> [EpochRow] {
    guard let data = FileManager.default.contents(atPath: results) else { return [] }
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
      .compactMap { EpochRow(line: $0) }.filter { $0.epoch <= epochs }
  }
}
