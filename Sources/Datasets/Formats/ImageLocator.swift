import Basics
import Imaging

/// Finds the image files that label files name.
///
/// A name is tried as written, then by its end (see `PathResolver`), then by its file name alone
/// with any image extension: folders are moved, extensions change or are missing, and label files
/// hold paths of other machines. Images are searched for only in the given folders.
package struct ImageLocator: Sendable {
  private let resolver: PathResolver
  /// The images directly in each folder, by lowercase stem.
  private let stems: [[String: [String]]]

  private var folders: [String] { resolver.folders }

  /// - Parameters:
  ///   - root: The folder to search if none of the folders exists.
  ///   - folders: The folders to search, in order of preference; missing ones are ignored.
  init(root: String, folders: [String]) {
    let existing = folders.filter { FileContents.entry($0) == .folder }
    resolver = PathResolver(folders: existing.isEmpty ? [root] : existing, kind: .file)
    stems = resolver.folders.map { folder in
      let names = (FileContents.listing(of: folder) ?? []).map(\.name)
      return Dictionary(
        grouping: names.filter { FilePath.isAnyImage($0) },
        by: { FilePath.stem($0).lowercased() })
    }
  }

  /// The path of an image, or nil; `name` may be a path, with or without a file extension.
  package func path(of name: String) -> String? { match(name)?.path }

  /// The path of each image or, if it is missing, where it is expected; nil for names that lead out
  /// of the folders. Two names never mean the same image unless both name it as written.
  func places(of names: [String]) -> [String?] {
    zip(names, PathResolver.paths(names, match)).map { name, match in
      match?.path ?? (Self.staysInside(name) ? FilePath.join(folders[0], name) : nil)
    }
  }

  private func match(_ name: String) -> PathResolver.Match? {
    if !name.contains("/"), let path = image(named: name) { return .exact(path) }
    let portable = FilePath.portable(name)
    for spelling in [name, portable] where Self.staysInside(spelling) && spelling.contains("/") {
      let paths = folders.lazy.map { FilePath.join($0, spelling) }
      if let path = paths.first(where: { FileContents.entry($0) == .file }) { return .exact(path) }
    }
    let last = FilePath.name(portable)
    // An image in the given folders is preferred to one of the same name in a folder of the path.
    if portable == last, let path = image(named: last) ?? similar(to: last) {
      return path == FilePath.join(FilePath.folder(path), last) ? .exact(path) : .partial(path)
    }
    return (resolver.end(of: name) ?? image(named: last) ?? similar(to: last)).map { .partial($0) }
  }

  /// The image directly in one of the folders that has this file name.
  private func image(named name: String) -> String? {
    let stem = FilePath.stem(name).lowercased()
    for (folder, stems) in zip(folders, stems) where stems[stem]?.contains(name) == true {
      return FilePath.join(folder, name)
    }
    return nil
  }

  /// The image directly in one of the folders whose name differs only by its file extension.
  private func similar(to name: String) -> String? {
    let stem = (FilePath.isAnyImage(name) ? FilePath.stem(name) : name).lowercased()
    for (folder, stems) in zip(folders, stems) {
      let names = stems[stem] ?? []
      let readable = names.filter { FilePath.isImage($0) }
      // If several images match, none is used: a guess could assign the labels of another image.
      let choice = readable.isEmpty ? names : readable
      if choice.count == 1 { return FilePath.join(folder, choice[0]) }
    }
    return nil
  }

  /// Whether a relative path stays inside the folder that it is joined to.
  package static func staysInside(_ name: String) -> Bool {
    !name.hasPrefix("/") && !name.utf8.contains(0)
      && !name.split(separator: "/").contains("..")
  }
}
