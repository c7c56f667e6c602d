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
    guard let file = try descriptor(of: path, waits: mayStream) else { throw .missing(path) }
    defer { close(file) }
    let size = try size(of: file, path, limit: limit, mayStream: mayStream)
    guard size > 0 else {
      // A pipe, or a file that reports no size, such as those in /proc.
      let bytes = try stream(file, path, limit: limit)
      return (bytes, bytes.count)
    }
    return (try start(of: file, size: min(size, prefix), path), size)
  }

  /// Everything on standard input, at most `textLimit` bytes.
  package static func standardInput() throws(FileError) -> [UInt8] {
    try stream(STDIN_FILENO, "standard input", limit: textLimit)
  }

  /// Reads a stream to its end.
  private static func stream(
    _ file: Int32, _ path: String, limit: Int
  ) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let more = try chunk(of: file, size: 1 << 16, path)
      bytes += more
      if more.count < 1 << 16 { return bytes }
      guard bytes.count <= limit else { throw .tooLarge(path, limit) }
    }
  }

  /// The bytes of a regular file; nil if it does not exist.
  ///
  /// A symbolic link whose target does not exist is an error.
  package static func bytes(
    _ path: String, limit: Int = textLimit
  ) throws(FileError) -> [UInt8]? {
    guard let file = try descriptor(of: path) else { return nil }
    defer { close(file) }
    return try start(of: file, size: size(of: file, path, limit: limit), path)
  }

  /// Reads the first `size` bytes of a file that had as many when it was opened.
  private static func start(
    of file: Int32, size: Int, _ path: String
  ) throws(FileError) -> [UInt8] {
    let bytes = try chunk(of: file, size: size, path)
    // Another process may write the file anew.
    guard bytes.count == size else { throw .shortened(path) }
    return bytes
  }

  /// Opens a file for reading; nil if it does not exist.
  ///
  /// A symbolic link whose target does not exist is an error.
  ///
  /// - Parameter waits: Whether opening a named pipe waits for its writer.
  static func descriptor(of path: String, waits: Bool = false) throws(FileError) -> Int32? {
    let file = open(path, O_RDONLY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK))
    if file >= 0 { return file }
    guard errno == ENOENT || errno == ENOTDIR else { throw .system(.read, path) }
    if let link = brokenLink(on: path) { throw .brokenLink(.read, path, link) }
    return nil
  }

  /// The size in bytes of an open file; 0 for a stream.
  ///
  /// - Throws: for a file that is larger than `limit`, and for one that is neither regular nor, if
  ///   `mayStream`, a stream.
  static func size(
    of file: Int32, _ path: String, limit: Int, mayStream: Bool = false
  ) throws(FileError) -> Int {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .system(.read, path) }
    let kind: String
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      guard status.st_size <= limit else { throw .tooLarge(path, limit) }
      return Int(status.st_size)
    case S_IFDIR: throw FileError(.read, path, "it is a folder")
    case _ where mayStream: return 0
    case S_IFIFO: kind = "named pipe"
    case S_IFSOCK: kind = "socket"
    default: kind = "device"
    }
    throw FileError(.read, path, "it is a \(kind), not a regular file")
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
