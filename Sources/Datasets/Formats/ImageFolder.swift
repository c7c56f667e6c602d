import Basics
import Imaging

/// Lists image files and folders.
enum ImageFolder {
  /// All files below some folders whose names pass a test, sorted by name within each folder.
  ///
  /// Each folder is visited once, even if several links lead to it, and under its own path if that
  /// is below the folders. Links to files count as files. Folders that cannot be listed, names that
  /// are not UTF-8, and links to a parent folder are reported as issues.
  static func files(
    below folders: [String], issues: inout [DatasetIssue], where isWanted: (String) -> Bool
  ) -> [String] {
    var files: [String] = []
    var found: [DatasetIssue] = []
    for element in FolderWalk(folders.map(FilePath.normalized), links: .followOnce) {
      switch element {
      case .file(let path):
        if isWanted(FilePath.name(path)) { files.append(FilePath.normalized(path)) }
      case .brokenLink(let path):
        if isWanted(FilePath.name(path)) {
          files.append(FilePath.normalized(path))
        } else if isLostFolder(path) {
          found.report(.layout, FilePath.normalized(path), brokenLink)
        }
      case .unlistable(let path):
        found.report(
          .layout, FilePath.normalized(path),
          "the folder cannot be listed; its content is ignored.")
      case .invalidName(let path):
        let name = FilePath.name(path)
        let kind: DatasetIssue.Kind =
          path.hasSuffix("/") || !isWanted(name)
          ? .layout : FilePath.isImage(name) ? .unreadableImage : .malformedLabels
        found.report(kind, FilePath.normalized(path), foreignName)
      case .upwardLink(let path): found.report(.layout, FilePath.normalized(path), upwardLink)
      case .special(let path):
        if isWanted(FilePath.name(path)) {
          found.report(
            .layout, FilePath.normalized(path),
            "it is a named pipe, socket or device, not a file; ignored.")
        }
      }
    }
    issues += found.sorted { FileContents.isBefore($0.file, $1.file) }
    return files.map { (path: $0, key: sortingKey($0)) }
      .sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.path)
  }

  /// The bytes of a path with the slash sorted before all others, which keeps a folder's content
  /// together.
  private static func sortingKey(_ path: String) -> [UInt8] {
    path.utf8.map { $0 == UInt8(ascii: "/") ? 0 : $0 }
  }

  /// Whether a path is a broken link that may have led to a folder.
  private static func isLostFolder(_ path: String) -> Bool {
    FilePath.ending(path).isEmpty && FileContents.entry(path) == .nothing
  }

  private static let brokenLink = "the symbolic link leads nowhere; ignored."
  private static let upwardLink = "the link points to a parent folder; it is not followed."
  private static let foreignName = "the name is not UTF-8; ignored. Rename it."

  /// All files below a folder whose names pass a test; see above.
  ///
  /// - Throws: `DatasetsError` if the folder itself cannot be listed.
  static func files(
    below folder: String, issues: inout [DatasetIssue], where isWanted: (String) -> Bool
  ) throws(DatasetsError) -> [String] {
    guard FileContents.isListable(folder) else {
      throw DatasetsError(FileContents.unlistable(folder).diagnostic)
    }
    return files(below: [folder], issues: &issues, where: isWanted)
  }

  /// The files below a folder, visited lazily: the first ones are enough to recognize a format.
  static func walk(_ folder: String) -> some Sequence<String> {
    FolderWalk([folder], links: .followOnce).lazy.compactMap {
      if case .file(let path) = $0 { path } else { nil }
    }
  }

  /// The files directly in a folder with one of some file extensions, sorted by name; none if it
  /// cannot be listed.
  static func files(directlyIn folder: String, endings: String...) -> [String] {
    (FileContents.listing(of: folder) ?? [])
      .filter { $0.kind == .file && endings.contains(FilePath.ending($0.name)) }.map(\.name)
      .sorted(by: FileContents.isBefore).map { FilePath.join(folder, $0) }
  }

  /// The images directly in a folder, unsorted; empty if it cannot be listed.
  static func images(directlyIn folder: String) -> [String] {
    (FileContents.listing(of: folder) ?? []).filter { FilePath.isAnyImage($0.name) }
      .map { FilePath.join(folder, $0.name) }
  }

  /// The subfolders of a folder, sorted, and the issues of ignored ones.
  static func folders(in folder: String) -> (paths: [String], issues: [DatasetIssue]) {
    var folders: [String] = []
    var found: [DatasetIssue] = []
    for entry in FileContents.listing(of: folder) ?? [] {
      let path = FilePath.join(folder, entry.name)
      if !entry.isUTF8 {
        found.report(.layout, path, foreignName)
      } else if entry.isLink, isLostFolder(path) {
        found.report(.layout, path, brokenLink)
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

  /// The folders in a dataset that are named like splits, by split.
  static func splits(in root: String) -> [String: String] {
    SplitName.values { folder($0, in: root) }
  }

  /// The same; without split folders, the whole dataset is `train`.
  static func splitsOrAll(in root: String) -> [String: String] {
    let splits = splits(in: root)
    return splits.isEmpty ? ["train": root] : splits
  }

  /// The components of a path below a folder that holds it.
  static func components(of path: String, below root: String) -> [Substring] {
    let (path, root) = (FilePath.normalized(path), FilePath.normalized(root))
    if path == root { return [] }
    return (root == "." ? path[...] : path.dropFirst(root.count)).split(separator: "/")
  }

  /// The path of a file relative to a folder that holds it, without file extension.
  static func stem(of path: String, below root: String) -> String {
    FilePath.stem(components(of: path, below: root).joined(separator: "/"))
  }

  /// A subfolder; nil if it does not exist.
  static func folder(_ name: String, in root: String) -> String? {
    let path = FilePath.join(root, name)
    return FileContents.entry(path) == .folder ? path : nil
  }

  /// The usual names of image folders, in lower case.
  static let imageNames = ["images", "imgs", "image", "img"]
  /// The usual names of folders of label files, in lower case.
  static let labelNames = [
    "annotations", "annotation", "annots", "xmls", "xml", "labels", "label", "json",
  ]

  /// The subfolders with the given lowercase names, ignoring case, in the order of the names; of one
  /// name, that in lower case is first.
  static func folders(named names: [String], in root: String) -> [String] {
    let entries = (FileContents.listing(of: root) ?? []).filter(\.isFolder).map(\.name)
      .sorted(by: >)
    return names.flatMap { name in entries.filter { $0.lowercased() == name } }
      .map { FilePath.join(root, $0) }
  }

  /// Throws if a folder has two subfolders for one split, such as `train` and `training`, as only one
  /// would be read, or one that cannot be read.
  ///
  /// - Parameter isPart: Whether a subfolder holds data of the format.
  static func checkSplits(
    in root: String, where isPart: (String) -> Bool = { _ in true }
  ) throws(DatasetsError) {
    var found: [String: [String]] = [:]
    for entry in FileContents.listing(of: root) ?? [] {
      guard let split = SplitName.usualName(entry.name) else { continue }
      let path = FilePath.join(root, entry.name)
      if let link = FileContents.brokenLink(on: path) {
        throw DatasetsError(
          file: path,
          "the folder of the split \"\(split)\" is a symbolic link to \(link.target), which does "
            + "not exist.")
      }
      guard entry.isFolder else { continue }
      guard FileContents.isListable(path) else {
        throw DatasetsError(FileContents.unlistable(path).diagnostic)
      }
      found[split, default: []].append(path)
    }
    for (split, parts) in found.sorted(by: { $0.key < $1.key }) where parts.count > 1 {
      let parts = parts.filter(isPart).sorted(by: FileContents.isBefore)
      guard Set(parts.map { FileContents.resolved($0) }).count > 1 else { continue }
      throw DatasetsError(
        file: root,
        "the folders \(parts.joined(separator: " and ")) are both the split \"\(split)\"; move "
          + "one of them out of the dataset, or merge them.")
    }
  }

  /// Throws if a name in a list of images is that of a folder.
  static func refuseFolder(
    _ name: String, at places: [String], in list: String
  ) throws(DatasetsError) {
    guard let folder = places.first(where: { FileContents.entry($0) == .folder }) else { return }
    throw DatasetsError(
      file: list,
      "\"\(name)\" is the folder \(folder), but a list names images, one per line.")
  }

  /// The image names in a list file, one per line or separated by zero bytes.
  static func listed(_ list: String) throws(DatasetsError) -> [String] {
    let names = try DatasetsError.wrap(FileContents.list(list)) ?? []
    if names.isEmpty { throw DatasetsError(file: list, "the list of images is empty.") }
    return names
  }
}
