import Foundation

/// A file that is written sequentially with system calls.
///
/// A dataset has many small files, for which Foundation's `Data` takes ten times as long.
package struct NewFile: ~Copyable {
  private var descriptor: Int32
  /// The name in error messages.
  private let name: String

  /// Creates a file; throws if it exists.
  package init(_ path: String, name: String? = nil) throws(FileError) {
    try self.init(
      opening: path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, name: name ?? path)
  }

  /// Opens an existing file, to add to its end.
  package init(appendingTo path: String) throws(FileError) {
    try self.init(opening: path, O_WRONLY | O_APPEND | O_CLOEXEC, name: path)
  }

  init(opening path: String, _ flags: Int32, name: String) throws(FileError) {
    self.name = name
    descriptor = open(path, flags, 0o666)
    guard descriptor >= 0 else { throw .system(.write, name) }
  }

  /// Writes to a copy of an open descriptor, at its position.
  init(copyOf descriptor: Int32, name: String) throws(FileError) {
    self.name = name
    self.descriptor = dup(descriptor)
    guard self.descriptor >= 0 else { throw .system(.write, name) }
  }

  /// Appends bytes to the file.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      let count = write(descriptor, start, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .system(.write, name) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Appends bytes to the file.
  package func append(_ bytes: [UInt8]) throws(FileError) {
    var outcome = Result<Void, FileError>.success(())
    bytes.withUnsafeBytes { buffer in
      outcome = Result { () throws(FileError) in try append(buffer) }
    }
    try outcome.get()
  }

  /// Appends the bytes of another file.
  package func append(contentsOf other: LoadedFile) throws(FileError) {
    try append(UnsafeRawBufferPointer(other.bytes))
    withExtendedLifetime(other) {}
  }

  /// Closes the file; write errors may be reported only here.
  ///
  /// - Parameter isSynced: Whether to call `fsync` before closing.
  package mutating func finish(isSynced: Bool = false) throws(FileError) {
    // Pipes and some file systems cannot be synced.
    let isOnDisk = !isSynced || fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS
    let reason = errno
    let isClosed = close(descriptor) == 0
    descriptor = -1
    if !isOnDisk { errno = reason }
    guard isOnDisk, isClosed else { throw .system(.write, name) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}

extension NewFile {
  /// Locks and truncates the file.
  ///
  /// Returns a second descriptor that holds the lock. Returns nil if another process holds it or
  /// the file was renamed or removed after it was opened.
  func claim(_ path: String) throws(FileError) -> Int32? {
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return nil }
    var (opened, named) = (stat(), stat())
    guard fstat(descriptor, &opened) == 0, stat(path, &named) == 0,
      opened.st_ino == named.st_ino, opened.st_dev == named.st_dev
    else { return nil }
    let lock = dup(descriptor)
    guard lock >= 0, ftruncate(descriptor, 0) == 0 else { throw .system(.write, name) }
    return lock
  }

  /// Copies the permissions of the file that this one will replace.
  func takePermissions(of status: stat) { fchmod(descriptor, status.st_mode & 0o7777) }
}
