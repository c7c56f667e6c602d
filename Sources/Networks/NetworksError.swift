/// What cannot be done with a weights file or a network.
package struct NetworksError: Error, CustomStringConvertible, Hashable, Sendable {
  /// One sentence: what, expected, found, where, what to do.
  package let description: String

  /// Makes an error from its sentence.
  package init(_ description: String) {
    self.description = description
  }
}
