/// What ends a command: one sentence for standard error, and the exit code for scripts.
struct CommandError: Error, CustomStringConvertible, Hashable, Sendable {
  /// One sentence: what, expected, found, where, what to do.
  let description: String
  let exitCode: ExitCode

  init(_ description: String, exitCode: ExitCode = .fatal) {
    self.description = description
    self.exitCode = exitCode
  }

  /// A command line that was not understood.
  static func usage(_ description: String) -> CommandError {
    CommandError(description, exitCode: .usage)
  }
}
