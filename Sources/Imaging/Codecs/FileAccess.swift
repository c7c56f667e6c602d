#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Whole files in and out of memory.
enum FileAccess {
  /// Files above this many bytes are refused: no image has them, and a device may never end.
  static let maximumSize = 1 << 31

  /// The first `limit` bytes of a file, all of them by default, and the file's size in bytes.
  static func read(_ path: String, limit: Int = maximumSize) throws(ImagingError) -> (
    bytes: [UInt8], size: Int
  ) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .unreadableFile(name: path, reason: lastReason()) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else {
      throw .unreadableFile(name: path, reason: lastReason())
    }
    let kind = status.st_mode & S_IFMT
    guard kind != S_IFDIR else { throw .unreadableFile(name: path, reason: "it is a folder") }
    let size = kind == S_IFREG ? Int(status.st_size) : 0
    guard size <= maximumSize else { throw .unreadableFile(name: path, reason: tooLarge) }
    if size > 0 {
      let bytes = try chunk(of: file, size: min(size, limit), path: path)
      return (bytes, size)
    }
    // A pipe, or a file that does not know its size: until it ends.
    var bytes: [UInt8] = []
    while true {
      let more = try chunk(of: file, size: 1 << 16, path: path)
      bytes += more
      if more.count < 1 << 16 { return (bytes, bytes.count) }
      guard bytes.count <= maximumSize else {
        throw .unreadableFile(name: path, reason: tooLarge)
      }
    }
  }

  /// Writes a file aside and then renames it, so that nobody ever sees half of it.
  static func write(_ bytes: [UInt8], to path: String) throws(ImagingError) {
    var status = stat()
    let exists = stat(path, &status) == 0
    let kind = status.st_mode & S_IFMT
    if exists && kind == S_IFDIR { throw .unwritableFile(name: path, reason: "it is a folder") }
    if exists && kind != S_IFREG {  // a pipe or device is written to, not replaced
      let file = open(path, O_WRONLY | O_CLOEXEC)
      guard file >= 0, put(bytes, into: file) else {
        throw .unwritableFile(name: path, reason: lastReason())
      }
      return
    }
    let mark = String(UInt32.random(in: 0...UInt32.max), radix: 36)
    let aside = "\(path).\(mark).part"
    let file = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw .unwritableFile(name: path, reason: lastReason()) }
    guard put(bytes, into: file), rename(aside, path) == 0 else {
      let reason = lastReason()
      unlink(aside)
      throw .unwritableFile(name: path, reason: reason)
    }
  }

  /// Reads up to `size` bytes; fewer only at the file's end.
  private static func chunk(
    of file: Int32, size: Int, path: String
  ) throws(ImagingError) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      let target = UnsafeMutableRawBufferPointer(buffer)
      while count < size {
        let got = systemRead(file, UnsafeMutableRawBufferPointer(rebasing: target[count..<size]))
        if got == 0 { return }
        if got < 0 && errno == EINTR { continue }
        if got < 0 {
          failed = true
          return
        }
        count += got
      }
    }
    if failed { throw .unreadableFile(name: path, reason: lastReason()) }
    return bytes
  }

  /// Writes all bytes and closes the file; false leaves the reason in errno.
  private static func put(_ bytes: [UInt8], into file: Int32) -> Bool {
    let isWritten = bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let put = systemWrite(file, UnsafeRawBufferPointer(rebasing: bytes[done...]))
        if put < 0 && errno == EINTR { continue }
        if put <= 0 { return false }
        done += put
      }
      return true
    }
    let reason = errno
    let isClosed = close(file) == 0
    if !isWritten { errno = reason }
    return isWritten && isClosed
  }

  private static let tooLarge = "it has more than \(maximumSize) bytes"

  private static func lastReason() -> String { String(cString: strerror(errno)) }
}

// The system's functions under names that FileAccess does not have itself.
private func systemRead(_ file: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(file, buffer.baseAddress, buffer.count)
}

private func systemWrite(_ file: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
  write(file, buffer.baseAddress, buffer.count)
}
