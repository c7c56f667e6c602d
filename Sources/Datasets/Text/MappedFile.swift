import Basics
import Foundation

/// A file's bytes where the operating system keeps them, for files too large to copy.
///
/// Unsafe: the bytes live as long as this object; `withExtendedLifetime` where only they are used.
final class MappedFile: @unchecked Sendable {
  /// The whole file; nobody writes to it.
  let bytes: UnsafeBufferPointer<UInt8>
  /// For messages.
  let path: String

  /// Larger files are refused, in bytes.
  static let sizeLimit = 1 << 35

  /// Maps a regular file.
  ///
  /// - Throws: `DatasetsError` for what is missing, no file or too large.
  init(_ path: String) throws(DatasetsError) {
    self.path = path
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw Self.failure(path) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw Self.failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetsError(file: path, "a file is expected here, but this is a folder or device.")
    }
    guard status.st_size <= Self.sizeLimit else {
      throw DatasetsError(
        file: path, "\(status.st_size) bytes are too many; at most \(Self.sizeLimit) are read.")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0)
    guard let address, address != MAP_FAILED else { throw Self.failure(path) }
    bytes = UnsafeBufferPointer(
      start: UnsafePointer(address.assumingMemoryBound(to: UInt8.self)), count: size)
  }

  /// Gives back the memory of what lies before a byte, so that a file that is walked through once
  /// takes little of it. The bytes may be read again all the same: they are then fetched anew.
  func giveBack(before offset: Int) {
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
  func line(at offset: Int) -> Int {
    var counter = LineCounter(bytes)
    return counter.line(at: offset)
  }

  private static func failure(_ path: String) -> DatasetsError {
    DatasetsError(file: path, "the file cannot be read: \(String(cString: strerror(errno))).")
  }
}

extension MappedFile {
  /// The error that tells a fault with its line and byte.
  func error(_ fault: JSONFault) -> DatasetsError {
    DatasetsError(
      file: path, line: line(at: fault.offset), "\(fault.message) (byte \(fault.offset)).")
  }
}
