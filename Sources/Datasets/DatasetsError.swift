/// Why a dataset cannot be used: one clear sentence.
package struct DatasetsError: Error, Hashable, CustomStringConvertible, Sendable {
  /// The file that is meant, if it is one.
  let file: String?
  /// The line in that file, from 1, where there is one.
  let line: Int?
  /// What was expected, what was found, and what to do.
  let sentence: String

  /// Makes an error from its sentence.
  package init(_ description: String) {
    file = nil
    line = nil
    sentence = description
  }

  /// Makes an error about a place in a file: `file:line: sentence`.
  init(file: String, line: Int? = nil, _ sentence: String) {
    self.file = file
    self.line = line
    self.sentence = sentence
  }

  /// Where, what was expected, what was found, and what to do.
  package var description: String {
    guard let file else { return sentence }
    return file + (line.map { ":\($0)" } ?? "") + ": " + sentence
  }
}
