/// Generates unique file names, compared without case, which some file systems ignore.
///
/// A name that is already used gets the next free number: `cat`, `cat-2`.
package struct UniqueNames: Sendable {
  /// For each used name (folder and name in lower case), the number to try next.
  private var next: [String: Int] = [:]
  /// Names that numbered names must not use.
  private var reserved: Set<String> = []
  /// Whether names must differ without their extensions, as for images with one label file each.
  private let stemsDiffer: Bool

  /// The maximum stem length in bytes: names have at most 255, including ".json" of label files.
  private static let stemLimit = 255 - 5

  package init(stemsDiffer: Bool = true) { self.stemsDiffer = stemsDiffer }

  /// Prevents numbered names from using the name of a later file.
  package mutating func reserve(_ stem: String, ending: String) {
    reserved.insert(key("", stem, ending))
  }

  /// An unused name in a folder: the stem, with a number if needed, and the extension.
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

  /// The stem truncated to a length that every file system supports.
  package static func shortened(_ stem: String) -> String { cut(stem, to: stemLimit) }

  /// The longest prefix of whole characters with at most `bytes` UTF-8 bytes.
  private static func cut(_ stem: String, to bytes: Int) -> String {
    var stem = stem
    while stem.utf8.count > bytes { stem.removeLast() }
    return stem
  }
}
