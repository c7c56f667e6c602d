import Foundation

/// What the file system says about a file without its content: a file whose stamp is the same has
/// not been written since.
struct FileStamp: Hashable, Sendable {
  /// Bytes.
  let size: Int
  /// When the content was last written, in nanoseconds since 1970.
  let modified: Int64
  /// When content or properties were last changed, in nanoseconds since 1970; no program can set it.
  let changed: Int64
  /// The file's number on its disk.
  let inode: UInt64
  /// The number of the disk.
  let device: UInt64

  /// The stamp of a regular file, or nil where there is none; links are followed.
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

  init(size: Int, modified: Int64, changed: Int64, inode: UInt64, device: UInt64) {
    self.size = size
    self.modified = modified
    self.changed = changed
    self.inode = inode
    self.device = device
  }

  /// Whether the file has been left alone for so long that a change would show in its times.
  ///
  /// Some file systems count in steps of two seconds; within one a file may change unseen.
  func isSettled(now: Int64 = Self.now) -> Bool {
    now &- max(modified, changed) > 2_000_000_000
  }

  /// The time, in nanoseconds since 1970.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return nanoseconds(time)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
