/// What the engine cannot do with what it was given.
package struct EngineError: Error, CustomStringConvertible, Hashable, Sendable {
  /// One sentence: what, expected, found, where, what to do.
  package let description: String

  /// Makes an error from its sentence.
  package init(_ description: String) {
    self.description = description
  }
}
