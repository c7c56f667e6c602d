/// What the engine cannot do with what it was given.
public struct EngineError: Error, CustomStringConvertible, Hashable, Sendable {
  /// One sentence: what, expected, found, where, what to do.
  public let description: String

  /// Makes an error from its sentence.
  public init(_ description: String) {
    self.description = description
  }
}
