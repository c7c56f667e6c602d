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
        found.report(
          .layout, FilePath.normalized(path),
          "the folder cannot be listed; its content is ignored.")
      case .invalidName(let path): found.report(.layout, FilePath.normalized(path), foreignName)
      case .upwardLink(let path): found.report(.layout, FilePath.normalized(path), upwardLink)
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

  private static let upwardLink =
    "the link leads upward, to a folder around the images; it is not followed."
  private static let foreignName = "the name is not UTF-8; ignored. Rename it."

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

  /// The images directly in a folder, in no order; none where it cannot be listed.
  static func images(directlyIn folder: String) -> [String] {
    (FileContents.listing(of: folder) ?? []).filter { FilePath.isImage($0.name) }
      .map { FilePath.join(folder, $0.name) }
  }

  /// The folders directly in a folder, sorted, and issues of what is ignored, as for files.
  static func folders(in folder: String) -> (paths: [String], issues: [DatasetIssue]) {
    var folders: [String] = []
    var found: [DatasetIssue] = []
    for entry in FileContents.listing(of: folder) ?? [] {
      let path = FilePath.join(folder, entry.name)
      if !entry.isUTF8 {
        found.report(.layout, path, foreignName)
      } else if entry.isFolder {
        if entry.isLink, FolderWalk.leadsUpward(path, from: []) {
          found.report(.layout, path, upwardLink)
        } else {
          folders.append(path)
        }
      }
    }
    return (
      folders.sorted(by: FileContents.isBefore),
      found.sorted { FileContents.isBefore($0.file, $1.file) }
    )
  }

  /// The folders in a dataset that are called as splits are, by split.
  static func splits(in root: String) -> [String: String] {
    SplitName.values { folder([$0], in: root) }
  }

  /// The same; if there are none, all of the dataset is for training.
  static func splitsOrAll(in root: String) -> [String: String] {
    let splits = splits(in: root)
    return splits.isEmpty ? ["train": root] : splits
  }

  /// The first of some folders in a folder that is there.
  static func folder(_ names: [String], in root: String) -> String? {
    names.map { FilePath.join(root, $0) }.first { FileContents.entry($0) == .folder }
  }

  /// The images that a list names, one a line.
  static func listed(_ list: String) throws(DatasetsError) -> [String] {
    let names = FileContents.lines(try DatasetsError.wrap(FileContents.text(list)) ?? "")
      .map { String(FileContents.trimmed($0)) }.filter { !$0.isEmpty }
    if names.isEmpty { throw DatasetsError(file: list, "the list of images is empty.") }
    return names
  }
}
