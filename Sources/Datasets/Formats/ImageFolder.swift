import Basics

/// Walks through folders of images.
enum ImageFolder {
  /// All files below some folders that pass a test of their name, in the order of the names in each
  /// folder.
  ///
  /// However folders link to each other, each is walked once, and under its own name where that is
  /// below the folders, too. Links to files count as files. What cannot be walked is among the
  /// issues: folders that cannot be listed, names that are not UTF-8, and links that lead upward.
  static func files(
    below folders: [String], issues: inout [DatasetIssue], where isWanted: (String) -> Bool
  ) -> [String] {
    let roots = folders.map { FileContents.resolved($0) }
    var files: [String] = []
    var found: [DatasetIssue] = []
    var visited: Set<FileContents.Identity> = []
    var pending = Array(folders.reversed())
    /// Links to folders: those that are next, from the last to the first, and those found since.
    var (next, links) = ([String](), [String]())
    while true {
      // Links last: a folder that is also there by its own name is then known already.
      let owned = pending.popLast()
      guard let folder = owned ?? next.popLast() else {
        if links.isEmpty { break }
        next = links.sorted { FileContents.isBefore($1, $0) }
        links = []
        continue
      }
      if let identity = FileContents.identity(folder), !visited.insert(identity).inserted {
        continue
      }
      if owned == nil, leadsUpward(folder, from: roots) {
        found.append(upwardLink(folder))
        continue
      }
      guard let entries = FileContents.listing(of: folder) else {
        found.append(
          DatasetIssue(
            kind: .layout, file: folder,
            message: "the folder cannot be listed; its content is ignored."))
        continue
      }
      for entry in entries {
        let path = FilePath.join(folder, entry.name)
        if !entry.isUTF8 {
          found.append(foreignName(path))
        } else if isWanted(entry.name) {
          files.append(path)
        } else if entry.isFolder {
          if entry.isLink { links.append(path) } else { pending.append(path) }
        }
      }
    }
    issues += found.sorted { FileContents.isBefore($0.file, $1.file) }
    return files.map { (path: $0, key: sortingKey($0)) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.path)
  }

  /// The bytes of a path with the slash before all others, so that what is in a folder stays together.
  private static func sortingKey(_ path: String) -> [UInt8] {
    path.utf8.map { $0 == UInt8(ascii: "/") ? 0 : $0 }
  }

  /// Whether a link leads to a folder above itself, or above one of some folders: to walk on there
  /// would be to leave the dataset, as far as through the whole machine.
  private static func leadsUpward(_ link: String, from folders: [String]) -> Bool {
    let target = FileContents.resolved(link)
    return (folders + [FileContents.resolved(FilePath.folder(link))])
      .contains { FilePath.isInside($0, target) }
  }

  private static func upwardLink(_ path: String) -> DatasetIssue {
    DatasetIssue(
      kind: .layout, file: path,
      message: "the link leads upward, to a folder around the images; it is not followed.")
  }

  private static func foreignName(_ path: String) -> DatasetIssue {
    DatasetIssue(
      kind: .layout, file: path, message: "the name is not UTF-8; ignored. Rename it.")
  }

  /// All files below a folder that pass a test of their name, as for several folders.
  ///
  /// - Throws: `DatasetsError` where the folder itself cannot be listed.
  static func files(
    below folder: String, issues: inout [DatasetIssue], where isWanted: (String) -> Bool
  ) throws(DatasetsError) -> [String] {
    guard FileContents.isListable(folder) else {
      throw DatasetsError(FileContents.unlistable(folder).diagnostic)
    }
    return files(below: [folder], issues: &issues, where: isWanted)
  }

  /// All images below a folder, as `files` does.
  static func images(
    below folder: String, issues: inout [DatasetIssue]
  ) throws(DatasetsError) -> [String] {
    try files(below: folder, issues: &issues, where: FilePath.isImage)
  }

  /// The images directly in a folder, in no order; none where it cannot be listed.
  static func images(directlyIn folder: String) -> [String] {
    (FileContents.listing(of: folder) ?? []).filter { FilePath.isImage($0.name) }
      .map { FilePath.join(folder, $0.name) }
  }

  /// Whether images lie directly in a folder.
  static func hasImages(_ folder: String) -> Bool {
    (FileContents.listing(of: folder) ?? []).contains { FilePath.isImage($0.name) }
  }

  /// The folders directly in a folder, sorted; what is ignored is among the issues, as for files.
  static func folders(in folder: String, issues: inout [DatasetIssue]) -> [String] {
    var folders: [String] = []
    var found: [DatasetIssue] = []
    for entry in FileContents.listing(of: folder) ?? [] {
      let path = FilePath.join(folder, entry.name)
      if !entry.isUTF8 {
        found.append(foreignName(path))
      } else if entry.isFolder {
        if entry.isLink, leadsUpward(path, from: []) {
          found.append(upwardLink(path))
        } else {
          folders.append(path)
        }
      }
    }
    issues += found.sorted { FileContents.isBefore($0.file, $1.file) }
    return folders.sorted(by: FileContents.isBefore)
  }

  /// The folders directly in a folder, sorted.
  static func folders(in folder: String) -> [String] {
    var issues: [DatasetIssue] = []
    return folders(in: folder, issues: &issues)
  }

  /// The folders in a dataset that are called as splits are, by split.
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
