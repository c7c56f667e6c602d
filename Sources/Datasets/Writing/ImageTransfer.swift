import Basics
import Foundation

extension NewFolder {
  /// Copies or links an image into the folder. Copies and hard links follow symbolic links.
  ///
  /// - Parameter source: An absolute path.
  func transfer(
    _ source: String, to path: String, _ how: DatasetWriter.ImageTransfer
  ) throws(FileError) {
    if how == .none { return }
    let place = try place(path)
    switch how {
    case .none: break
    case .symlink:
      guard symlink(source, place) == 0 else { throw .system(.write, path) }
    case .hardlink where linkat(AT_FDCWD, source, AT_FDCWD, place, AT_SYMLINK_FOLLOW) == 0: break
    case .hardlink, .copy:
      // Only the content is copied, not the permissions.
      let old = try LoadedFile(source)
      var new = try NewFile(place, name: path)
      try new.append(contentsOf: old)
      try new.finish()
    }
  }
}
