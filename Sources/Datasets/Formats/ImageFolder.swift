import Basics
import Imaging

/// Walks through folders of images.
enum ImageFolder {
  /// All files below some folders that pass a test of their name, in the order of the names in each
  /// folder.
  ///
  /// Each folder is walked once, whatever links lead to it, and under its own name where that is below
  /// the folders. Links to files count as files. Folders that cannot be listed, names that are not
  /// UTF-8, and links that lead upward become issues.
  static func files(
    below folders: [String], issues: inout [DatasetIssue], where isWanted: (String) -> Bool
  ) -> [String] {
    var files: [String] = []
    var found: [DatasetIssue] = []
    for element in FolderWalk(folders.map(FilePath.normalized), links: .followOnce) {
      switch element {
      case .file(let path), .brokenLink(let path):
        if isWanted(FilePath.name(path)) { files.append(FilePath.normalized(path)) }
      case .unlistable(let path):
        found.append(
          DatasetIssue(
            kind: .layout, file: FilePath.normalized(path),
            message: "the folder cannot be listed; its content is ignored."))
      case .invalidName(let path): found.append(foreignName(FilePath.normalized(path)))
      case .upwardLink(let path): found.append(upwardLink(FilePath.normalized(path)))
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
        if entry.isLink, FolderWalk.leadsUpward(path, from: []) {
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
