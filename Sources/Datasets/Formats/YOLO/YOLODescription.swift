/// A `data.yaml`: the locations of a YOLO dataset's splits, and its class names.
///
/// Keys: `path`, `train`, `val` (or `valid`), `test`, `names` (list or map), `nc`; others are
/// ignored. Source: the dataset page of Ultralytics' documentation, and Roboflow's exports.
struct YOLODescription: Hashable {
  /// The `path` key: the folder to which the other paths are relative.
  var path: String?
  /// Folders, list files or images of each split, by canonical split name.
  var splits: [String: [String]]
  /// The class names, by class index; names may repeat.
  var classNames: [String]

  /// Parses the text of a description; `file` is used in messages.
  init(_ text: String, file: String) throws(DatasetsError) {
    let root = try YAMLReader.read(text, file: file)
    guard root.entries != nil else {
      throw DatasetsError(
        file: file, line: root.line,
        "a map with the keys train, val and names is expected, but "
          + "the file holds \(root.kind).")
    }
    path = nil
    if let node = root["path"] {
      guard let text = node.text else {
        throw DatasetsError(
          file: file, line: node.line, "\"path\" names one folder, but this is \(node.kind).")
      }
      path = text
    }
    splits = [:]
    for split in SplitName.usual {
      for spelling in SplitName.spellings(split) {
        guard splits[split] == nil, let node = root[spelling] else { continue }
        splits[split] = try Self.places(node, key: spelling, file: file)
      }
    }
    classNames = try Self.classNames(root, file: file)
  }

  /// The value of `train`, `val` or `test`: one path or a list of them.
  private static func places(
    _ node: YAMLNode, key: String, file: String
  ) throws(DatasetsError) -> [String] {
    let places = (node.elements ?? [node]).compactMap(\.text)
    guard places.count == (node.elements?.count ?? 1), !places.isEmpty else {
      throw DatasetsError(
        file: file, line: node.line,
        "\"\(key)\" is expected to be a path or a list of paths, but is \(node.kind).")
    }
    return places
  }

  private static func classNames(
    _ root: YAMLNode, file: String
  ) throws(DatasetsError) -> [String] {
    var count: Int?
    if let node = root["nc"] {
      guard let number = node.text.flatMap({ Int($0) }), (1...maximumClasses).contains(number)
      else {
        throw DatasetsError(
          file: file, line: node.line,
          "\"nc\" is expected to be a number of classes, 1 to \(maximumClasses).")
      }
      count = number
    }
    guard let node = root["names"] else {
      guard let count else {
        throw DatasetsError(
          file: file, line: root.line,
          "the key \"names\" is missing; write for instance \"names: [cat, dog]\".")
      }
      return (0..<count).map { "class \($0)" }
    }
    let names = try names(node, file: file)
    if let count, count != names.count {
      throw DatasetsError(
        file: file, line: node.line,
        "\"nc\" states \(count) classes, but \"names\" has "
          + "\(names.count).")
    }
    return names
  }

  /// Larger class counts are rejected as a mistake.
  private static let maximumClasses = 100_000

  /// The value of `names`: a list, or a map whose keys are 0, 1, 2 ... in any order.
  private static func names(_ node: YAMLNode, file: String) throws(DatasetsError) -> [String] {
    func fail(_ line: Int, _ what: String) -> DatasetsError {
      DatasetsError(
        file: file, line: line,
        "\(what); \"names\" is a list of names, or a map of 0, 1, 2 ... to names.")
    }
    let listed = node.elements?.enumerated().map {
      YAMLNode.Entry(key: "\($0.offset)", value: $0.element)
    }
    let entries = listed ?? node.entries ?? []
    if entries.isEmpty { throw fail(node.line, "the names of the classes are expected here") }
    var names = [String?](repeating: nil, count: entries.count)
    for entry in entries {
      guard let index = Int(entry.key), names.indices.contains(index) else {
        throw fail(
          entry.value.line, "the class number \"\(entry.key)\" is not in 0...\(entries.count - 1)")
      }
      guard names[index] == nil else {
        throw fail(entry.value.line, "the class number \(index) is repeated")
      }
      // A class may be named "null" or "no": any nonempty scalar is accepted.
      let name = ClassList.name(entry.value.written ?? "")
      if name.isEmpty { throw fail(entry.value.line, "a class has no name") }
      names[index] = name
    }
    return names.compactMap { $0 }
  }
}
