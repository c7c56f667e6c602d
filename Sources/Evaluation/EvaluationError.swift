/// Why ground-truth objects and issues could not be scored: one clear sentence.
package struct EvaluationError: Error, Hashable, CustomStringConvertible, Sendable {
  /// What was expected, what was found, and where.
  package let description: String

  /// Makes an error from its sentence.
  package init(_ description: String) {
    self.description = description
  }
}
