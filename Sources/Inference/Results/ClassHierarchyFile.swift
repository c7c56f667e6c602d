import Basics
import Datasets
import Evaluation

/// The class hierarchy of Open Images: an object with `LabelName` and a list `Subcategory` of such
/// objects. The root, `Entity`, is an ordinary name.
package enum ClassHierarchyFile {
  /// Reads a hierarchy of named classes.
  ///
  /// - Parameter labelNames: The names of classes that the file lists by their labels.
  /// - Throws: `DatasetsError` for a file that is not such a hierarchy or has none of the classes
  ///   below another one.
  package static func read(
    _ path: String, classNames: [String], labelNames: [ClassRename] = []
  ) throws(DatasetsError) -> ClassHierarchy {
    var parents = try pairs(in: path)
    let names = Dictionary(
      labelNames.map { ($0.predicted, $0.groundTruth) }, uniquingKeysWith: { first, _ in first })
    parents = parents.map { (names[$0.child] ?? $0.child, names[$0.parent] ?? $0.parent) }
    let hierarchy = ClassHierarchy(parents: parents, classNames: classNames)
    guard hierarchy.childCount > 0 else {
      throw DatasetsError(
        file: path,
        "no class of the annotations lies below another one here; a \"LabelName\" must be the name "
          + "of a class as the annotations have it, such as \(Sentence.quoted(classNames.first ?? "cat"))."
      )
    }
    return hierarchy
  }

  /// The labels of all classes but the root.
  static func labels(in path: String) throws(DatasetsError) -> [String] {
    try pairs(in: path).map(\.child)
  }

  /// Each class with the one directly above it.
  private static func pairs(
    in path: String
  ) throws(DatasetsError) -> [(child: String, parent: String)] {
    let file = try DatasetsError.wrap(LoadedFile.certainJSON(path))
    var parents: [(child: String, parent: String)] = []
    do throws(JSONFault) {
      var scanner = JSONScanner(file.bytes)
      try read(&scanner, below: nil, depth: 0, &parents)
      guard scanner.isAtEnd() else { throw scanner.unexpected("the end of the file") }
    } catch {
      throw file.error(error)
    }
    return parents
  }

  /// Reads one object; its name may follow its subcategories.
  private static func read(
    _ scanner: inout JSONScanner, below parent: String?, depth: Int,
    _ parents: inout [(child: String, parent: String)]
  ) throws(JSONFault) {
    let start = scanner.offset
    guard depth < 64 else { throw JSONFault("the hierarchy has more than 64 levels", at: start) }
    var name: String?
    var below: JSONScanner?
    var members = try scanner.object("a class of the hierarchy")
    while let key = try scanner.member(&members) {
      if scanner.matches(key, "LabelName") {
        name = ClassList.name(try scanner.name())
        continue
      }
      if scanner.matches(key, "Subcategory") { below = scanner }
      try scanner.skip()
    }
    guard let name else { throw JSONFault("a class has no \"LabelName\"", at: start) }
    if let parent { parents.append((name, parent)) }
    guard var below else { return }
    var list = try below.array("of classes")
    while try below.element(&list) {
      try read(&below, below: name, depth: depth + 1, &parents)
    }
  }
}
