import Foundation

extension FileContents {
  /// The kind of a file system entry.
  package enum Entry {
    case nothing, file, folder
  }

  /// The kind of the entry at a path; symbolic links are followed.
  package static func entry(_ path: String) -> Entry {
    var status = stat()
    // A zero byte ends the path in C, but not in Swift.
    guard !path.utf8.contains(0), stat(path, &status) == 0 else { return .nothing }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }

  /// The target of a symbolic link, as it is written in the link; nil for other paths.
  static func linkTarget(_ path: String) -> String? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink(path, &target, Int(PATH_MAX))
    guard count >= 0 else { return nil }
    return String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether the path itself is a symbolic link.
  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// The symbolic link whose missing target is the reason why a path does not exist: the path itself
  /// or a folder above it. Nil if there is none.
  package static func brokenLink(on path: String) -> (path: String, target: String)? {
    var place = path
    while entry(place) == .nothing {
      if let target = linkTarget(place) { return (place, target) }
      let folder = FilePath.folder(place)
      if folder == place { return nil }
      place = folder
    }
    return nil
  }

  /// Identifies a file or folder independently of the path: device and inode number.
  package struct Identity: Hashable {
    package let device: UInt64
    package let number: UInt64
  }

  /// Removes a file, if it is there.
  package static func remove(_ path: String) throws(FileError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw .system(.write, path) }
  }

  /// The identity of a file or folder; nil if it does not exist.
  package static func identity(_ path: String) -> Identity? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
  }

  /// The absolute path of a path relative to the working folder; symbolic links are kept.
  package static func absolute(_ path: String) -> String {
    FilePath.join(FileManager.default.currentDirectoryPath, path)
  }

  /// The absolute path with symbolic links resolved; components that do not exist are kept.
  package static func resolved(_ path: String) -> String {
    // Links are resolved before `..`: after a link, ".." is the parent of the link's target.
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    let folder = FilePath.folder(path)
    return folder == path ? path : FilePath.join(resolved(folder), FilePath.name(path))
  }

  /// The names of the entries of a folder without hidden ones, sorted by their UTF-8 bytes.
  package static func names(in folder: String) throws(FileError) -> [String] {
    guard let entries = listing(of: folder) else { throw unlistable(folder) }
    return entries.map(\.name).sorted(by: isBefore)
  }

  package static func unlistable(_ folder: String) -> FileError {
    FileError(.list, folder, "it does not exist, or you have no permission to read it")
  }

  package static func isListable(_ folder: String) -> Bool {
    guard let stream = opendir(folder) else { return false }
    closedir(stream)
    return true
  }

  package struct FolderEntry {
    /// The name; if it is not UTF-8, a printable form that names no file.
    package let name: String
    package let isUTF8: Bool
    /// What it is; symbolic links are followed. `file` for a link that leads nowhere.
    package let kind: Kind
    package let isLink: Bool

    package enum Kind {
      case file, folder
      /// A named pipe, socket or device: reading it could wait forever.
      case special
    }

    package var isFolder: Bool { kind == .folder }
  }

  /// The entries of a folder without hidden ones, unordered; nil if it cannot be listed.
  ///
  /// Most file systems return the kind with the name (`d_type`), which saves a `stat` per file.
  package static func listing(of folder: String) -> [FolderEntry]? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var entries: [FolderEntry] = []
    while let entry = readdir(stream) {
      let (name, isUTF8) = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
          String(validatingCString: $0).map { ($0, true) } ?? (printable($0), false)
        }
      }
      if name.hasPrefix(".") { continue }
      let path = folder + "/" + name
      let (kind, isLink) =
        switch Int(entry.pointee.d_type) {
        case Int(DT_DIR): (FolderEntry.Kind.folder, false)
        case Int(DT_REG): (FolderEntry.Kind.file, false)
        default: (Self.kind(path), Self.isLink(path))
        }
      entries.append(FolderEntry(name: name, isUTF8: isUTF8, kind: kind, isLink: isLink))
    }
    return entries
  }

  private static func printable(_ name: UnsafePointer<CChar>) -> String {
    FilePath.printable(UnsafeBufferPointer(start: name, count: strlen(name)).map(UInt8.init))
  }

  private static func kind(_ path: String) -> FolderEntry.Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .file }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: return .special
    }
  }

  /// Whether the first string sorts before the second by UTF-8 bytes.
  package static func isBefore(_ first: String, _ second: String) -> Bool {
    var (first, second) = (first, second)
    return first.withUTF8 { a in second.withUTF8 { b in a.lexicographicallyPrecedes(b) } }
  }
}
