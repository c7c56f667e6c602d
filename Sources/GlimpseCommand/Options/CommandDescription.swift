/// A command as its declarations describe it, for help, completions and the manual page.
struct CommandDescription: Sendable {
  struct Argument: Sendable {
    /// As the usage line shows it: `<path>...`.
    let usage: String
    let name: String
    let help: String
    let isRequired: Bool
    let isRepeated: Bool
    let value: ValueKind
  }

  struct Flag: Sendable {
    /// All spellings that the help shows, with dashes: `-c`, `--conf`.
    let spellings: [String]
    /// Further long names that are accepted.
    let aliases: [String]
    /// The name of the value; nil for a flag without one.
    let valueName: String?
    let help: String
    /// Allowed values and the default.
    let notes: [String]
    let value: ValueKind
    /// Whether it takes several values, separated by commas.
    let isList: Bool

    /// `-c, --conf <score>`.
    var label: String {
      spellings.joined(separator: ", ") + (valueName.map { " <\($0)>" } ?? "")
    }

    /// The help, followed by the notes in brackets.
    var text: String { notes.isEmpty ? help : "\(help) [\(notes.joined(separator: "; "))]" }
  }

  /// What a value may be, as far as a shell can complete it.
  enum ValueKind: Hashable, Sendable {
    case none
    case words([String])
    case file
    case folder
  }

  let name: String
  let summary: String
  let discussion: [String]
  let arguments: [Argument]
  let groups: [(title: String, flags: [Flag])]
  let examples: [(line: String, text: String)]

  var flags: [Flag] { groups.flatMap(\.flags) }
  /// `glimpse detect [options] <path>...`.
  var usage: String {
    (["glimpse", name, "[options]"] + arguments.map(\.usage)).joined(separator: " ")
  }

  init<C: Command>(_ command: C.Type) {
    let defaults = C()
    name = C.name
    summary = C.summary
    discussion = C.discussion
    arguments = C.arguments.map {
      Argument(
        usage: $0.usage, name: $0.name, help: $0.help, isRequired: $0.count.lowerBound > 0,
        isRepeated: $0.count.upperBound > 1,
        value: $0.words.isEmpty ? .file : .words($0.words))
    }
    let help = Flag(
      spellings: ["-h", "--help"], aliases: [], valueName: nil, help: "Print this help", notes: [],
      value: .none, isList: false)
    groups =
      C.options.groups.map { group in (group.title, group.options.map { $0.flag(defaults) }) }
      + [("General", [help])]
    examples = C.examples.map { (line: $0.key, text: $0.value) }
  }
}

extension Option where Owner: Command {
  /// The option with its notes for a command with all defaults.
  fileprivate func flag(_ defaults: Owner) -> CommandDescription.Flag {
    let unit = valueName?.replacing(",...", with: "")
    let value: CommandDescription.ValueKind =
      switch unit {
      case _ where !words.isEmpty: .words(words)
      case "file", "path": .file
      case "folder": .folder
      default: .none
      }
    return CommandDescription.Flag(
      spellings: [short.map { "-\($0)" }, spelling].compactMap(\.self),
      aliases: aliases.map { "--\($0)" }, valueName: valueName,
      help: help, notes: notes(defaults), value: value,
      isList: valueName != unit)
  }
}
