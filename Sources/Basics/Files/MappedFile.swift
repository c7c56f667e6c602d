import Foundation

/// A memory-mapped file (`mmap`), for files too large to copy.
///
/// Unsafe: the bytes are valid as long as this object lives; use `withExtendedLifetime` where only
/// the bytes are used. Sendable, because it is immutable after `init`.
package final class MappedFile: @unchecked Sendable {
  /// The bytes of the whole file, read-only.
  package let bytes: UnsafeBufferPointer<UInt8>
  /// The path, for error messages.
  package let path: String

  /// Whether the bytes are mapped; if not, they are a copy.
  private let isMapped: Bool

  /// The default maximum size in bytes; larger files are rejected.
  package static let sizeLimit = 1 << 35

  /// Maps a regular file; throws for others and for files larger than `limit` bytes.
  package init(_ path: String, limit: Int = sizeLimit) throws(FileError) {
    self.path = path
    isMapped = true
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .system(.read, path) }
    defer { close(file) }
    let size = try FileContents.size(of: file, path, limit: limit)
    guard size > 0 else {
      bytes = UnsafeBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0)
    guard let address, address != MAP_FAILED else { throw .system(.read, path) }
    bytes = UnsafeBufferPointer(
      start: UnsafePointer(address.assumingMemoryBound(to: UInt8.self)), count: size)
  }

  /// Holds a copy of some bytes in place of a file's content.
  private init(_ path: String, copying bytes: [UInt8]) {
    self.path = path
    isMapped = false
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count)
    _ = copy.initialize(from: bytes)
    self.bytes = UnsafeBufferPointer(copy)
  }

  /// Maps a text file. UTF-16 is converted to UTF-8 in memory, and byte offsets count there.
  package static func text(_ path: String) throws(FileError) -> MappedFile {
    let file = try MappedFile(path)
    return try TextEncoding.utf8(from: file.bytes, file: path).map {
      MappedFile(path, copying: $0)
    } ?? file
  }

  /// Releases the pages before an offset (`MADV_DONTNEED`), which keeps memory use low when a file
  /// is read sequentially. The bytes stay readable; they are loaded from disk again.
  package func release(before offset: Int) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let length = min(offset, bytes.count) / page * page
    guard isMapped, length > 0, let start = bytes.baseAddress else { return }
    madvise(UnsafeMutableRawPointer(mutating: start), length, MADV_DONTNEED)
  }

  deinit {
    if !isMapped {
      bytes.deallocate()
    } else if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }

  /// The line number, from 1, of a byte offset.
  package func line(at offset: Int) -> Int {
    var counter = LineCounter(bytes)
    return counter.line(at: offset)
  }
}
