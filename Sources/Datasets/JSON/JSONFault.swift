/// What is wrong with a JSON text, and where.
struct JSONFault: Error {
  /// What was expected and found; a clause without its full stop.
  let message: String
  /// The byte at which it shows, from 0.
  let offset: Int

  init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}

extension MappedFile {
  /// The error that tells a fault with its line and byte.
  func error(_ fault: JSONFault) -> DatasetsError {
    DatasetsError(
      file: path, line: line(at: fault.offset), "\(fault.message) (byte \(fault.offset)).")
  }
}
