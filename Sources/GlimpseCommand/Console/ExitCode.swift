import Glimpse

/// The exit codes of the program.
enum ExitCode: Int32, Sendable {
  case done = 0
  /// Failed.
  case fatal = 1
  /// Invalid command line.
  case usage = 2
  /// Done, but some inputs failed.
  case someInputsFailed = 3
  /// The dataset is invalid.
  case invalidDataSet = 4
  /// The training diverged: the loss is not finite.
  case trainingDiverged = 5
  /// Stopped by a signal (EX_TEMPFAIL of sysexits.h).
  case interrupted = 75
}

extension ExitCode {
  /// All codes with which the program ends, for its documentation.
  static let meanings: [(code: Int32, text: String)] = [
    (done.rawValue, "Done."),
    (
      fatal.rawValue,
      "Failed: a path that does not exist, unreadable or unwritable files, too little memory."
    ),
    (usage.rawValue, "Invalid options, or weights of another model."),
    (someInputsFailed.rawValue, "Done, but some inputs failed; each is named."),
    (
      invalidDataSet.rawValue,
      "The dataset is invalid, or has no class in common with the weights."
    ),
    (trainingDiverged.rawValue, "The training diverged."),
    (interrupted.rawValue, "Interrupted; the command may be resumed."),
    (130, "Interrupted twice."),
  ]

  /// The exit code for an error that ends a command.
  init(endingWith error: any Error) {
    switch error {
    case let error as CommandError: self = error.exitCode
    case let error as DatasetsError:
      self = error.diagnostic.isInaccessible ? .fatal : .invalidDataSet
    case let error as TrainingError:
      switch error.kind {
      case .invalid: self = .usage
      case .diverged: self = .trainingDiverged
      case .file, .memory: self = .fatal
      }
    case let error as NetworksError: self = error.isUnsuitableModel ? .usage : .fatal
    default: self = .fatal
    }
  }
}

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

  /// The error with what to do after its sentence, in place of a guess.
  func adding(_ advice: String) -> CommandError {
    let text = diagnostic.description
    let sentence = text.range(of: "; did you mean").map { text[..<$0.lowerBound] } ?? text[...]
    return CommandError(sentence + ": " + advice, exitCode: exitCode)
  }

  /// An invalid command line.
  static func usage(_ description: String) -> CommandError {
    CommandError(description, exitCode: .usage)
  }
}
