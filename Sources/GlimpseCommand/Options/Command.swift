/// One command of the program, in one file: its values are the properties of the type.
///
/// The initial values of the properties are the defaults; `arguments` and `options` say which
/// property each word of the command line sets. Parsing, messages and `--help` follow from them.
protocol Command: Sendable {
  /// The word that selects the command.
  static var name: String { get }
  /// One line for the list of commands, in the imperative.
  static var summary: String { get }
  /// Paragraphs for the command's own help.
  static var discussion: [String] { get }
  static var arguments: [Positional<Self>] { get }
  static var options: OptionGroups<Self> { get }
  /// Command lines that one may copy, and what they do.
  static var examples: KeyValuePairs<String, String> { get }

  /// A command with the default of every option.
  init()

  /// Does the work: data to standard output, all else to standard error.
  ///
  /// Throws what ends the command; anything but a `CommandError` counts as `ExitCode.fatal`.
  func run(on console: Console) throws -> ExitCode
}

extension Command {
  static var discussion: [String] { [] }
  static var arguments: [Positional<Self>] { [] }
}
