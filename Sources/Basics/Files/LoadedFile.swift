import Foundation

/// The bytes of a whole file in memory, for parsers that need a pointer and a line number.
///
/// The file is read, not mapped: reading a mapped file that another process truncates ends the
/// process (SIGBUS).
///
/// Unsafe: the bytes are valid as long as this object lives; use `withExtendedLifetime` where only
/// the bytes are used. Sendable, because it is immutable after `init`.
package final class LoadedFile: @unchecked Sendable {
  /// The bytes of the whole file, read-only.
  package let bytes: UnsafeBufferPointer<UInt8>
  /// The path, for error messages.
  package let path: String

  /// The default maximum size in bytes; larger files are rejected.
  package static let sizeLimit = 1 << 35

  /// Reads a regular file; throws for others and for files larger than `limit` bytes.
  package init(_ path: String, limit: Int = sizeLimit) throws(FileError) {
    self.path = path
    // Non-blocking, because opening a named pipe waits for a writer; pipes are then rejected.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      let failure = FileError.system(.read, path)
      if let link = FileContents.brokenLink(on: path) { throw .brokenLink(.read, path, link) }
      throw failure
    }
    defer { close(file) }
    let size = try FileContents.size(of: file, path, limit: limit)
    guard let memory = malloc(max(size, 1)) else {
      throw FileError(.read, path, "its \(size) bytes do not fit into memory")
    }
    do throws(FileError) {
      let buffer = UnsafeMutableRawBufferPointer(start: memory, count: size)
      guard try FileContents.fill(buffer, from: file, path) == size else {
        throw FileError(.read, path, "it became shorter while it was read")
      }
      bytes = UnsafeBufferPointer(buffer.bindMemory(to: UInt8.self))
    } catch {
      free(memory)
      throw error
    }
  }

  /// Holds a copy of some bytes in place of a file's content.
  private init(_ path: String, copying bytes: [UInt8]) throws(FileError) {
    self.path = path
    guard let memory = malloc(max(bytes.count, 1)) else {
      throw FileError(.read, path, "its \(bytes.count) bytes do not fit into memory")
    }
    let buffer = UnsafeMutableRawBufferPointer(start: memory, count: bytes.count)
    buffer.copyBytes(from: bytes)
    self.bytes = UnsafeBufferPointer(buffer.bindMemory(to: UInt8.self))
  }

  /// Reads a JSON file. UTF-16 is converted to UTF-8, and byte offsets count there.
  package static func json(_ path: String) throws(FileError) -> LoadedFile {
    let file = try LoadedFile(path)
    guard let text = try TextEncoding.json(file.bytes, file: path) else { return file }
    return try LoadedFile(path, copying: text)
  }

  /// Reads a JSON file as `json(_:)` does; throws for a file of another kind that is recognized, such
  /// as a Git LFS pointer or an archive.
  package static func certainJSON(_ path: String) throws(FileError) -> LoadedFile {
    let file = try json(path)
    var scanner = JSONScanner(file.bytes)
    let first = scanner.peek()
    if first != UInt8(ascii: "{"), first != UInt8(ascii: "["),
      let kind = FileKind.nameUnlessText(of: file.bytes)
    {
      throw FileError(.read, path, isOfContent: true, "JSON is expected, but it is \(kind)")
    }
    return file
  }

  deinit { free(UnsafeMutableRawPointer(mutating: bytes.baseAddress)) }

  /// The line number, from 1, of a byte offset.
  package func line(at offset: Int) -> Int {
    var counter = LineCounter(bytes)
    return counter.line(at: offset)
  }
}
