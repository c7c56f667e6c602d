/// File names of which no two are alike, without regard to case, which some file systems ignore.
///
/// Names are given out one by one. One that is taken gets the next free number: `cat`, `cat-2`.
package struct UniqueNames: Sendable {
  /// For each name that is taken, in lower case after its folder, the number to try next.
  private var next: [String: Int] = [:]
  /// Names that no numbered one may take.
  private var reserved: Set<String> = []
  /// Whether names must differ before their endings, as images do that share a label file.
  private let stemsDiffer: Bool

  /// The bytes that file systems leave for a stem beside the ending of label files, ".json".
  private static let stemLimit = 255 - 5

  package init(stemsDiffer: Bool = true) { self.stemsDiffer = stemsDiffer }

  /// Keeps numbered names from taking the name of a file that comes later.
  package mutating func reserve(_ stem: String, ending: String) {
    reserved.insert(key("", stem, ending))
  }

  /// A free name in a folder: the stem, or that with a number, and the ending.
  package mutating func name(_ stem: String, ending: String, in folder: String = "") -> String {
    let stem = Self.shortened(stem)
    let wanted = key(folder, stem, ending)
    guard let first = next[wanted] else {
      next[wanted] = 2
      return stem + ending
    }
    var number = first
    while true {
      let suffix = "-\(number)"
      let numbered = Self.cut(stem, to: Self.stemLimit - suffix.utf8.count) + suffix
      let key = key(folder, numbered, ending)
      number += 1
      if next[key] == nil, !reserved.contains(key) {
        next[key] = 2
        next[wanted] = number
        return numbered + ending
      }
    }
  }

  private func key(_ folder: String, _ stem: String, _ ending: String) -> String {
    "\(folder)/\(stem)\(stemsDiffer ? "" : ending)".lowercased()
  }

  /// A stem of a length that every file system takes.
  package static func shortened(_ stem: String) -> String { cut(stem, to: stemLimit) }

  /// As many whole characters as fit into a number of bytes.
  private static func cut(_ stem: String, to bytes: Int) -> String {
    var stem = stem
    while stem.utf8.count > bytes { stem.removeLast() }
    return stem
  }
}
