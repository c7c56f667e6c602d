import Basics

/// A Darknet description, such as CVAT's `obj.data`: lines `key = value`.
///
/// Keys: `train` and `valid` (list files), `names` (a list of class names), `classes` (their
/// number); others are ignored. Source: Darknet's `cfg/voc.data`, and CVAT's export "YOLO 1.1".
enum DarknetDescription {
  /// Whether a text is a Darknet description.
  static func isOne(_ text: String) -> Bool {
    let keys = entries(text).map(\.key)
    return keys.contains("names") && keys.contains { SplitName.usualName($0) != nil }
  }

  private static func entries(_ text: String) -> [(key: String, value: String, line: Int)] {
    FileContents.lines(text).enumerated().compactMap { index, line in
      guard !line.hasPrefix("#"), let mark = line.firstIndex(of: "=") else { return nil }
      let key = FileContents.trimmed(line[..<mark])
      let value = FileContents.trimmed(line[line.index(after: mark)...])
      return value.isEmpty ? nil : (String(key), String(value), index + 1)
    }
  }

  /// Parses the text of a description; the folder of `file` holds the list of class names.
  static func read(_ text: String, file: String) throws(DatasetsError) -> YOLODescription {
    let entries = entries(text)
    guard let names = entries.first(where: { $0.key == "names" }) else {
      throw DatasetsError(
        file: file, "the key \"names\" is missing; write for instance \"names = obj.names\".")
    }
    let resolver = PathResolver(folders: [FilePath.folder(file)], kind: .file)
    guard let list = resolver.match(names.value)?.path else {
      throw DatasetsError(
        file: file, line: names.line,
        "\"names = \(names.value)\" does not exist; searched for at "
          + resolver.places(of: names.value).joined(separator: " and ") + ".")
    }
    let splits = entries.filter { SplitName.isSplit($0.key) }.map { ($0.key, [$0.value]) }
    let classNames = try ClassList.names(in: list, isNumbered: true)
    if let count = entries.first(where: { $0.key == "classes" }),
      Int(count.value) != classNames.count
    {
      throw DatasetsError(
        file: file, line: count.line,
        "\"classes = \(count.value)\" is expected to be the number of classes in \(list), "
          + "\(classNames.count).")
    }
    return YOLODescription(splits: SplitName.canonical(splits), classNames: classNames)
  }
}
