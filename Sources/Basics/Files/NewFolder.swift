import Foundation

/// A folder that is written under a temporary name and renamed when it is complete.
///
/// The temporary folder is removed by `discard`. What a killed process leaves behind is removed by
/// the next run with the same target: a lock distinguishes it from that of a running process.
package struct NewFolder {
  private let path: String
  private let aside: String
  /// The parent folders that had to be created, innermost first.
  private let parents: [String]
  /// Held while the folder is written.
  private let lock: FolderLock?

  /// Creates the temporary folder and missing parents.
  ///
  /// A link to an empty folder stands for that folder, which is replaced; the link is kept.
  ///
  /// - Throws: if the folder exists and is not empty, or its parent is not writable.
  package init(_ path: String) throws(FileError) {
    try Self.check(path)
    self.path = FileContents.resolved(path)
    parents = Self.missingParents(of: self.path)
    Self.removeLeftovers(of: self.path)
    aside = self.path + Self.mark + String(UUID().uuidString.prefix(Self.markLength))
    do throws(FileError) {
      try NumberedFolder.makeFolder(aside)
    } catch {
      throw FileError(.make, path, error.reason)
    }
    lock = FolderLock(aside)
  }

  private static let mark = ".partial-"
  private static let markLength = 8

  /// Removes temporary folders of the same target that no process is writing.
  private static func removeLeftovers(of path: String) {
    let folder = FilePath.folder(path)
    let start = FilePath.name(path) + mark
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where name.hasPrefix(start) {
      let end = name.dropFirst(start.count)
      let place = FilePath.join(folder, name)
      let isOurs = end.count == markLength && end.allSatisfy { $0.isASCII && $0.isHexDigit }
      guard isOurs, FileContents.entry(place) == .folder, let lock = FolderLock(place) else {
        continue
      }
      withExtendedLifetime(lock) { try? FileManager.default.removeItem(atPath: place) }
    }
  }

  /// Throws if no new folder can be created at a path.
  package static func check(_ path: String) throws(FileError) {
    if [".", ".."].contains(FilePath.name(path)) {
      throw FileError(.make, path, "a new folder is expected; choose another name than . or ..")
    }
    let place = FileContents.resolved(path)
    switch FileContents.entry(place) {
    case .nothing:
      if let target = FileContents.linkTarget(FilePath.normalized(path)) {
        throw FileError(
          .make, path,
          "this is a link to \"\(target)\", which does not exist; create that folder, or choose "
            + "another name")
      }
    case .file:
      throw FileError(.make, path, "a new folder is expected, but this is a file")
    case .folder:
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: place), names.isEmpty
      else {
        throw FileError(
          .make, path, "the folder is not empty; choose a new one, so that nothing is overwritten")
      }
      // A mount point cannot be replaced; the rename would fail only after everything is written.
      let devices = [place, FilePath.folder(place)].map { FileContents.identity($0)?.device }
      guard devices[0] == devices[1] else {
        throw FileError(
          .make, path,
          "this is a mount point, which cannot be replaced; choose a new folder inside it")
      }
    }
  }

  private static func missingParents(of path: String) -> [String] {
    var parents: [String] = []
    var folder = FilePath.folder(path)
    while FileContents.entry(folder) == .nothing {
      parents.append(folder)
      folder = FilePath.folder(folder)
    }
    return parents
  }

  /// The path of a file in the temporary folder; missing subfolders are created.
  package func place(_ path: String) throws(FileError) -> String {
    let place = FilePath.join(aside, path)
    precondition(FilePath.isInside(place, aside), "\(path) leads out of the folder")
    let folder = FilePath.folder(place)
    if FileContents.entry(folder) != .folder { try NumberedFolder.makeFolder(folder) }
    return place
  }

  /// Writes the concatenation of several pieces, which may be too large to join in memory.
  package func write(_ pieces: [[UInt8]], to path: String) throws(FileError) {
    var file = try NewFile(place(path), name: path)
    for piece in pieces { try file.append(piece) }
    try file.finish()
  }

  /// Renames the temporary folder to the final path.
  package func commit() throws(FileError) {
    // The new folder gets the permissions and, if possible, the owner of the one it replaces.
    var status = stat()
    if stat(path, &status) == 0 {
      _ = chown(aside, status.st_uid, status.st_gid)
      chmod(aside, status.st_mode & 0o7777)
    }
    guard rename(aside, path) == 0 else { throw .system(.make, path) }
  }

  /// Removes the temporary folder and created parents; does nothing after `commit`.
  package func discard() {
    try? FileManager.default.removeItem(atPath: aside)
    // `rmdir` fails for folders with other content.
    for parent in parents where rmdir(parent) != 0 { break }
  }
}
