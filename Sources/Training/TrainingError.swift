/// Why a training cannot start or go on.
package struct TrainingError: Error, CustomStringConvertible, Hashable, Sendable {
  /// What kind of failure it is, for the program's exit code.
  package enum Kind: Hashable, Sendable {
    /// A setting that makes no sense, or a run that does not fit its checkpoint.
    case invalid
    /// The loss or its gradient is no longer a finite number.
    case diverged
    /// A file of the run cannot be read or written.
    case file
  }

  /// What kind of failure it is.
  package let kind: Kind
  /// One sentence: what, expected, found, where, what to do.
  package let description: String

  /// Makes an error from its sentence.
  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
