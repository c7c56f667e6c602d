import Foundation

/// File metadata that reveal a change of the content without reading it.
struct FileStamp: Hashable, Codable, Sendable {
  /// The file size, in bytes.
  var size: Int
  /// The modification time (mtime), in nanoseconds since 1970.
  var modified: Int64
  /// The status-change time (ctime), in nanoseconds since 1970; programs cannot set it.
  var changed: Int64
  var inode: UInt64
  var device: UInt64
}

extension FileStamp {
  /// The stamp of a regular file, following links; nil if there is none.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    #if canImport(Darwin)
      let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
    #else
      let (modified, changed) = (status.st_mtim, status.st_ctim)
    #endif
    self.init(
      size: Int(status.st_size), modified: Self.nanoseconds(modified),
      changed: Self.nanoseconds(changed), inode: UInt64(status.st_ino),
      device: UInt64(truncatingIfNeeded: status.st_dev))
  }

  /// Whether the last change is old enough that another one would change the times: some file
  /// systems have a resolution of two seconds.
  func isSettled(now: Int64 = Self.now) -> Bool {
    now &- max(modified, changed) > 2_000_000_000
  }

  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return nanoseconds(time)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
