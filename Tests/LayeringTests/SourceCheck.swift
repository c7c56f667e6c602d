import Foundation

/// Finds what in a source file breaks the rules of `ModuleTable`; works on texts, not on files.
enum SourceCheck {
  /// One import line.
  struct Import: Equatable {
    let module: String
    let line: Int
    /// `@testable`, `@_exported` and the like.
    let attributes: [String]
  }

  /// All imports of a Swift source, comments and long string literals left out.
  static func imports(in source: String) -> [Import] {
    var found: [Import] = []
    for (number, statement) in statements(of: source) {
      var words = statement.split(whereSeparator: \.isWhitespace).map(String.init)
      var attributes: [String] = []
      while let first = words.first, first.hasPrefix("@") || accessLevels.contains(first) {
        attributes.append(first)
        words.removeFirst()
      }
      guard words.first == "import" else { continue }
      words.removeFirst()
      // import struct Foundation.URL
      if let kind = words.first, importKinds.contains(kind) { words.removeFirst() }
      guard let path = words.first else { continue }
      let module = path.prefix { $0 != "." }.filter { $0 != "`" }
      found.append(Import(module: module, line: number, attributes: attributes))
    }
    return found
  }

  /// What is wrong with a source file of a module, one sentence each.
  static func violations(inSwift source: String, module: String, file: String) -> [String] {
    guard let allowed = ModuleTable.allowed[module] else {
      return ["\(file): the module \(module) has no line in the table of modules"]
    }
    var found: [String] = []
    for item in imports(in: source) {
      let place = "\(file):\(item.line)"
      if !allowed.contains(item.module), !ModuleTable.toolchain.contains(item.module) {
        found.append("\(place): \(module) may not import \(item.module)")
      }
      if item.attributes.contains("@testable") {
        found.append("\(place): @testable belongs in tests")
      }
      let passesOn = item.attributes.contains { $0 == "@_exported" || $0 == "public" }
      if passesOn, module != ModuleTable.umbrella {
        found.append("\(place): only \(ModuleTable.umbrella) passes modules on")
      }
    }
    return found
  }

  /// What is wrong with the includes of a C source.
  static func violations(inC source: String, module: String, file: String) -> [String] {
    var found: [String] = []
    for (index, line) in source.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      let words = line.filter { !$0.isWhitespace }
      guard words.hasPrefix("#include") else { continue }
      let header = words.dropFirst("#include".count).filter { !"<>\"".contains($0) }
      let name = header.split(separator: "/").last.map(String.init) ?? ""
      if let owners = ModuleTable.reservedHeaders[name], !owners.contains(module) {
        let only = owners.joined(separator: " and ")
        found.append("\(file):\(index + 1): \(name) is for \(only) alone, not for \(module)")
      }
    }
    return found
  }

  /// A sentence where a file has too many lines.
  static func violations(inLengthOf source: String, file: String) -> [String] {
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false).count
    let count = source.hasSuffix("\n") ? lines - 1 : lines
    guard count > ModuleTable.longestFile else { return [] }
    return ["\(file): \(count) lines, and \(ModuleTable.longestFile) is the most: cut it"]
  }

  /// What is wrong with the package's manifest.
  static func violations(inManifest source: String) -> [String] {
    var found: [String] = []
    for (number, statement) in statements(of: source) {
      let text = statement.filter { !$0.isWhitespace }
      if text.contains(".package(") {
        found.append("Package.swift:\(number): a package dependency")
      }
      if text.contains("unsafeFlags") { found.append("Package.swift:\(number): unsafe flags") }
    }
    return found
  }

  /// Names at the top level that do not belong there.
  ///
  /// - Parameter ignored: patterns of `.gitignore`, of which whole names and `*.ending` are known.
  static func violations(inTopLevel names: [String], ignored: [String]) -> [String] {
    let patterns = ignored.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    return names.sorted().filter { name in
      !name.hasPrefix(".") && !ModuleTable.topLevel.contains(name)
        && !patterns.contains { pattern in
          pattern == name || pattern.hasPrefix("*.") && name.hasSuffix(pattern.dropFirst())
        }
    }
  }

  private static let accessLevels: Set<String> = [
    "public", "package", "internal", "fileprivate", "private",
  ]
  private static let importKinds: Set<String> = [
    "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
  ]

  /// Statements with their line numbers: lines cut at semicolons, without comments and without the
  /// inside of string literals of several lines.
  private static func statements(of source: String) -> [(line: Int, text: Substring)] {
    var result: [(line: Int, text: Substring)] = []
    var commentDepth = 0
    var isInsideString = false
    let lines = source.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      var code = ""
      var rest = line
      while let first = rest.first {
        if isInsideString {
          isInsideString = !rest.hasPrefix("\"\"\"")
          rest = rest.dropFirst(isInsideString ? 1 : 3)
        } else if rest.hasPrefix("/*") {
          commentDepth += 1
          rest = rest.dropFirst(2)
        } else if commentDepth > 0 {
          let ends = rest.hasPrefix("*/")
          commentDepth -= ends ? 1 : 0
          rest = rest.dropFirst(ends ? 2 : 1)
        } else if rest.hasPrefix("//") {
          break
        } else if rest.hasPrefix("\"\"\"") {
          isInsideString = true
          rest = rest.dropFirst(3)
        } else if first == "\"" {
          let literal = literal(at: rest)
          code += literal
          rest = rest.dropFirst(literal.count)
        } else {
          code.append(first)
          rest = rest.dropFirst()
        }
      }
      result += code.split(separator: ";").map { (index + 1, $0) }
    }
    return result
  }

  /// The string literal that a text begins with, quotes included; what is inside is no comment.
  private static func literal(at text: Substring) -> Substring {
    var isEscaped = false
    for index in text.indices.dropFirst() {
      if text[index] == "\"", !isEscaped { return text[...index] }
      isEscaped = text[index] == "\\" && !isEscaped
    }
    return text
  }
}
