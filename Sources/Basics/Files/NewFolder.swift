import Foundation

/// A folder that is filled under another name and renamed when it is complete.
package struct NewFolder {
  private let path: String
  private let aside: String
  /// The folders above it that had to be made, the lowest first.
  private let parents: [String]

  /// Throws if the folder exists and is not empty, or if its parent cannot be written to.
  ///
  /// A link to an empty folder means that folder: the new one takes its place, and the link stays.
  package init(_ path: String) throws(FileError) {
    try Self.check(path)
    self.path = FileContents.resolved(path)
    parents = Self.missingParents(of: self.path)
    aside = self.path + ".partial-\(UUID().uuidString.prefix(8))"
    try NumberedFolder.makeFolder(aside)
  }

  /// Refuses a path at which no new folder can be made.
  package static func check(_ path: String) throws(FileError) {
    if [".", ".."].contains(FilePath.name(path)) {
      throw FileError(.make, path, "a new folder is expected; give it a name of its own")
    }
    let place = FileContents.resolved(path)
    switch FileContents.entry(place) {
    case .nothing:
      let link = FilePath.normalized(path)
      if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link) {
        throw FileError(
          .make, path,
          "this is a link to \"\(target)\", which does not exist; make that folder, or choose another "
            + "name")
      }
    case .file:
      throw FileError(.make, path, "a new folder is expected, but this is a file")
    case .folder:
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: place), names.isEmpty
      else {
        throw FileError(
          .make, path, "the folder is not empty; choose a new one, so that nothing is overwritten")
      }
      // A mounted folder cannot be replaced, which would show only when everything is written.
      let devices = [place, FilePath.folder(place)].map { FileContents.identity($0)?.device }
      guard devices[0] == devices[1] else {
        throw FileError(
          .make, path,
          "a disk is mounted here, so that the folder cannot be replaced; choose a new one in it")
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

  /// The path of a file in the folder while the folder is filled; the folder of the file is made.
  package func place(_ path: String) throws(FileError) -> String {
    let place = FilePath.join(aside, path)
    precondition(FilePath.isInside(place, aside), "\(path) leads out of the folder")
    let folder = FilePath.folder(place)
    if FileContents.entry(folder) != .folder { try NumberedFolder.makeFolder(folder) }
    return place
  }

  /// Writes a file of several pieces, which may be too large to be joined.
  package func write(_ pieces: [[UInt8]], to path: String) throws(FileError) {
    var file = try NewFile(place(path), name: path)
    for piece in pieces { try file.append(piece) }
    try file.finish()
  }

  /// Gives the folder its name.
  package func commit() throws(FileError) {
    // An empty folder of that name is replaced by one with its permissions and, where that is allowed,
    // its owner.
    var status = stat()
    if stat(path, &status) == 0 {
      _ = chown(aside, status.st_uid, status.st_gid)
      chmod(aside, status.st_mode & 0o7777)
    }
    guard rename(aside, path) == 0 else { throw .system(.make, path) }
  }

  /// Removes what was written, unless it has its name.
  package func discard() {
    try? FileManager.default.removeItem(atPath: aside)
    // Folders with other content stay.
    for parent in parents where rmdir(parent) != 0 { break }
  }
}
