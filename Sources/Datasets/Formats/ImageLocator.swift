import Basics
import Imaging

/// Finds the image files that label files name.
///
/// A name is tried as written, then its file name alone, then its stem with any image extension:
/// folders are moved, extensions change or are missing, and label files hold paths of other
/// machines. Images are searched for only in the given folders.
package struct ImageLocator: Sendable {
  /// The folders to search, in this order.
  private let folders: [String]
  /// The images directly in each folder, by lowercase stem.
  private let stems: [[String: [String]]]

  /// - Parameters:
  ///   - root: The folder to search if none of the folders exists.
  ///   - folders: The folders to search, in order of preference; missing ones are ignored.
  init(root: String, folders: [String]) {
    var seen: Set<String> = []
    let existing = folders.filter {
      seen.insert($0).inserted && FileContents.entry($0) == .folder
    }
    self.folders = existing.isEmpty ? [root] : existing
    stems = self.folders.map { folder in
      let names = (FileContents.listing(of: folder) ?? []).map(\.name)
      return Dictionary(
        grouping: names.filter { FilePath.isImage($0) },
        by: { FilePath.stem($0).lowercased() })
    }
  }

  /// The path of an image, or nil; `name` may be a path, with or without a file extension.
  package func path(of name: String) -> String? {
    let name = FilePath.plain(name)
    if Self.staysInside(name), name.contains("/") {
      for folder in folders {
        let path = FilePath.join(folder, name)
        if FileContents.entry(path) == .file { return path }
      }
    }
    return byName(FilePath.name(name))
  }

  /// The path of an image or, if it is missing, where it is expected.
  func place(of name: String) -> String {
    path(of: name) ?? FilePath.join(folders[0], Self.staysInside(name) ? name : FilePath.name(name))
  }

  /// The image directly in one of the folders that has this file name or stem.
  private func byName(_ name: String) -> String? {
    let hasEnding = FilePath.isImage(name)
    let stem = (hasEnding ? FilePath.stem(name) : name).lowercased()
    let found = zip(folders, stems).map { (folder: $0, names: $1[stem] ?? []) }
    for (folder, names) in found {
      let path = FilePath.join(folder, name)
      if names.contains(name) { return path }
      if hasEnding, names.isEmpty, FileContents.entry(path) == .file { return path }
    }
    // If several images match, none is used: a guess could assign the labels of another image.
    return found.first { $0.names.count == 1 }.map { FilePath.join($0.folder, $0.names[0]) }
  }

  /// Whether a relative path stays inside the folder that it is joined to.
  package static func staysInside(_ name: String) -> Bool {
    !name.hasPrefix("/") && !name.utf8.contains(0)
      && !name.split(separator: "/").contains("..")
  }
}
