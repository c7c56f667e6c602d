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
  package convenience init(_ path: String, limit: Int = sizeLimit) throws(FileError) {
    guard let file = try FileContents.descriptor(of: path) else { throw .missing(path) }
    defer { close(file) }
    let size = try FileContents.size(of: file, path, limit: limit)
    try self.init(path, size: size) { (buffer) throws(FileError) in
      guard try FileContents.fill(buffer, from: file, path) == size else { throw .shortened(path) }
    }
  }

  private init(
    _ path: String, size: Int, fill: (UnsafeMutableRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    self.path = path
    guard let memory = malloc(max(size, 1)) else {
      throw FileError(.read, path, "its \(size) bytes do not fit into memory")
    }
    let buffer = UnsafeMutableRawBufferPointer(start: memory, count: size)
    bytes = UnsafeBufferPointer(buffer.bindMemory(to: UInt8.self))
    try fill(buffer)
  }

  /// Reads a JSON file. UTF-16 is converted to UTF-8, and byte offsets count there.
  package static func json(_ path: String) throws(FileError) -> LoadedFile {
    let file = try LoadedFile(path)
    guard let text = try TextEncoding.utf8(file.bytes, isMarkup: true, file: path) else {
      return file
    }
    return try LoadedFile(path, size: text.count) { $0.copyBytes(from: text) }
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
