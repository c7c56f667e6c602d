import Foundation

/// A file that is written to a temporary file in the same folder and renamed when it is complete.
///
/// Readers never see a partial file, and a failure leaves the previous content. The temporary file
/// is named like the file with `.glimpse-part` appended. Its writer holds an advisory lock
/// (`flock`), which the system releases when the process ends, so the next writer reuses the
/// temporary file of a killed process.
package struct AtomicFile: ~Copyable {
  private let path: String
  private var file: NewFile
  /// The temporary file, and the descriptor that holds its lock; nil for pipes and devices, which
  /// are written directly.
  private var aside: (path: String, lock: Int32)?

  /// Opens the temporary file; an existing file at `path` stays unchanged until `commit`.
  ///
  /// `/dev/stdout` and other paths of open descriptors are written through these.
  ///
  /// - Parameter followsLinks: Whether a symbolic link is kept and the file that it leads to is
  ///   written; if not, the link is replaced, so that no file elsewhere is changed.
  package init(_ path: String, followsLinks: Bool = true) throws(FileError) {
    var path = path
    if followsLinks {
      switch FileLink.target(of: path) {
      case .file(let target): path = target
      case .descriptor(let number):
        self.path = path
        file = try NewFile(copyOf: number, name: path)
        return
      }
    }
    self.path = path
    var status = stat()
    let exists = stat(path, &status) == 0
    let kind = status.st_mode & S_IFMT
    if exists, kind == S_IFDIR { throw FileError(.write, path, "it is a folder") }
    if exists, kind != S_IFREG {
      file = try NewFile(opening: path, O_WRONLY | O_CLOEXEC, name: path)
      return
    }
    var number = 1
    while true {
      let aside = Self.aside(path, number)
      let file = try NewFile(
        opening: aside, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, name: path)
      if let lock = try file.claim(aside) {
        if exists { file.takePermissions(of: status) }
        self.file = file
        self.aside = (aside, lock)
        break
      }
      number += 1
    }
    Self.removeLeftovers(of: path, from: number + 1)
  }

  /// Appends bytes to the file.
  package func append(_ bytes: [UInt8]) throws(FileError) { try file.append(bytes) }

  /// Appends bytes to the file.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try file.append(bytes) }

  /// Closes the temporary file and renames it to the final path.
  ///
  /// - Parameter isSynced: Whether to call `fsync` on the file and its folder before returning;
  ///   false for files that can be recreated.
  package consuming func commit(isSynced: Bool = true) throws(FileError) {
    try file.finish(isSynced: isSynced)
    guard let aside else { return }
    guard rename(aside.path, path) == 0 else { throw .system(.write, path) }
    close(aside.lock)
    self.aside = nil
    if isSynced { Self.sync(folder: FilePath.folder(path)) }
  }

  deinit {
    guard let aside else { return }
    unlink(aside.path)
    close(aside.lock)
  }

  /// The path of temporary file `number`, with the name truncated to what file systems allow.
  private static func aside(_ path: String, _ number: Int) -> String {
    let ending = number == 1 ? ".glimpse-part" : ".glimpse-part\(number)"
    var name = FilePath.name(path)
    while name.utf8.count + ending.utf8.count > 255 { name.removeLast() }
    return FilePath.folder(path) + "/" + name + ending
  }

  /// Removes the temporary files that killed processes left while writing a file.
  ///
  /// - Parameter number: The first number of a temporary file that may be removed.
  package static func removeLeftovers(of path: String, from number: Int = 1) {
    var number = number
    while true {
      let leftover = aside(path, number)
      guard FileContents.entry(leftover) == .file,
        let file = try? NewFile(opening: leftover, O_WRONLY | O_CLOEXEC | O_NOFOLLOW, name: path),
        let lock = try? file.claim(leftover)
      else { return }
      unlink(leftover)
      close(lock)
      number += 1
    }
  }

  /// Makes a rename durable by syncing its folder, where the file system supports it.
  private static func sync(folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

extension AtomicFile {
  /// Writes a whole file atomically.
  package static func write(
    _ bytes: [UInt8], to path: String, isSynced: Bool = true, followsLinks: Bool = true
  ) throws(FileError) {
    let file = try AtomicFile(path, followsLinks: followsLinks)
    try file.append(bytes)
    try file.commit(isSynced: isSynced)
  }

  /// Writes a whole file as UTF-8 text, atomically.
  package static func write(
    _ text: String, to path: String, isSynced: Bool = true, followsLinks: Bool = true
  ) throws(FileError) {
    try write(
      Array(text.utf8), to: path, isSynced: isSynced, followsLinks: followsLinks)
  }
}
