import Foundation

/// The files of the package, found from this file.
enum SourceTree {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A text file of the tree.
  struct File {
    /// From the package's root: "Sources/Engine/Tensor.swift".
    let path: String
    let text: String

    var ending: String { (path as NSString).pathExtension }
    /// All but the file's name: "Sources/Engine".
    var folder: String { (path as NSString).deletingLastPathComponent }
    /// The folder below Sources or Tests.
    var module: String {
      let parts = path.split(separator: "/")
      return parts.count > 2 ? String(parts[1]) : ""
    }
  }

  /// All Swift and C sources under a folder of the root, sorted by path.
  static func sources(under folder: String) throws -> [File] {
    let endings: Set<String> = ["swift", "c", "h", "inc", "S"]
    let paths = try FileManager.default.subpathsOfDirectory(
      atPath: root.appendingPathComponent(folder).path)
    return try paths.filter { endings.contains(($0 as NSString).pathExtension) }.sorted().map {
      let path = "\(folder)/\($0)"
      return File(path: path, text: try text(of: path))
    }
  }

  static func text(of path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  static func topLevelNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.path)
  }
}
