import Basics

/// The class names of formats whose label files use class names but hold no class list.
package enum ClassList {
  /// Files that list the classes in order, one per line.
  private static let files = [
    "classes.txt", "labels.txt", "labels/classes.txt", "obj.names", "_darknet.labels",
  ]
  /// Labels of LabelMe that are not classes: its exporters leave such shapes out.
  static let fillers: Set<String> = ["__ignore__", "_background_"]

  /// A class name without leading and trailing spaces.
  package static func name(_ text: some StringProtocol) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }

  /// The classes in a folder's class list; nil if it has no such file.
  ///
  /// Throws if a class list is empty or repeats a name.
  ///
  /// - Parameter isNumbered: Whether labels refer to classes by their line, so that every line
  ///   counts.
  package static func listed(
    in root: String, isNumbered: Bool = false
  ) throws(DatasetsError) -> [String]? {
    for name in files {
      let path = FilePath.join(root, name)
      if FileContents.entry(path) == .file || FileContents.brokenLink(on: path)?.path == path {
        return try names(in: path, isNumbered: isNumbered)
      }
    }
    return nil
  }

  /// The class names in a list file; throws if there are none or a name is repeated.
  package static func names(
    in path: String, isNumbered: Bool
  ) throws(DatasetsError) -> [String] {
    guard let lines = try DatasetsError.wrap(FileContents.list(path)) else { throw .missing(path) }
    let names = lines.map { name($0) }
      .filter { !$0.isEmpty && (isNumbered || !fillers.contains($0)) }
    guard !names.isEmpty, Set(names).count == names.count else {
      throw DatasetsError(
        file: path, "class names are expected here, one per line and each once.")
    }
    return names
  }

  /// The listed classes of a folder, followed by the other classes that occur, sorted.
  static func complete(
    in root: String, with occurring: [String]
  ) throws(DatasetsError) -> ClassTable {
    ClassTable((try listed(in: root) ?? []) + Set(occurring).sorted())
  }
}
