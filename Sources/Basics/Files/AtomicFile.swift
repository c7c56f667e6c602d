import Foundation

/// A file that is written under another name and renamed when it is complete: no reader ever sees a
/// part of it, and a failure leaves the previous content.
///
/// The other name is the file's own with an ending. Its writer holds a lock on it, which ends with
/// the process, so a file left by a killed process is found by its name and used by the next writer.
package struct AtomicFile: ~Copyable {
  private let path: String
  private var file: NewFile
  /// Where the bytes go until `commit`, and the descriptor that holds its lock; nil for pipes and
  /// devices, which are written directly.
  private var aside: (path: String, lock: Int32)?

  /// Starts a file; an existing one of that name stays until `commit`.
  package init(_ path: String) throws(FileError) {
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
    Self.removeLeftovers(of: path, after: number)
  }

  /// Writes bytes after those written before.
  package func append(_ bytes: [UInt8]) throws(FileError) { try file.append(bytes) }

  /// Writes bytes after those written before.
  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try file.append(bytes) }

  /// Gives the file its name.
  ///
  /// - Parameter isSynced: Whether content and name are on the disk when this returns; false for
  ///   one of many files that can be made again.
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

  /// The name while the file is written, cut to what file systems allow.
  private static func aside(_ path: String, _ number: Int) -> String {
    let ending = number == 1 ? ".glimpse-part" : ".glimpse-part\(number)"
    var name = FilePath.name(path)
    while name.utf8.count + ending.utf8.count > 255 { name.removeLast() }
    return FilePath.folder(path) + "/" + name + ending
  }

  /// Removes what killed processes left that wrote the same file at the same time.
  private static func removeLeftovers(of path: String, after number: Int) {
    var number = number + 1
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

  /// Makes a rename durable, where the file system can.
  private static func sync(folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}

extension AtomicFile {
  /// Writes a whole file.
  package static func write(
    _ bytes: [UInt8], to path: String, isSynced: Bool = true
  ) throws(FileError) {
    let file = try AtomicFile(path)
    try file.append(bytes)
    try file.commit(isSynced: isSynced)
  }

  /// Writes a whole file of text.
  package static func write(
    _ text: String, to path: String, isSynced: Bool = true
  ) throws(FileError) {
    try write(Array(text.utf8), to: path, isSynced: isSynced)
  }
}
