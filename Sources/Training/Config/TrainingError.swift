import Basics

/// A training run that cannot start or continue.
package struct TrainingError: ModuleError {
  /// The kind of failure, for the program's exit code.
  package enum Kind: Hashable, Sendable {
    /// A setting that makes no sense, or a run that does not fit its checkpoint.
    case invalid
    /// The loss or its gradient is no longer a finite number.
    case diverged
    /// A file of the run cannot be read or written.
    case file
  }

  package let kind: Kind
  package let diagnostic: Diagnostic

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    diagnostic = Diagnostic(description)
  }

  /// A failure of a file.
  package init(_ diagnostic: Diagnostic) {
    kind = .file
    self.diagnostic = diagnostic
  }
}
