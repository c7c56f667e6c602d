/// Why a data set cannot be used: one clear sentence.
public struct DatasetsError: Error, Hashable, CustomStringConvertible, Sendable {
  /// Where, what was expected, what was found, and what to do.
  public let description: String

  /// Makes an error from its sentence.
  public init(_ description: String) {
    self.description = description
  }

  /// Makes an error about a place in a file: `file:line: sentence`.
  init(file: String, line: Int? = nil, _ sentence: String) {
    description = file + (line.map { ":\($0)" } ?? "") + ": " + sentence
  }
}
