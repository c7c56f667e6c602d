import Basics
import Foundation

/// A folder that is filled under another name, and gets its own when it is complete.
struct NewFolder {
  private let path: String
  private let aside: String
  /// The folders above it that had to be made, the lowest first.
  private let parents: [String]

  /// What relative paths of images are relative to.
  private let home = FileManager.default.currentDirectoryPath

  /// Throws where the folder is there and not empty, or its parent cannot be written to.
  ///
  /// A link to an empty folder means that folder: the new one takes its place, and the link stays.
  init(_ path: String) throws(DatasetsError) {
    try Self.check(path)
    self.path = FileContents.resolved(path)
    parents = Self.missingParents(of: self.path)
    aside = self.path + ".partial-\(UUID().uuidString.prefix(8))"
    try make(aside)
  }

  /// Refuses what no new folder can be called.
  static func check(_ path: String) throws(DatasetsError) {
    if [".", ".."].contains(FilePath.name(path)) {
      throw DatasetsError(file: path, "a new folder is wanted; give it a name of its own.")
    }
    let place = FileContents.resolved(path)
    switch FileContents.entry(place) {
    case .nothing:
      let link = FilePath.normalized(path)
      if let lost = try? FileManager.default.destinationOfSymbolicLink(atPath: link) {
        throw DatasetsError(
          file: path,
          "a new folder is wanted, but this is a link to \"\(lost)\", which does not exist; make that "
            + "folder, or choose another name.")
      }
    case .file:
      throw DatasetsError(file: path, "a new folder is wanted, but this is a file.")
    case .folder:
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: place), names.isEmpty
      else {
        throw DatasetsError(
          file: path, "the folder is not empty; choose a new one, so that nothing is overwritten.")
      }
      // What is mounted cannot be replaced, which would be found out when all is written.
      let devices = [place, FilePath.folder(place)].map { FileContents.identity($0)?.device }
      guard devices[0] == devices[1] else {
        throw DatasetsError(
          file: path,
          "a disk is mounted here, so that the folder cannot be replaced; choose a new one in it.")
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

  /// Makes a folder and those above it.
  private func make(_ path: String) throws(DatasetsError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw DatasetsError(file: path, "the folder cannot be made; may its parent be written to?")
    }
  }

  /// Where a file of the dataset is while it is written.
  private func place(_ path: String) throws(DatasetsError) -> String {
    let place = FilePath.join(aside, path)
    precondition(FilePath.isInside(place, aside), "\(path) leads out of the dataset")
    let folder = FilePath.folder(place)
    if FileContents.entry(folder) != .folder { try make(folder) }
    return place
  }

  /// Writes a file, below a folder of the new one.
  func write(_ file: WrittenFile, in folder: String) throws(DatasetsError) {
    var new = try NewFile(place(FilePath.join(folder, file.path)), name: file.path)
    for piece in file.pieces { try new.append(piece) }
    try new.finish()
  }

  /// Puts an image into the folder; where that is a link, the image that it leads to.
  func place(
    _ image: String, at path: String, _ how: DatasetWriter.ImageTransfer
  ) throws(DatasetsError) {
    if how == .none { return }
    let place = try place(path)
    let source = FilePath.join(home, image)
    switch how {
    case .none: break
    case .symlink:
      guard symlink(source, place) == 0 else {
        throw DatasetsError(
          file: path, "the link cannot be made: \(String(cString: strerror(errno))).")
      }
    case .hardlink where linkat(AT_FDCWD, source, AT_FDCWD, place, AT_SYMLINK_FOLLOW) == 0: break
    case .hardlink, .copy:
      // Only what the image holds is copied: not that it may only be read.
      let old = try MappedFile(source)
      var new = try NewFile(place, name: path)
      try new.append(contentsOf: old)
      try new.finish()
    }
  }

  /// Gives the folder its name.
  func commit() throws(DatasetsError) {
    // An empty folder of that name is replaced by one with its permissions and, where that is allowed,
    // its owner.
    var status = stat()
    if stat(path, &status) == 0 {
      _ = chown(aside, status.st_uid, status.st_gid)
      chmod(aside, status.st_mode & 0o7777)
    }
    guard rename(aside, path) == 0 else {
      throw DatasetsError(
        file: path, "the finished folder cannot get its name: \(String(cString: strerror(errno))).")
    }
  }

  /// Removes what was written, unless it has got its name.
  func discard() {
    try? FileManager.default.removeItem(atPath: aside)
    // Those that hold anything stay.
    for parent in parents where rmdir(parent) != 0 { break }
  }
}
