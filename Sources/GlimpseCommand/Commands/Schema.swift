import Glimpse

/// Prints the JSON Schema of rows.
struct Schema: Command {
  var kind = Kind.detect

  /// The commands that write rows.
  enum Kind: String, OptionWord {
    case detect
    case segment
    case classify

    static var valueName: String { "command" }
  }

  static let name = "schema"
  static let summary = "Print the JSON Schema of the rows of detect, segment or classify"
  static let arguments: [Positional<Schema>] = [
    .one("command", \.kind, help: "Whose rows: detect, segment or classify")
  ]

  static let options: OptionGroups<Schema> = [:]

  static let examples: KeyValuePairs = [
    "glimpse schema detect > row.schema.json": "For validators of other programs."
  ]

  func run(on console: Console) throws -> ExitCode {
    let schema =
      switch kind {
      case .detect: RowSchema.detection()
      case .segment: RowSchema.segmentation()
      case .classify: RowSchema.classification()
      }
    try console.print(schema.line)
    return .done
  }
}
