import Basics
import Foundation
import Imaging

/// Finds the label files of a YOLO dataset's images.
///
/// The label folder of an image is that of its image folder with the last `images` replaced by
/// `labels`, or with an `images` before it, or else the image folder itself. Only folders below the
/// dataset's own folder count: a folder above it may be called `images`, too.
struct YOLOLabelLocator {
  struct Label {
    let path: String
    /// Whether the file, or a folder that cannot be listed, is there.
    let exists: Bool
  }

  /// The text files in a folder.
  private enum Content {
    /// By stem.
    case files([String: String])
    /// The folder cannot be listed, or is below a symbolic link that leads nowhere.
    case closed
  }

  /// The dataset's folders, in order of preference, absolute.
  private let bases: [String]
  private let workingFolder = FileManager.default.currentDirectoryPath
  private var contents: [String: Content] = [:]
  /// The label folders of each image folder, in order of preference.
  private var candidates: [String: [String]] = [:]
  /// The name of the label folder beside each folder that was asked for, if there is one.
  private var siblings: [String: String?] = [:]

  /// - Parameter bases: The dataset's folder, and that of its description.
  init(bases: [String]) {
    self.bases = bases.map { FileContents.absolute($0) }
  }

  /// The label file of an image or, if there is none, where it is expected.
  mutating func label(of image: String) -> Label {
    let folder = FilePath.folder(image)
    let stem = FilePath.stem(FilePath.name(image))
    let folders = labelFolders(of: folder)
    for labels in folders {
      switch content(of: labels) {
      case .files(let names):
        if let name = names[stem] { return Label(path: FilePath.join(labels, name), exists: true) }
      case .closed:
        // Reading the file reports the reason.
        return Label(path: FilePath.join(labels, stem + ".txt"), exists: true)
      }
    }
    return Label(path: FilePath.join(folders[0], stem + ".txt"), exists: false)
  }

  /// Whether an image folder has a label folder of its own that holds text files, or nothing.
  mutating func hasLabelFolder(of folder: String) -> Bool {
    labelFolders(of: folder).dropLast().contains { labels in
      guard FileContents.entry(labels) == .folder, case .files(let names) = content(of: labels)
      else { return false }
      return !names.isEmpty || FileContents.listing(of: labels)?.isEmpty == true
    }
  }

  /// The label folders of an image folder, which is the last of them.
  mutating func labelFolders(of folder: String) -> [String] {
    if let known = candidates[folder] { return known }
    let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
    let depth = depth(of: folder)
    var folders: [String] = []
    for place in parts.indices.suffix(depth).reversed() {
      let parent = parts[..<place].map { $0 + "/" }.joined()
      let name: String?
      if let known = siblings[parent + parts[place]] {
        name = known
      } else {
        name = YOLOLayout.labelFolder(beside: parts[place], in: parent)
        siblings[parent + parts[place]] = .some(name)
      }
      guard let name else { continue }
      var changed = parts
      changed[place] = Substring(name)
      folders.append(changed.joined(separator: "/"))
    }
    folders.append(folder)
    candidates[folder] = folders
    return folders
  }

  /// The number of components of a folder's path below the dataset's folder; all of them for a
  /// folder outside of it.
  private func depth(of folder: String) -> Int {
    func count(_ path: String) -> Int { path.split(separator: "/").count }
    let path = FilePath.join(workingFolder, folder)
    let resolved = FileContents.resolved(path)
    for base in bases {
      if FilePath.isInside(path, base) { return count(path) - count(base) }
      let base = FileContents.resolved(base)
      if FilePath.isInside(resolved, base) { return count(resolved) - count(base) }
    }
    return count(folder)
  }

  private mutating func content(of folder: String) -> Content {
    if let known = contents[folder] { return known }
    var content = Content.closed
    if let entries = FileContents.listing(of: folder) {
      var names: [String: String] = [:]
      for entry in entries where FilePath.ending(entry.name) == "txt" && !entry.isFolder {
        let stem = FilePath.stem(entry.name)
        // Of a.txt and a.TXT, the former.
        if names[stem] == nil || entry.name.hasSuffix(".txt") { names[stem] = entry.name }
      }
      content = .files(names)
    } else if FileContents.entry(folder) == .nothing, FileContents.brokenLink(on: folder) == nil {
      content = .files([:])
    }
    contents[folder] = content
    return content
  }

  // MARK: Issues

  /// Reports label files that belong to several images, and those that are not read.
  ///
  /// - Parameters:
  ///   - images: The images of a split and their labels.
  ///   - areListed: Whether each image is named in a list. Their folders may hold other images.
  mutating func issues(
    _ images: [String], _ labels: [Label], areListed: [Bool]
  ) -> [DatasetIssue] {
    var issues: [DatasetIssue] = []
    var owners: [String: String] = [:]
    var folders: Set<String> = []
    for (index, (image, label)) in zip(images, labels).enumerated() {
      let folder = FilePath.folder(image)
      if !areListed[index] { folders.formUnion(labelFolders(of: folder).dropLast()) }
      guard label.exists else { continue }
      if !areListed[index] { folders.insert(FilePath.folder(label.path)) }
      let owner = owners[label.path] ?? image
      owners[label.path] = owner
      if owner != image, FilePath.isImage(owner), FilePath.isImage(image) {
        issues.report(
          .sharedLabels, label.path,
          "the images \(owner) and \(FilePath.name(image)) have the same label file; both get its "
            + "labels. Give the images different names.")
      }
      if case .files(let beside) = content(of: folder), FilePath.folder(label.path) != folder,
        let name = beside[FilePath.stem(FilePath.name(image))]
      {
        issues.report(
          .orphanedLabels, FilePath.join(folder, name),
          "the labels of the image are read from \(label.path), not from this file.")
      }
    }
    for folder in folders.sorted() {
      guard case .files(let names) = content(of: folder) else { continue }
      for name in names.values.sorted(by: FileContents.isBefore) where !YOLOLayout.isList(name) {
        let path = FilePath.join(folder, name)
        if owners[path] != nil { continue }
        issues.report(
          .orphanedLabels, path, "the label file belongs to no image; it is not read.")
      }
    }
    return issues
  }
}
