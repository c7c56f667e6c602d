import Glimpse

/// An error that ends a command, with the exit code for scripts.
struct CommandError: ModuleError {
  let diagnostic: Diagnostic
  let exitCode: ExitCode

  init(_ diagnostic: Diagnostic) {
    self.init(diagnostic.description, exitCode: .fatal)
  }

  init(_ description: String, exitCode: ExitCode = .fatal) {
    diagnostic = Diagnostic(description)
    self.exitCode = exitCode
  }

  /// A command line that was not understood.
  static func usage(_ description: String) -> CommandError {
    CommandError(description, exitCode: .usage)
  }
}
