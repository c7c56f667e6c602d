import Basics
import Foundation
import Imaging

/// The images in a folder and its subfolders, sorted by path; hidden files and the folders of earlier
/// results are skipped.
struct FolderImages {
  var paths: PackedPaths
  private(set) var problems: [InferenceError] = []
  private(set) var warnings: [String] = []

  /// - Throws: `InferenceError` for a folder without images.
  init(_ folder: String) throws(InferenceError) {
    guard !ResultMark.isIn(folder) else {
      throw InferenceError(
        "the folder \(Sentence.quoted(folder)) holds results of an earlier run "
          + "(\(ResultMark.fileName)), which are not read as inputs")
    }
    paths = PackedPaths(folder: folder)
    var others: [String] = []
    for element in FolderWalk([folder], links: .follow, skipping: ResultMark.isIn) {
      switch element {
      case .file(let path), .brokenLink(let path), .special(let path):
        if FilePath.isImage(path) { paths.append(path) } else { others.append(path) }
      case .unlistable(let path):
        problems.append(
          InferenceError(
            "cannot read the folder \(Sentence.quoted(path)): check its permissions"))
      case .invalidName(let path):
        guard FilePath.isImage(path) || path.hasSuffix("/") else { continue }
        problems.append(
          InferenceError("the name \(Sentence.quoted(path)) is not UTF-8; rename it"))
      case .upwardLink: break
      }
    }
    let unreadable = UnreadableFormat.summary(others).map {
      "files of formats that cannot be read: \($0); convert them to JPEG or PNG"
    }
    if paths.count > 0 {
      if let unreadable {
        warnings.append("the folder \(Sentence.quoted(folder)) also holds \(unreadable)")
      }
    } else if let unreadable {
      throw InferenceError("the folder \(Sentence.quoted(folder)) holds only \(unreadable)")
    } else if let problem = problems.first {
      throw problem
    } else {
      let endings = Codec.allCases.flatMap(\.fileExtensions).map { "." + $0 }
      throw InferenceError(
        "the folder \(Sentence.quoted(folder)) holds no images (\(Sentence.alternatives(endings)))")
    }
  }
}

/// Folders of results, which are not read as inputs.
package enum ResultMark {
  /// The name of the file that marks a folder: its manifest.
  package static let fileName = "manifest.json"

  /// Whether a folder holds results.
  package static func isIn(_ folder: String) -> Bool {
    FileContents.entry("\(folder)/\(fileName)") == .file
  }
}

/// Paths as the shell's patterns: `*`, `?` and `[...]`.
enum PathPattern {
  /// The sorted paths that match; nil for a path without such characters.
  static func matches(_ pattern: String) -> [String]? {
    guard pattern.contains(where: { "*?[".contains($0) }) else { return nil }
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    // A name that is not UTF-8 gets replacement characters.
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { String(cString: $0) }
    }.sorted { FileContents.isBefore($0, $1) }
  }
}
