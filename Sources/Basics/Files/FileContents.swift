import Foundation

/// Reads whole files into memory.
package enum FileContents {
  /// The maximum size of label, list and description files, in bytes; larger files are rejected.
  package static let textLimit = 64 << 20

  /// Reads the first `prefix` bytes of a file (by default all), and returns them with its size.
  ///
  /// Pipes and devices are read to their end where the path is below `/dev` or `/proc`, such as
  /// `/dev/stdin`. Elsewhere they are refused: opening a named pipe waits for its writer.
  ///
  /// - Parameter limit: The maximum size in bytes; larger files are rejected, because a device may
  ///   never end.
  package static func read(
    _ path: String, prefix: Int = .max, limit: Int
  ) throws(FileError) -> (bytes: [UInt8], size: Int) {
    let mayStream = path.hasPrefix("/dev/") || path.hasPrefix("/proc/")
    let file = open(path, O_RDONLY | O_CLOEXEC | (mayStream ? 0 : O_NONBLOCK))
    guard file >= 0 else { throw .unopened(path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .system(.read, path) }
    let isRegular = status.st_mode & S_IFMT == S_IFREG
    if let kind = special(status), !mayStream || kind == folder {
      throw FileError(.read, path, "it is \(kind)")
    }
    let size = isRegular ? Int(status.st_size) : 0
    guard size <= limit else { throw tooLarge(path, limit) }
    if size > 0 { return (try chunk(of: file, size: min(size, prefix), path), size) }
    // A pipe, or a file that reports no size, such as those in /proc.
    let bytes = try bytes(of: file, path, limit: limit)
    return (bytes, bytes.count)
  }

  /// Everything on standard input.
  ///
  /// - Parameter limit: The maximum size in bytes; more is rejected.
  package static func standardInput(limit: Int = textLimit) throws(FileError) -> [UInt8] {
    try bytes(of: STDIN_FILENO, "standard input", limit: limit)
  }

  /// Reads a stream to its end.
  private static func bytes(
    of file: Int32, _ path: String, limit: Int
  ) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let more = try chunk(of: file, size: 1 << 16, path)
      bytes += more
      if more.count < 1 << 16 { return bytes }
      guard bytes.count <= limit else { throw tooLarge(path, limit) }
    }
  }

  private static func tooLarge(_ path: String, _ limit: Int) -> FileError {
    FileError(.read, path, "it has more than \(limit) bytes")
  }

  /// The bytes of a regular file; nil if it does not exist.
  ///
  /// A symbolic link whose target does not exist is an error.
  package static func bytes(
    _ path: String, limit: Int = textLimit
  ) throws(FileError) -> [UInt8]? {
    // Non-blocking, so that opening a device or pipe does not wait; both are then rejected.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      let isAbsent = errno == ENOENT || errno == ENOTDIR
      let failure = FileError.system(.read, path)
      if !isAbsent { throw failure }
      if let link = brokenLink(on: path) { throw .brokenLink(.read, path, link) }
      return nil
    }
    defer { close(file) }
    let size = try size(of: file, path, limit: limit)
    let bytes = try chunk(of: file, size: size, path)
    guard bytes.count == size else {
      throw FileError(.read, path, "it became shorter while it was read")
    }
    return bytes
  }

  /// The size in bytes of an open file; throws if it is not a regular file.
  static func size(of file: Int32, _ path: String, limit: Int) throws(FileError) -> Int {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .system(.read, path) }
    if let kind = special(status) { throw FileError(.read, path, "it is \(kind)") }
    guard status.st_size <= limit else {
      throw FileError(
        .read, path, "it has \(status.st_size) bytes, more than the limit of \(limit)")
    }
    return Int(status.st_size)
  }

  private static let folder = "a folder"

  /// What an entry is that is not a regular file; nil for a regular one.
  private static func special(_ status: stat) -> String? {
    switch status.st_mode & S_IFMT {
    case S_IFREG: nil
    case S_IFDIR: folder
    case S_IFIFO: "a named pipe, not a regular file"
    case S_IFSOCK: "a socket, not a regular file"
    default: "a device, not a regular file"
    }
  }

  /// Reads `size` bytes, or fewer at the end of the file.
  private static func chunk(
    of file: Int32, size: Int, _ path: String
  ) throws(FileError) -> [UInt8] {
    var outcome = Result<Int, FileError>.success(0)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      outcome = Result { () throws(FileError) in
        try fill(UnsafeMutableRawBufferPointer(buffer), from: file, path)
      }
      count = (try? outcome.get()) ?? 0
    }
    _ = try outcome.get()
    return bytes
  }

  /// Fills a buffer from an open file; returns the number of bytes read, fewer at its end.
  static func fill(
    _ buffer: UnsafeMutableRawBufferPointer, from file: Int32, _ path: String
  ) throws(FileError) -> Int {
    var count = 0
    while count < buffer.count, let base = buffer.baseAddress {
      let step = Foundation.read(file, base + count, buffer.count - count)
      if step < 0, errno == EINTR { continue }
      guard step >= 0 else { throw .system(.read, path) }
      if step == 0 { break }
      count += step
    }
    return count
  }
}
