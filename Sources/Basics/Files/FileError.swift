import Foundation

/// A file or folder that cannot be read, written or made.
package struct FileError: DiagnosticError {
  package enum Operation: String, Sendable {
    case read = "the file cannot be read"
    case write = "the file cannot be written"
    case list = "the folder cannot be listed"
    case make = "the folder cannot be made"
  }

  package let operation: Operation
  package let path: String
  /// The line, from 1, for files of text.
  package let line: Int?
  /// A clause without its full stop.
  package let reason: String

  package init(_ operation: Operation, _ path: String, line: Int? = nil, _ reason: String) {
    self.operation = operation
    self.path = path
    self.line = line
    self.reason = reason
  }

  /// The failure of the system call just made.
  package static func system(_ operation: Operation, _ path: String) -> FileError {
    FileError(operation, path, String(cString: strerror(errno)))
  }

  package var diagnostic: Diagnostic {
    Diagnostic("\(operation.rawValue): \(reason)", in: path, line: line)
  }
}

extension ModuleError {
  /// The result of an operation on files, whose errors become this module's.
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
