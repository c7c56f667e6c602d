/// A command of the program, in one file; its properties hold the values of its arguments.
///
/// The initial values of the properties are the defaults; `arguments` and `options` map the command
/// line to the properties. Parsing, error messages and `--help` are derived from them.
protocol Command: Sendable {
  /// The word that selects the command.
  static var name: String { get }
  /// One line for the list of commands, in the imperative.
  static var summary: String { get }
  /// Paragraphs for the command's own help.
  static var discussion: [String] { get }
  static var arguments: [Positional<Self>] { get }
  static var options: OptionGroups<Self> { get }
  /// Example command lines and what they do.
  static var examples: KeyValuePairs<String, String> { get }

  /// A command with the default of every option.
  init()

  /// Checks which options were given together; `names` holds their long names without dashes.
  ///
  /// - Throws: A usage error for an option that has no effect beside the others.
  func check(given names: Set<String>) throws(CommandError)

  /// Receives the long names of the given options, after the check.
  mutating func finish(given names: Set<String>)

  /// Runs the command: data goes to standard output, everything else to standard error.
  ///
  /// - Throws: An error that ends the command; `ExitCode(endingWith:)` maps it to an exit code.
  func run(on console: Console) throws -> ExitCode
}

extension Command {
  static var discussion: [String] { [] }
  static var arguments: [Positional<Self>] { [] }
  func check(given names: Set<String>) throws(CommandError) {}
  mutating func finish(given names: Set<String>) {}
}
