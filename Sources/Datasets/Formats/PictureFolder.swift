/// Walks through folders of pictures.
enum PictureFolder {
  /// All files below some folders that pass a test of their name, in the order of the names in each
  /// folder.
  ///
  /// However folders link to each other, each is walked once, and under its own name where that is
  /// below the folders, too. Links to files count as files.
  ///
  /// - Throws: `DatasetsError` for a folder that cannot be listed.
  static func files(
    below folders: [String], where isWanted: (String) -> Bool
  ) throws(DatasetsError) -> [String] {
    var files: [String] = []
    var visited: Set<FileContents.Identity> = []
    var pending = Array(folders.reversed())
    /// Links to folders: those that are next, from the last to the first, and those met since.
    var (next, links) = ([String](), [String]())
    while true {
      // Links last: a folder that is also there by its own name is then known already.
      guard let folder = pending.popLast() ?? next.popLast() else {
        if links.isEmpty { break }
        next = links.sorted { FileContents.isBefore($1, $0) }
        links = []
        continue
      }
      if let identity = FileContents.identity(folder), !visited.insert(identity).inserted {
        continue
      }
      for entry in try FileContents.entries(in: folder) {
        let path = FilePath.join(folder, entry.name)
        if isWanted(entry.name) {
          files.append(path)
        } else if entry.isFolder {
          if entry.isLink { links.append(path) } else { pending.append(path) }
        }
      }
    }
    return files.map { (path: $0, key: sortingKey($0)) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.path)
  }

  /// The bytes of a path with the slash before all others, so that what is in a folder stays together.
  private static func sortingKey(_ path: String) -> [UInt8] {
    path.utf8.map { $0 == UInt8(ascii: "/") ? 0 : $0 }
  }

  /// All files below a folder that pass a test of their name, as for several folders.
  static func files(
    below folder: String, where isWanted: (String) -> Bool
  ) throws(DatasetsError) -> [String] {
    try files(below: [folder], where: isWanted)
  }

  /// All pictures below a folder, as `files` does.
  static func pictures(below folder: String) throws(DatasetsError) -> [String] {
    try files(below: folder, where: FilePath.isPicture)
  }

  /// The pictures directly in a folder, in no order; none where it cannot be listed.
  static func pictures(directlyIn folder: String) -> [String] {
    (FileContents.listing(of: folder) ?? []).filter { FilePath.isPicture($0.name) }
      .map { FilePath.join(folder, $0.name) }
  }

  /// Whether pictures lie directly in a folder.
  static func hasPictures(_ folder: String) -> Bool {
    (FileContents.listing(of: folder) ?? []).contains { FilePath.isPicture($0.name) }
  }

  /// The folders directly in a folder, sorted.
  static func folders(in folder: String) -> [String] {
    (FileContents.listing(of: folder) ?? []).filter(\.isFolder).map(\.name)
      .sorted(by: FileContents.isBefore).map { FilePath.join(folder, $0) }
  }

  /// The folders in a data set that are called as splits are, by split.
  static func splits(in root: String) -> [String: String] {
    var splits: [String: String] = [:]
    for split in SplitName.usual {
      for spelling in SplitName.spellings(split) where splits[split] == nil {
        let path = FilePath.join(root, spelling)
        if FileContents.entry(path) == .folder { splits[split] = path }
      }
    }
    return splits
  }
}
