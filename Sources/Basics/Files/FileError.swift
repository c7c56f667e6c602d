import Foundation

/// A file or folder that cannot be read, written, listed or created.
package struct FileError: DiagnosticError {
  package enum Operation: String, Sendable {
    case find = "there is no file of this name"
    case read = "the file cannot be read"
    case write = "the file cannot be written"
    case list = "the folder cannot be listed"
    case make = "the folder cannot be created"
  }

  package let operation: Operation
  package let path: String
  /// The line number, from 1, in text files.
  package let line: Int?
  /// The reason, as a clause without a full stop; empty where the operation says it all.
  package let reason: String
  /// Whether the file was read, and its content is the reason.
  package let isOfContent: Bool

  package init(
    _ operation: Operation, _ path: String, line: Int? = nil, isOfContent: Bool = false,
    _ reason: String
  ) {
    self.operation = operation
    self.isOfContent = isOfContent
    self.path = path
    self.line = line
    self.reason = reason
  }

  /// The error of the last failed system call, from `errno`.
  package static func system(_ operation: Operation, _ path: String) -> FileError {
    FileError(operation, path, String(cString: strerror(errno)))
  }

  /// The error of a file that does not exist.
  ///
  /// A path from the command line that is not UTF-8 arrives with replacement characters, and is then
  /// not found.
  static func missing(_ path: String) -> FileError {
    FileError(
      .find, path, path.contains("\u{FFFD}") ? "the name may not be UTF-8; rename the file" : "")
  }

  static func tooLarge(_ path: String, _ limit: Int) -> FileError {
    FileError(.read, path, "it has more than \(limit) bytes")
  }

  static func shortened(_ path: String) -> FileError {
    FileError(.read, path, "it became shorter while it was read")
  }

  /// The error of a symbolic link whose target does not exist.
  static func brokenLink(
    _ operation: Operation, _ path: String, _ link: (path: String, target: String)
  ) -> FileError {
    FileError(
      operation, path,
      (link.path == path ? "it" : "\(link.path)")
        + " is a symbolic link to \(link.target), which does not exist")
  }

  package var diagnostic: Diagnostic {
    let clauses = [operation.rawValue, reason].filter { !$0.isEmpty }
    var diagnostic = Diagnostic(clauses.joined(separator: ": "), in: path, line: line)
    diagnostic.isInaccessible = !isOfContent
    return diagnostic
  }
}

extension ModuleError {
  /// Runs a file operation and rethrows its errors as this module's error type.
  package static func wrap<Value: ~Copyable>(
    _ body: @autoclosure () throws(FileError) -> Value
  ) throws(Self) -> Value {
    do {
      return try body()
    } catch {
      throw Self(error.diagnostic)
    }
  }
}
