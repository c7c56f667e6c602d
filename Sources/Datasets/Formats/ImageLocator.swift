import Basics
import Imaging

/// Finds the images that label files name, where people have them.
///
/// Folders are moved, endings change their case or are missing, and a path of another machine stays
/// in the file: so a name is tried as given, then by its last part, then with any ending.
/// No image is searched for outside of the folders.
package struct ImageLocator: Sendable {
  /// Where images are searched for, in this order.
  private let folders: [String]
  /// The images directly in each folder, by their stem in lower case.
  private let stems: [[String: [String]]]

  /// - Parameters:
  ///   - root: The folder to search where none of the folders exists.
  ///   - folders: Where images may lie, in order of preference; missing ones are ignored.
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

  /// Where an image lies, or nil; `name` may be a path, with an image's ending or without.
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

  /// Where an image lies, or where it is expected.
  func place(of name: String) -> String {
    path(of: name) ?? FilePath.join(folders[0], Self.staysInside(name) ? name : FilePath.name(name))
  }

  /// The image directly in one of the folders that has the name, or its stem.
  private func byName(_ name: String) -> String? {
    let hasEnding = FilePath.isImage(name)
    let stem = (hasEnding ? FilePath.stem(name) : name).lowercased()
    let found = zip(folders, stems).map { (folder: $0, names: $1[stem] ?? []) }
    for (folder, names) in found {
      let path = FilePath.join(folder, name)
      if names.contains(name) { return path }
      if hasEnding, names.isEmpty, FileContents.entry(path) == .file { return path }
    }
    // Several could be meant, and a guess would give an image another one's labels.
    return found.first { $0.names.count == 1 }.map { FilePath.join($0.folder, $0.names[0]) }
  }

  /// Whether a name can only refer to a file below the folder that it is joined to.
  package static func staysInside(_ name: String) -> Bool {
    !name.hasPrefix("/") && !name.utf8.contains(0)
      && !name.split(separator: "/").contains("..")
  }
}
