/// What is wrong with a JSON text, and where.
package struct JSONFault: Error {
  /// What was expected and found; a clause without its full stop.
  package let message: String
  /// The byte at which it shows, from 0.
  package let offset: Int

  package init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}
