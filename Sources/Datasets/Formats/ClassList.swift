import Basics

/// The class names of a dataset whose label files name classes but do not list them.
package enum ClassList {
  /// Files that list classes, one a line, in their order.
  private static let files = ["classes.txt", "labels.txt", "labels/classes.txt", "obj.names"]
  /// What LabelMe writes into its list besides classes.
  static let fillers: Set<String> = ["__ignore__", "_background_"]

  /// The name of a class, without the spaces around it in its file.
  package static func name(_ text: some StringProtocol) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }

  /// The classes that a folder's list names, or nil where there is no list.
  ///
  /// Throws where a list is empty or names a class twice.
  static func listed(in root: String) throws(DatasetsError) -> [String]? {
    for name in files {
      let path = FilePath.join(root, name)
      guard FileContents.entry(path) == .file,
        let text = try DatasetsError.wrap(FileContents.text(path))
      else {
        continue
      }
      let names = FileContents.lines(text).map { Self.name($0) }.filter {
        !$0.isEmpty && !fillers.contains($0)
      }
      guard !names.isEmpty, Set(names).count == names.count else {
        throw DatasetsError(
          file: path, "class names are expected here, one a line and each once.")
      }
      return names
    }
    return nil
  }

  /// The classes that a folder lists and behind them, sorted, those that only occur.
  static func complete(
    in root: String, with occurring: [String]
  ) throws(DatasetsError) -> ClassTable {
    ClassTable((try listed(in: root) ?? []) + Set(occurring).sorted())
  }
}
