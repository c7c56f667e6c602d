import Foundation

/// A regular file that is open for reading, in pieces and at any place.
package final class OpenFile {
  package let path: String
  /// The size in bytes when the file was opened.
  package let size: Int
  /// The open descriptor, for C; it is closed with this object.
  package let descriptor: Int32

  /// Opens a file; throws for a folder, a pipe and a device.
  package init(_ path: String) throws(FileError) {
    guard let file = try FileContents.descriptor(of: path) else { throw .missing(path) }
    (self.path, descriptor) = (path, file)
    do throws(FileError) {
      size = try FileContents.size(of: file, path, limit: .max)
    } catch {
      close(file)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// The bytes from a place on, at most `count`; fewer at the end of the file. The position of the
  /// descriptor does not change.
  package func bytes(at place: Int, count: Int) throws(FileError) -> [UInt8] {
    let count = max(min(count, size - place), 0)
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let step = pread(descriptor, base + filled, count - filled, off_t(place + filled))
        if step < 0, errno == EINTR { continue }
        if step < 0 { failure = .system(.read, path) }
        if step <= 0 { break }
        filled += step
      }
    }
    if let failure { throw failure }
    return bytes
  }
}
