/// An error message in parts: location, problem, expected and found values, advice.
public struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
  /// The problem, as a clause without a full stop.
  public var what: String
  /// The expected value or state; nil to leave it out.
  public var expected: String?
  /// The value or state that was found; nil to leave it out.
  public var found: String?
  /// The path of the file with the problem.
  public var file: String?
  /// The line in that file, from 1.
  public var line: Int?
  /// How to fix the problem, as a clause without a full stop.
  public var advice: String?
  /// Whether the file or folder cannot be opened, listed or written, rather than having invalid
  /// content; it determines the program's exit code.
  package var isInaccessible = false

  /// Creates a diagnostic from its parts.
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

  /// `file:line: what: expected X, found Y; advice`, without the parts that are nil.
  public var description: String {
    var text = file.map { $0 + (line.map { ":\($0)" } ?? "") + ": " } ?? ""
    text += what
    let facts = [expected.map { "expected \($0)" }, found.map { "found \($0)" }].compactMap(\.self)
    if !facts.isEmpty { text += ": " + facts.joined(separator: ", ") }
    return text + (advice.map { "; \($0)" } ?? "")
  }
}

/// An error that is printed as one sentence.
public protocol DiagnosticError: Error, Hashable, Sendable, CustomStringConvertible {
  var diagnostic: Diagnostic { get }
}

extension DiagnosticError {
  /// The diagnostic as one sentence.
  public var description: String { diagnostic.description }
}

/// The error type of a module; the type identifies the module that failed.
public protocol ModuleError: DiagnosticError {
  init(_ diagnostic: Diagnostic)
}

extension ModuleError {
  /// Creates a diagnostic from its parts.
  public init(
    _ what: String, expected: String? = nil, found: String? = nil, in file: String? = nil,
    line: Int? = nil, advice: String? = nil
  ) {
    self.init(
      Diagnostic(what, expected: expected, found: found, in: file, line: line, advice: advice))
  }
}
