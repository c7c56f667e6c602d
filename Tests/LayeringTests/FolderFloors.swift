/// References between the folders of a module, as type names show them.
///
/// A folder refers to another one where a file of it names a type that a file of the other alone
/// declares. Names that several files declare say nothing and are left out.
enum FolderFloors {
  /// The folders of the same module that each folder refers to.
  static func references(in files: [SourceTree.File]) -> [String: Set<String>] {
    let tokens = files.map { identifiers(in: $0.text) }
    var owners: [String: Set<Int>] = [:]
    for (index, words) in tokens.enumerated() {
      for (keyword, name) in zip(words, words.dropFirst())
      where declarations.contains(keyword.text) && isTypeName(name.text) {
        owners[name.text, default: []].insert(index)
      }
    }
    var references: [String: Set<String>] = [:]
    for (index, words) in tokens.enumerated() {
      for word in words where !word.isMember && isTypeName(word.text) {
        guard let owner = owners[word.text], owner.count == 1, let target = owner.first,
          files[target].module == files[index].module,
          files[target].folder != files[index].folder
        else { continue }
        references[files[index].folder, default: []].insert(files[target].folder)
      }
    }
    return references
  }

  /// Groups of folders that refer to each other in circles, each sorted by name (Tarjan 1972,
  /// "Depth-first search and linear graph algorithms": strongly connected components).
  static func circles(_ references: [String: Set<String>]) -> [[String]] {
    var search = Search(references: references)
    for folder in references.keys.sorted() where search.index[folder] == nil {
      search.visit(folder)
    }
    return search.circles.sorted { $0[0] < $1[0] }
  }

  private struct Search {
    let references: [String: Set<String>]
    var index: [String: Int] = [:]
    var low: [String: Int] = [:]
    var stack: [String] = []
    var circles: [[String]] = []

    mutating func visit(_ folder: String) {
      let number = index.count
      index[folder] = number
      var lowest = number
      stack.append(folder)
      for next in references[folder, default: []].sorted() {
        if index[next] == nil { visit(next) }
        if stack.contains(next) { lowest = min(lowest, low[next] ?? index[next] ?? lowest) }
      }
      low[folder] = lowest
      guard lowest == number, let start = stack.firstIndex(of: folder) else { return }
      let members = Array(stack[start...])
      stack.removeSubrange(start...)
      if members.count > 1 { circles.append(members.sorted()) }
    }
  }

  /// An identifier, and whether a dot stands before it.
  struct Identifier: Equatable {
    let text: String
    let isMember: Bool
  }

  private static let declarations: Set<String> = [
    "struct", "class", "enum", "protocol", "actor", "typealias",
  ]

  private static func isTypeName(_ name: String) -> Bool {
    name.utf8.first.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } ?? false
  }

  /// The identifiers of a Swift source without those of comments and string literals.
  ///
  /// What is interpolated into a string is left out, too: it names values, hardly ever a type.
  static func identifiers(in source: String) -> [Identifier] {
    let bytes = Array(source.utf8)
    var found: [Identifier] = []
    var place = 0
    func starts(_ text: StaticString) -> Bool {
      let count = text.utf8CodeUnitCount
      return place + count <= bytes.count
        && (0..<count).allSatisfy { bytes[place + $0] == text.utf8Start[$0] }
    }
    func skip(past end: StaticString, escapes: Bool = false) {
      while place < bytes.count, !starts(end) {
        place += escapes && bytes[place] == UInt8(ascii: "\\") ? 2 : 1
      }
      place = min(place + end.utf8CodeUnitCount, bytes.count)
    }
    while place < bytes.count {
      if starts("//") {
        skip(past: "\n")
      } else if starts("/*") {
        skip(past: "*/")
      } else if starts("\"\"\"") {
        place += 3
        skip(past: "\"\"\"", escapes: true)
      } else if starts("\"") {
        place += 1
        skip(past: "\"", escapes: true)
      } else if isIdentifierByte(bytes[place]) {
        let start = place
        while place < bytes.count, isIdentifierByte(bytes[place]) { place += 1 }
        found.append(
          Identifier(
            text: String(decoding: bytes[start..<place], as: UTF8.self),
            isMember: start > 0 && bytes[start - 1] == UInt8(ascii: ".")))
      } else {
        place += 1
      }
    }
    return found
  }

  private static func isIdentifierByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
