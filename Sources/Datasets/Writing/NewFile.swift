import Foundation

/// A file that is made and filled: a dataset has many small ones, for which Foundation's `Data` takes
/// ten times as long.
struct NewFile: ~Copyable {
  private var file: Int32
  /// For messages.
  private let name: String

  /// Makes a file where there is none.
  ///
  /// Throws `DatasetsError`, as the other functions do, with the system's word for what is wrong.
  init(_ path: String, name: String) throws(DatasetsError) {
    file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    self.name = name
    guard file >= 0 else { throw failure() }
  }

  /// Writes bytes behind what is there already.
  func append(_ bytes: UnsafeRawBufferPointer) throws(DatasetsError) {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      let count = write(file, start, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Writes bytes behind what is there already.
  func append(_ bytes: [UInt8]) throws(DatasetsError) {
    var outcome = Result<Void, DatasetsError>.success(())
    bytes.withUnsafeBytes { buffer in
      outcome = Result { () throws(DatasetsError) in try append(buffer) }
    }
    try outcome.get()
  }

  /// Writes what another file holds.
  func append(contentsOf other: MappedFile) throws(DatasetsError) {
    try append(UnsafeRawBufferPointer(other.bytes))
    withExtendedLifetime(other) {}
  }

  /// Ends the file; what could not be written may show only now.
  mutating func finish() throws(DatasetsError) {
    let result = close(file)
    file = -1
    guard result == 0 else { throw failure() }
  }

  deinit { if file >= 0 { close(file) } }

  private func failure() -> DatasetsError {
    DatasetsError(file: name, "the file cannot be written: \(String(cString: strerror(errno))).")
  }
}
