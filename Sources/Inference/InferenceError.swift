/// An error of inputs or outputs of a prediction run.
package struct InferenceError: Error, CustomStringConvertible, Hashable, Sendable {
  /// One sentence: what, expected, found, where, what to do.
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
