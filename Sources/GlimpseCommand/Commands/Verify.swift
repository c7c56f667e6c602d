import Glimpse

/// Checks the rows of a run.
struct Verify: Command {
  var path = ""
  var printsJSON = false

  static let name = "verify"
  static let summary = "Check that the rows of a run are complete and valid"
  static let discussion = [
    "Takes a folder that detect, segment or classify wrote with --output, or a file of rows. Every input must have "
      + "one row in its place, and every row the members of its schema ('glimpse schema'). Rows of "
      + "images that failed are valid. The exit code is 4 where something is wrong."
  ]

  static let arguments: [Positional<Verify>] = [
    .one("path", \.path, help: "Folder of a run, or a file of rows")
  ]

  static let options: OptionGroups<Verify> = ["Output": [.json(\.printsJSON)]]

  static let examples: KeyValuePairs = [
    "glimpse verify results": "Are all shards complete?",
    "glimpse merge results > all.jsonl && glimpse verify all.jsonl": "Check a file of rows.",
  ]

  func run(on console: Console) throws -> ExitCode {
    var count = RowCount()
    switch FileContents.entry(path) {
    case .nothing: throw CommandError("\(path): there is no file or folder of this name")
    case .folder:
      let reader = try ResultReader(path)
      for (shard, part) in reader.incomplete {
        let isBegun = FileContents.entry(RowFile.partial(part)) == .file
        console.note(
          "error: \(path): shard \(shard.number)/\(shard.count) "
            + (isBegun ? "is not complete; the same command resumes it" : "has not begun"))
      }
      guard reader.incomplete.isEmpty else { return .invalidDataSet }
      try wrap { try reader.read { try count.add($0, of: path) } }
    case .file:
      try wrap {
        var lines = StreamBuffer(try ByteStream(path))
        while let line = try lines.take(upTo: ResultReader.lineFeed) {
          try count.add(line, of: path)
        }
      }
    }
    try console.write(
      "\(path): \(Sentence.count(count.rows, "row")), \(count.failed) failed\n",
      json: [
        "path": .string(path), "rows": .integer(count.rows), "failed": .integer(count.failed),
      ],
      asJSON: printsJSON)
    return .done
  }

  /// Runs a check whose faults are those of data.
  private func wrap(_ check: () throws -> Void) throws {
    do { try check() } catch let error as InferenceError {
      throw CommandError(error.description, exitCode: .invalidDataSet)
    }
  }
}

/// Counts rows and checks their members.
private struct RowCount {
  private(set) var rows = 0
  private(set) var failed = 0

  mutating func add(_ line: [UInt8], of path: String) throws(InferenceError) {
    guard let row = try? JSONValue(parsing: line), case .object = row else {
      throw InferenceError("the row is no JSON object", in: path, line: rows + 1)
    }
    guard row["index"]?.whole == rows else {
      throw InferenceError(
        "the row of input \(rows) is missing or not in its place",
        found: row["index"]?.whole.map { "that of input \($0)" }, in: path, line: rows + 1)
    }
    let isOK = row["status"] == "ok"
    var required = ["id", "path", "model", "precision"]
    required += isOK ? ["width", "height"] : ["error", "error_class"]
    let missing =
      required.first { row[$0] == nil }
      ?? (isOK || row["status"] == "failed" ? nil : "status")
      ?? (isOK && row["boxes"] == nil && row["classes"] == nil ? "boxes" : nil)
    if let missing {
      throw InferenceError("the row has no valid \(missing)", in: path, line: rows + 1)
    }
    rows += 1
    if !isOK { failed += 1 }
  }
}
