import Basics

/// A `data.yaml`: the locations of a YOLO dataset's splits, and its class names.
///
/// Keys: `path`, `train`, `val` (or `valid`, `Validation` ...), `test`, CVAT's `default`, `names`
/// (list or map), `nc`, `kpt_shape`; others are ignored. Source: the dataset pages of Ultralytics'
/// documentation, and exports of Roboflow and CVAT.
struct YOLODescription: Hashable {
  /// The `path` key: the folder to which the other paths are relative.
  var path: String?
  /// Folders, list files or images of each split, by canonical split name.
  var splits: [String: [String]]
  /// The class names, by class index; names may repeat.
  var classNames: [String]
  /// The key points of each row, in a dataset of poses.
  var keyPoints: YOLOKeyPoints?

  init(splits: [String: [String]], classNames: [String]) {
    self.splits = splits
    self.classNames = classNames
  }

  /// Whether a text is a description rather than another YAML file.
  static func isOne(_ text: String, file: String) -> Bool {
    // A description with a syntax error is one; reading it reports the error.
    guard let root = try? YAMLReader.read(text, file: file) else { return true }
    return (root.entries ?? []).contains {
      ["names", "nc"].contains($0.key) || SplitName.usualName($0.key) != nil
    }
  }

  /// Parses the text of a description; `file` is used in messages.
  init(_ text: String, file: String) throws(DatasetsError) {
    let root: YAMLNode
    do throws(DatasetsError) {
      root = try YAMLReader.read(text, file: file)
    } catch {
      guard !text.isEmpty, let kind = FileKind.nameUnlessText(of: text.utf8) else { throw error }
      throw DatasetsError(
        file: file, "the description of a dataset is expected, but it is \(kind).")
    }
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
    var places: [(name: String, value: [String])] = []
    for entry in root.entries ?? [] where !entry.value.isNull && SplitName.isSplit(entry.key) {
      let value = try Self.places(entry.value, key: entry.key, file: file)
      let split = SplitName.canonical(entry.key)
      if let other = places.first(where: { SplitName.canonical($0.name) == split }),
        other.value != value
      {
        throw DatasetsError(
          file: file, line: entry.value.line,
          "\"\(other.name)\" and \"\(entry.key)\" are the same split and name different places; "
            + "remove one of them.")
      }
      places.append((entry.key, value))
    }
    splits = SplitName.canonical(places)
    keyPoints = try Self.keyPoints(root, file: file)
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

  private static func keyPoints(
    _ root: YAMLNode, file: String
  ) throws(DatasetsError) -> YOLOKeyPoints? {
    guard let node = root["kpt_shape"] else { return nil }
    let numbers = (node.elements ?? []).compactMap { $0.text.flatMap { Int($0) } }
    guard numbers.count == 2, numbers.count == node.elements?.count,
      (1...10_000).contains(numbers[0]),
      [2, 3].contains(numbers[1])
    else {
      throw DatasetsError(
        file: file, line: node.line,
        "\"kpt_shape\" is expected to be the number of key points and 2 or 3 numbers for each, such "
          + "as [17, 3].")
    }
    return YOLOKeyPoints(count: numbers[0], dimensions: numbers[1])
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
