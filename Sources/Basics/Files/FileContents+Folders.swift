import Foundation

extension FileContents {
  /// What is at a path.
  package enum Entry {
    case nothing, file, folder
  }

  /// What is at a path; links are followed.
  package static func entry(_ path: String) -> Entry {
    var status = stat()
    // A zero byte would end the path for the system, but not here.
    guard !path.utf8.contains(0), stat(path, &status) == 0 else { return .nothing }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }

  /// Whether a path is a link itself.
  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// Identifies a file or folder, whatever path leads to it.
  package struct Identity: Hashable {
    package let device: UInt64
    package let number: UInt64
  }

  /// The identity of a file or folder; nil if there is none.
  package static func identity(_ path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }

  /// An absolute path with its links followed, as far as it exists.
  package static func resolved(_ path: String) -> String {
    // Before normalization: behind a link, ".." is the folder above the link's target.
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    let folder = FilePath.folder(path)
    return folder == path ? path : FilePath.join(resolved(folder), FilePath.name(path))
  }

  /// The names in a folder, sorted by their bytes, without hidden ones.
  package static func names(in folder: String) throws(FileError) -> [String] {
    guard let entries = listing(of: folder) else { throw unlistable(folder) }
    return entries.map(\.name).sorted(by: isBefore)
  }

  package static func unlistable(_ folder: String) -> FileError {
    FileError(.list, folder, "does it exist, and may it be opened?")
  }

  /// Whether a folder can be listed.
  package static func isListable(_ folder: String) -> Bool {
    guard let stream = opendir(folder) else { return false }
    closedir(stream)
    return true
  }

  /// An entry of a folder.
  package struct FolderEntry {
    /// If it is not UTF-8, a similar name that does not exist.
    package let name: String
    package let isUTF8: Bool
    /// Whether it is a folder; links are followed.
    package let isFolder: Bool
    package let isLink: Bool
  }

  /// The entries of a folder, in no order, without hidden names; nil if it cannot be listed.
  ///
  /// Most file systems give the kind with the name, so that files need no call each.
  package static func listing(of folder: String) -> [FolderEntry]? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var entries: [FolderEntry] = []
    while let entry = readdir(stream) {
      let (name, isUTF8) = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
          String(validatingCString: $0).map { ($0, true) } ?? (String(cString: $0), false)
        }
      }
      if name.hasPrefix(".") { continue }
      let path = folder + "/" + name
      let (isFolder, isLink) =
        switch Int(entry.pointee.d_type) {
        case Int(DT_DIR): (true, false)
        case Int(DT_REG): (false, false)
        default: (Self.entry(path) == .folder, Self.isLink(path))
        }
      entries.append(
        FolderEntry(name: name, isUTF8: isUTF8, isFolder: isFolder, isLink: isLink))
    }
    return entries
  }

  /// Whether a text comes before another by its bytes.
  package static func isBefore(_ first: String, _ second: String) -> Bool {
    var (first, second) = (first, second)
    return first.withUTF8 { a in second.withUTF8 { b in a.lexicographicallyPrecedes(b) } }
  }
}
