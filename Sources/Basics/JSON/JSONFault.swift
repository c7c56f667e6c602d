/// A fault in a JSON text, and its position.
public struct JSONFault: Error {
  /// What was expected and found; a clause without its full stop.
  package let message: String
  /// The offset of the byte, from 0.
  package let offset: Int

  @usableFromInline
  package init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}
