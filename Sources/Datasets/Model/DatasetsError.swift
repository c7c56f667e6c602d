import Basics

/// A dataset that cannot be read or written.
package struct DatasetsError: ModuleError {
  package let diagnostic: Diagnostic

  package init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }

  /// An error in a file or at a line of it, from 1.
  package init(file: String, line: Int? = nil, _ sentence: String) {
    self.init(Diagnostic(sentence, in: file, line: line))
  }
}

extension MappedFile {
  /// The error of a fault in JSON, with its line and byte.
  package func error(_ fault: JSONFault) -> DatasetsError {
    DatasetsError(
      file: path, line: line(at: fault.offset), "\(fault.message) (byte \(fault.offset)).")
  }
}
