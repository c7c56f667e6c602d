import Foundation

/// A folder that is filled under another name, and gets its own when it is complete.
struct NewFolder {
  private let path: String
  private let aside: String

  /// Throws where the folder is there and not empty, or its parent cannot be written to.
  init(_ path: String) throws(DatasetsError) {
    self.path = FilePath.normalized(path)
    aside = self.path + ".partial-\(UUID().uuidString.prefix(8))"
    try Self.check(path)
    try make(aside)
  }

  /// Refuses what no new folder can be called.
  static func check(_ path: String) throws(DatasetsError) {
    if [".", ".."].contains(FilePath.name(path)) {
      throw DatasetsError(file: path, "a new folder is wanted; give it a name of its own.")
    }
    if FileContents.entry(path) == .file {
      throw DatasetsError(file: path, "a new folder is wanted, but this is a file.")
    }
    if FileContents.entry(path) == .folder,
      let names = try? FileManager.default.contentsOfDirectory(atPath: path), !names.isEmpty
    {
      throw DatasetsError(
        file: path, "the folder is not empty; choose a new one, so that nothing is overwritten.")
    }
  }

  /// Makes a folder and those above it.
  private func make(_ path: String) throws(DatasetsError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw DatasetsError(file: path, "the folder cannot be made; may its parent be written to?")
    }
  }

  /// Where a file of the data set is while it is written.
  private func place(_ path: String) throws(DatasetsError) -> String {
    let place = FilePath.join(aside, path)
    precondition(FilePath.isInside(place, aside), "\(path) leads out of the data set")
    let folder = FilePath.folder(place)
    if FileContents.entry(folder) != .folder { try make(folder) }
    return place
  }

  func write(_ file: WrittenFile) throws(DatasetsError) {
    let place = try place(file.path)
    do {
      try Data(file.bytes).write(to: URL(fileURLWithPath: place))
    } catch {
      throw DatasetsError(file: path, "\(file.path) cannot be written; is there room?")
    }
  }

  /// Puts a picture into the folder.
  func place(
    _ picture: String, at path: String, _ how: DatasetWriter.Pictures
  ) throws(DatasetsError) {
    if how == .none { return }
    let place = try place(path)
    let source = URL(fileURLWithPath: picture).standardizedFileURL.path
    if how == .hardlink, link(source, place) == 0 { return }
    do {
      if how == .symlink {
        try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: source)
      } else {
        // Only what the picture holds is copied: not that it may only be read.
        try Data(contentsOf: URL(fileURLWithPath: source), options: .alwaysMapped)
          .write(to: URL(fileURLWithPath: place), options: .withoutOverwriting)
      }
    } catch {
      throw DatasetsError(file: picture, "the picture cannot be copied to \(path); is there room?")
    }
  }

  /// Gives the folder its name.
  func commit() throws(DatasetsError) {
    // An empty folder of that name is replaced.
    guard rename(aside, path) == 0 else {
      throw DatasetsError(
        file: path, "the finished folder cannot get its name: \(String(cString: strerror(errno))).")
    }
  }

  /// Removes what was written, unless it has got its name.
  func discard() {
    try? FileManager.default.removeItem(atPath: aside)
  }
}
