import Foundation

/// A file's bytes where the operating system keeps them, for files too large to copy.
///
/// Unsafe: the bytes live as long as this object; use `withExtendedLifetime` where only they are
/// used. Sendable, because nothing of it changes after `init`.
package final class MappedFile: @unchecked Sendable {
  /// The whole file; it is only read.
  package let bytes: UnsafeBufferPointer<UInt8>
  /// For messages.
  package let path: String

  /// Larger files are refused, in bytes.
  package static let sizeLimit = 1 << 35

  /// Maps a regular file.
  package init(_ path: String, limit: Int = sizeLimit) throws(FileError) {
    self.path = path
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

  /// Gives back the memory of the bytes before an offset, so that reading a file once from beginning
  /// to end takes little of it. Those bytes can still be read: they are then loaded again.
  package func release(before offset: Int) {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let length = min(offset, bytes.count) / page * page
    guard length > 0, let start = bytes.baseAddress else { return }
    madvise(UnsafeMutableRawPointer(mutating: start), length, MADV_DONTNEED)
  }

  deinit {
    if let start = bytes.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    }
  }

  /// The number of the line, from 1, that holds a byte.
  package func line(at offset: Int) -> Int {
    var counter = LineCounter(bytes)
    return counter.line(at: offset)
  }
}
