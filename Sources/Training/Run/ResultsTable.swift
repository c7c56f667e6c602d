import Basics
import Foundation

/// The rows of `results.csv`: values by the names of its columns, one row per epoch.
package struct ResultsTable: Hashable, Sendable {
  /// Values by column name; an unknown value is omitted.
  package typealias Row = [String: Double]

  /// Number formats of the columns other than losses and metrics.
  private static let formats = [
    "epoch": "%.0f", "time": "%.1f", "lr": "%.6g", "images_per_s": "%.2f", "data_wait": "%.4f",
  ]

  package let columns: [String]
  package private(set) var rows: [Row] = []

  /// Makes an empty table with one column per loss term and per metric of the task.
  init(losses: [String], metrics: [String]) {
    columns =
      ["epoch", "time"] + losses.map { "train/\($0)_loss" } + losses.map { "val/\($0)_loss" }
      + metrics.map { "metrics/\($0)" } + ["lr", "images_per_s", "data_wait"]
  }

  mutating func append(_ row: Row) {
    precondition(row.keys.allSatisfy(columns.contains), "a row of other columns")
    rows.append(row)
  }

  /// The header and the rows, each terminated by a line feed.
  var csv: String {
    let lines = rows.map { row in
      columns.map { text($0, of: row) ?? "" }.joined(separator: ",")
    }
    return ([columns.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
  }

  /// The value of a column as it is written; nil where it is unknown.
  func text(_ column: String, of row: Row) -> String? {
    row[column].map { String(format: Self.formats[column] ?? "%.5f", $0) }
  }

  /// The same columns and rows as a table.
  package var table: Table {
    var table = Table(columns.map { .numbers($0) })
    for row in rows { table.add(columns.map { row[$0].map { .decimal($0) } ?? .missing }) }
    return table
  }

  /// Adds the rows of a CSV file up to epoch `epochs`; columns are matched by the header.
  mutating func read(csv: String, epochs: Int) {
    let lines = csv.split(whereSeparator: \.isNewline)
    guard let header = lines.first?.split(separator: ",", omittingEmptySubsequences: false) else {
      return
    }
    for line in lines.dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      var row: Row = [:]
      for (name, field) in zip(header, fields) where columns.contains(String(name)) {
        row[String(name)] = Double(field)
      }
      guard let epoch = row["epoch"], epoch >= 1, epoch <= Double(epochs) else { continue }
      rows.append(row)
    }
  }
}
