import Basics

/// The files of one process of a run: its rows, their times, and a summary when all are there.
package final class ResultParts {
  package let folder: String
  package let shard: Shard
  private let rows: RowFile
  private let times: RowFile

  /// Opens the files where an earlier run left them.
  ///
  /// - Parameter discards: Whether earlier rows are removed.
  package init(in folder: String, shard: Shard, discards: Bool) throws {
    (self.folder, self.shard) = (folder, shard)
    let (rowPath, timePath) = (
      "\(folder)/\(shard.fileName("rows"))", "\(folder)/\(shard.fileName("times"))"
    )
    if discards {
      for path in [rowPath, timePath, Self.summaryPath(folder, shard)] {
        try FileContents.remove(path)
      }
    }
    // An open part is truncated by the first row that is not kept.
    let rows = try RowFile(rowPath) { row, line in
      !discards && RowIndex.of(line) == shard.number + row * shard.count
    }
    // The times get their final name first, and grow again where rows are missing after all.
    if !rows.isComplete { try RowFile.reopen(timePath) }
    times = try RowFile(timePath) { row, _ in !discards && row < rows.rowCount }
    self.rows = rows
  }

  private static func summaryPath(_ folder: String, _ shard: Shard) -> String {
    "\(folder)/\(shard.fileName("summary", ending: "json"))"
  }

  /// The number of the shard's first inputs that are done.
  package var done: Int { rows.rowCount }
  /// How many of them failed.
  package var failureCount: Int { rows.failureCount }
  /// Whether an earlier run did all inputs.
  package var isComplete: Bool { rows.isComplete }

  /// Adds rows and their times. The times come first, so that there are never fewer.
  package func append(rows lines: [String], times stages: [String]) throws(FileError) {
    try times.append(stages)
    try rows.append(lines)
  }

  /// Gives the files their final names and writes the summary. The rows come last: their name says that
  /// all is there.
  package func finish(command: String, seconds: Double) throws {
    try times.finish()
    let summary: JSONValue = [
      "command": .string(command), "shard": .string("\(shard.number)/\(shard.count)"),
      "images": .integer(rows.rowCount), "failed": .integer(rows.failureCount),
      "seconds": .number((seconds * 1000).rounded() / 1000),
    ]
    try AtomicFile.write(
      summary.line + "\n", to: Self.summaryPath(folder, shard), followsLinks: false)
    try rows.finish()
  }
}

/// The index of a row, with which it begins.
package enum RowIndex {
  private static let start = Array("{\"index\":".utf8)

  /// Nil for a line that begins otherwise.
  package static func of(_ line: ArraySlice<UInt8>) -> Int? {
    guard line.starts(with: start) else { return nil }
    let digits = line.dropFirst(start.count).prefix { (0x30...0x39).contains($0) }
    guard line.last == UInt8(ascii: "}") else { return nil }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
