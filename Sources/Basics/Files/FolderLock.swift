import Foundation

/// An exclusive lock on a folder, released with the object or at the end of the process, however it
/// ends.
///
/// The lock is advisory (`flock` on the folder itself, so that no file is left behind): it excludes
/// only others that take it. File systems without locks always grant it.
package final class FolderLock {
  /// Negative where the folder cannot be opened.
  private let descriptor: Int32

  /// Nil where another process, or another object of this one, holds the lock.
  package init?(_ path: String) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else {
      return
    }
    close(descriptor)
    return nil
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}
