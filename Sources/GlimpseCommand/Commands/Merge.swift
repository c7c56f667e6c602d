import Glimpse

/// Joins the rows of a run's shards.
struct Merge: Command {
  var folder = ""

  static let name = "merge"
  static let summary = "Join the rows of a run's shards, in the order of the inputs"
  static let discussion = [
    "Prints the rows of a folder that detect or segment wrote with --output, one line of JSON per input. "
      + "The bytes are the same for any number of shards. It is refused while a shard is missing."
  ]

  static let arguments: [Positional<Merge>] = [
    .one("folder", \.folder, help: "Folder of the run")
  ]

  static let options: OptionGroups<Merge> = [:]

  static let examples: KeyValuePairs = [
    "glimpse merge results > all.jsonl": "One row per input of all shards."
  ]

  func run(on console: Console) throws -> ExitCode {
    var pending = ""
    try ResultReader(folder).read { line in
      pending += String(decoding: line, as: UTF8.self) + "\n"
      guard pending.utf8.count > 1 << 16 else { return }
      try console.write(pending)
      pending = ""
      try Interruption.check("not all rows were printed")
    }
    try console.write(pending)
    return .done
  }
}
