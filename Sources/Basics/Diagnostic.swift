/// An error as one sentence: where, what, what was expected and found, and what to do.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
  /// The problem, a clause.
  public var what: String
  /// What would be right.
  public var expected: String?
  /// What is there instead.
  public var found: String?
  /// The file that is meant.
  public var file: String?
  /// The line in that file, from 1.
  public var line: Int?
  /// What to do, a clause.
  public var advice: String?

  /// Makes a diagnostic from its parts.
  public init(
    _ what: String, expected: String? = nil, found: String? = nil, in file: String? = nil,
    line: Int? = nil, advice: String? = nil
  ) {
    self.what = what
    self.expected = expected
    self.found = found
    self.file = file
    self.line = line
    self.advice = advice
  }

  /// `file:line: what: expected this, found that; advice`, as far as the parts are given.
  public var description: String {
    var text = file.map { $0 + (line.map { ":\($0)" } ?? "") + ": " } ?? ""
    text += what
    let facts = [expected.map { "expected \($0)" }, found.map { "found \($0)" }].compactMap(\.self)
    if !facts.isEmpty { text += ": " + facts.joined(separator: ", ") }
    return text + (advice.map { "; \($0)" } ?? "")
  }
}

/// An error that the program prints as one sentence.
public protocol DiagnosticError: Error, Hashable, Sendable, CustomStringConvertible {
  var diagnostic: Diagnostic { get }
}

extension DiagnosticError {
  /// One sentence.
  public var description: String { diagnostic.description }
}

/// The error type of a module: callers can tell where an error comes from.
public protocol ModuleError: DiagnosticError {
  init(_ diagnostic: Diagnostic)
}

extension ModuleError {
  /// Makes a diagnostic from its parts.
  public init(
    _ what: String, expected: String? = nil, found: String? = nil, in file: String? = nil,
    line: Int? = nil, advice: String? = nil
  ) {
    self.init(
      Diagnostic(what, expected: expected, found: found, in: file, line: line, advice: advice))
  }
}
