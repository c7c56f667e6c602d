import Glimpse

/// How the program ends, as scripts see it.
enum ExitCode: Int32, Sendable {
  /// Everything asked for was done.
  case done = 0
  /// Nothing could be done, or not to the end.
  case fatal = 1
  /// The command line was not understood.
  case usage = 2
  /// Done, but some inputs failed; they were listed.
  case someInputsFailed = 3
  /// The dataset is not usable as it is.
  case invalidDataSet = 4
  /// The loss of a training became infinite or not a number.
  case trainingDiverged = 5
  /// Stopped by a signal; may be tried again. (EX_TEMPFAIL of sysexits.h)
  case interrupted = 75
}

extension ExitCode {
  /// The code for an error that ends a command, whichever module threw it.
  init(endingWith error: any Error) {
    switch error {
    case let error as CommandError: self = error.exitCode
    case is DatasetsError: self = .invalidDataSet
    case let error as TrainingError:
      switch error.kind {
      case .invalid: self = .usage
      case .diverged: self = .trainingDiverged
      case .file: self = .fatal
      }
    default: self = .fatal
    }
  }
}
