import Basics
import Foundation

/// The metrics of one fold of a cross-validation: those of the epoch of its best weights.
struct FoldResult {
  /// The fold, counted from 1.
  let fold: Int
  /// The epoch of the best weights, counted from 1; nil if nothing could be validated.
  let epoch: Int?
  /// The metrics by name, in the order of results.csv; nil for an unknown value.
  let metrics: [(name: String, value: Double?)]

  /// Reads the files of a run; nil if the run is not finished.
  ///
  /// - Throws: `TrainingError` for files that cannot be read.
  init?(fold: Int, of run: RunFolder) throws {
    guard run.hasCheckpoint else { return nil }
    let config = try TrainingConfig(jsonFile: run.config)
    let state = try Checkpoint(path: run.checkpoint).state
    guard config.isFinished(state) else { return nil }
    guard let csv = try TrainingError.wrap(FileContents.text(run.results)) else {
      throw TrainingError(
        .file, "\(run.results): the file is missing, and the fold is finished; remove \(run.path)")
    }
    let prefix = "metrics/"
    let header = csv.prefix { !$0.isNewline }.split(separator: ",").map(String.init)
    let names = header.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    var table = ResultsTable(losses: [], metrics: names)
    table.read(csv: csv, epochs: state.epoch)
    let epoch = state.best.map { $0.epoch + 1 }
    let row = epoch.flatMap { epoch in table.rows.last { $0["epoch"] == Double(epoch) } }
    self.fold = fold
    self.epoch = epoch
    metrics = names.map { name in (name, row?[prefix + name]) }
  }

  /// The value of a metric; nil if it is unknown.
  subscript(name: String) -> Double? { metrics.first { $0.name == name }?.value }
}

/// The table of a cross-validation: one row per fold, the mean and the standard deviation.
enum FoldTable {
  /// The table as text, CSV and JSON have it. The deviation is that of a sample, with n - 1.
  static func table(_ results: [FoldResult]) -> Table {
    let names = results.first?.metrics.map(\.name) ?? []
    var table = Table([.words("fold"), .numbers("epoch")] + names.map { .numbers($0) })
    for result in results {
      table.add(
        [.text("\(result.fold)"), result.epoch.map { .integer($0) } ?? .missing]
          + names.map { value(result[$0]) })
    }
    let columns = names.map { name in results.compactMap { $0[name] } }
    table.add(["mean", .blank] + columns.map { value(mean($0)) })
    table.add(["std", .blank] + columns.map { value(deviation($0)) })
    return table
  }

  /// `{"folds": [{"fold": 1, "epoch": 20, "mAP50": 0.5, ...}, ...], "mean": {...}, "std": {...}}`.
  static func json(_ results: [FoldResult]) -> JSONValue {
    let rows = table(results)
    let members = rows.rows.map { rows.members(of: $0) }
    let folds = zip(results, members).map { result, members in
      JSONValue.object(
        [JSONMember(key: "fold", value: .integer(result.fold))] + members.dropFirst())
    }
    let summaries = members.suffix(2).map { JSONValue.object(Array($0.dropFirst())) }
    return ["folds": .array(folds), "mean": summaries[0], "std": summaries[1]]
  }

  private static func value(_ value: Double?) -> Table.Value {
    value.map { .number($0, digits: 3) } ?? .missing
  }

  static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The standard deviation of a sample; nil for fewer than two values.
  static func deviation(_ values: [Double]) -> Double? {
    guard values.count > 1, let mean = mean(values) else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }
}
