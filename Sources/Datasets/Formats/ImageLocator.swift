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
    guard Self.staysInside(name) else { return byName(FilePath.name(name)) }
    if name.contains("/") {
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
    let ending = FilePath.isImage(name)
    for (folder, stems) in zip(folders, stems) {
      let found = stems[(ending ? FilePath.stem(name) : name).lowercased()] ?? []
      if found.contains(name) { return FilePath.join(folder, name) }
      if ending, found.isEmpty, FileContents.entry(FilePath.join(folder, name)) == .file {
        return FilePath.join(folder, name)
      }
    }
    for (folder, stems) in zip(folders, stems) {
      let found = stems[(ending ? FilePath.stem(name) : name).lowercased()] ?? []
      // Several could be meant, and a guess would give an image another one's labels.
      if found.count == 1 { return FilePath.join(folder, found[0]) }
    }
    return nil
  }

  /// Whether a name can only refer to a file below the folder that it is joined to.
  package static func staysInside(_ name: String) -> Bool {
    !name.hasPrefix("/") && !name.utf8.contains(0)
      && !name.split(separator: "/").contains("..")
  }
}
