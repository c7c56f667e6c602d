import Basics

/// The columns of a run's results by their role.
struct TrainingColumns: Sendable {
  private let table: Table

  init(_ table: Table) { self.table = table }

  /// The names of the losses, each with the keys of its columns.
  var losses: [(name: String, train: String, validation: String)] {
    named("train/", "_loss").map { ($0.name, $0.key, "val/\($0.name)_loss") }
  }

  /// The names of the metrics with the keys of their columns.
  var metrics: [(name: String, key: String)] { named("metrics/", "") }

  /// The values of a column over the epochs, without those that are unknown or not finite.
  func points(_ key: String) -> [(x: Double, y: Double)] {
    table.rows.indices.compactMap { row in
      guard let epoch = value("epoch", inRow: row), let value = value(key, inRow: row) else {
        return nil
      }
      return (epoch, value)
    }
  }

  /// The row of an epoch, from 1; nil if there is none.
  func row(ofEpoch epoch: Int) -> Int? {
    table.rows.indices.first { value("epoch", inRow: $0) == Double(epoch) }
  }

  /// A finite number of the table; nil if it is missing.
  func value(_ key: String, inRow row: Int) -> Double? {
    guard let column = table.columns.firstIndex(where: { $0.key == key }) else { return nil }
    switch table.rows[row][column] {
    case .number(let number, _), .decimal(let number): return number.isFinite ? number : nil
    case .integer(let number): return Double(number)
    default: return nil
    }
  }

  private func named(_ prefix: String, _ suffix: String) -> [(name: String, key: String)] {
    table.columns.compactMap(\.key).filter { $0.hasPrefix(prefix) && $0.hasSuffix(suffix) }.map {
      (String($0.dropFirst(prefix.count).dropLast(suffix.count)), $0)
    }
  }
}
