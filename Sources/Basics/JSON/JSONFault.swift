/// A syntax or type error in a JSON text, with its position.
public struct JSONFault: Error {
  /// What was expected and found, as a clause without a full stop.
  package let message: String
  /// The byte offset, from 0.
  package let offset: Int

  @usableFromInline
  package init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}
