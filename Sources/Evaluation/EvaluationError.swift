/// Why ground-truth objects and issues could not be scored: one clear sentence.
public struct EvaluationError: Error, Hashable, CustomStringConvertible, Sendable {
  /// What was expected, what was found, and where.
  public let description: String

  /// Makes an error from its sentence.
  public init(_ description: String) {
    self.description = description
  }
}
