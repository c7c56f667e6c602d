import Foundation

/// Numbered result folders: `runs/detect-1`, `runs/detect-2` and so on.
package enum NumberedFolder {
  /// Creates the first free folder `NAME-N` in `parent`, and `parent` if it is missing.
  ///
  /// `mkdir` is atomic, so two processes never get the same folder.
  package static func make(_ name: String, in parent: String) throws(FileError) -> String {
    try makeFolder(parent)
    var number = 1
    while true {
      let path = FilePath.join(parent, "\(name)-\(number)")
      if mkdir(path, 0o777) == 0 { return path }
      guard errno == EEXIST else { throw .system(.make, path) }
      number += 1
    }
  }

  /// Creates a folder and its missing parents.
  package static func makeFolder(_ path: String) throws(FileError) {
    if mkdir(path, 0o777) == 0 { return }
    let reason = errno
    switch (FileContents.entry(path), reason) {
    case (.folder, _): return
    case (.file, _): throw FileError(.make, path, "there is a file of this name")
    case (.nothing, ENOENT):
      let parent = FilePath.folder(path)
      guard parent != path, FileContents.entry(parent) == .nothing else { break }
      try makeFolder(parent)
      if mkdir(path, 0o777) == 0 || FileContents.entry(path) == .folder { return }
    default: errno = reason
    }
    throw .system(.make, path)
  }
}
