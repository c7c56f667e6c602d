import Basics

/// A training run that cannot start or continue.
public struct TrainingError: ModuleError {
  /// The kind of failure, for the program's exit code.
  public enum Kind: Hashable, Sendable {
    /// An invalid setting, or a configuration that does not match the checkpoint.
    case invalid
    /// The loss or its gradient is no longer a finite number.
    case diverged
    /// The training would need more memory than the process may use.
    case memory
    /// A file of the run cannot be read or written.
    case file
  }

  /// The kind of failure, which determines the exit code.
  public let kind: Kind
  /// What was expected and found, and where.
  public let diagnostic: Diagnostic

  /// Makes an error of a kind.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    diagnostic = Diagnostic(description)
  }

  /// Makes a file error.
  public init(_ diagnostic: Diagnostic) {
    kind = .file
    self.diagnostic = diagnostic
  }
}
