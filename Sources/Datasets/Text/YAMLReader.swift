import Basics

/// Reads the part of YAML in which datasets are described.
///
/// Nested maps and lists by indentation, `[a, b]` and `{k: v}` over one or more lines, plain and
/// quoted scalars on one line, block text (`|` and `>`), comments and one `---` at the start.
/// Anchors, aliases, tags, merge keys, several documents, complex keys and scalars over several
/// lines are refused with a sentence. Source: YAML 1.2.2.
struct YAMLReader {
  /// A line with its indentation taken off.
  private struct Line {
    var number: Int
    var indent: Int
    /// Without indentation; comments are still there.
    var content: Substring
    /// Whether it holds nothing but a comment, or nothing at all.
    var isBlank: Bool { content.isEmpty || content.hasPrefix("#") }
  }

  /// Deeper nesting is refused.
  private static let depthLimit = 64

  private let file: String
  private var lines: [Line]
  private var next = 0

  /// Reads a whole file; an empty one is null.
  static func read(_ text: String, file: String) throws(DatasetsError) -> YAMLNode {
    var reader = try YAMLReader(text, file: file)
    let node = try reader.block(depth: 0)
    if let line = reader.current {
      throw reader.error(line.number, "unexpected content after the end of the value")
    }
    return node
  }

  private init(_ text: String, file: String) throws(DatasetsError) {
    self.file = file
    lines = []
    for (index, raw) in FileContents.lines(text).enumerated() {
      let content = raw.drop { $0 == " " }
      let line = Line(
        number: index + 1, indent: raw.utf8.count - content.utf8.count,
        content: YAMLScanner.trimmedEnd(content))
      lines.append(line)
    }
    try dropDocumentMarks()
  }

  /// Removes a `---` before the document and a `...` after it; refuses a second document.
  private mutating func dropDocumentMarks() throws(DatasetsError) {
    var hasContent = false
    var marks = 0
    for (index, line) in lines.enumerated() where line.indent == 0 && !line.isBlank {
      if line.content.hasPrefix("%") && !hasContent {
        lines[index].content = ""
      } else if line.content == "---" || line.content.hasPrefix("--- #") {
        marks += 1
        if hasContent || marks > 1 {
          throw error(line.number, "a second document begins; only one a file is read")
        }
        lines[index].content = ""
      } else if line.content == "..." {
        lines.removeSubrange(index...)
        return
      } else {
        hasContent = true
      }
    }
  }

  private func error(_ line: Int, _ what: String) -> DatasetsError {
    DatasetsError(file: file, line: line, "\(what) (YAML).")
  }

  /// The next line with content, blank ones skipped.
  private var current: Line? {
    mutating get {
      while next < lines.count && lines[next].isBlank { next += 1 }
      return next < lines.count ? lines[next] : nil
    }
  }

  /// A value that begins on the current line.
  private mutating func block(depth: Int) throws(DatasetsError) -> YAMLNode {
    guard let line = current else {
      return YAMLNode(content: .scalar("", isQuoted: false), line: max(lines.count, 1))
    }
    if depth > Self.depthLimit { throw error(line.number, "values are nested too deeply") }
    if YAMLScanner.isListItem(line.content) { return try list(indent: line.indent, depth: depth) }
    if try key(of: line) != nil { return try map(indent: line.indent, depth: depth) }
    next += 1
    return try value(line.content, of: line, parentIndent: line.indent - 1)
  }

  /// `- item` lines of one indentation.
  private mutating func list(indent: Int, depth: Int) throws(DatasetsError) -> YAMLNode {
    var elements: [YAMLNode] = []
    let first = lines[next].number
    while let line = current, line.indent >= indent {
      guard line.indent == indent else {
        throw error(line.number, "the indentation does not fit the list above it")
      }
      guard YAMLScanner.isListItem(line.content) else { break }
      let rest = line.content.dropFirst().drop { $0 == " " }
      if rest.isEmpty || rest.hasPrefix("#") {
        next += 1
        let deeper = current.map { $0.indent > indent } ?? false
        elements.append(
          deeper
            ? try block(depth: depth + 1)
            : YAMLNode(content: .scalar("", isQuoted: false), line: line.number))
      } else {
        // What follows the dash is read as a line of its own, indented to where it stands.
        lines[next].indent = indent + line.content.utf8.count - rest.utf8.count
        lines[next].content = rest
        elements.append(try block(depth: depth + 1))
      }
    }
    return YAMLNode(content: .sequence(elements), line: first)
  }

  /// `key: value` lines of one indentation.
  private mutating func map(indent: Int, depth: Int) throws(DatasetsError) -> YAMLNode {
    var entries: [YAMLNode.Entry] = []
    var keys: Set<String> = []
    let first = lines[next].number
    while let line = current, line.indent >= indent {
      guard line.indent == indent else {
        throw error(line.number, "the indentation does not fit the map above it")
      }
      if YAMLScanner.isListItem(line.content) { break }
      guard let (key, rest) = try key(of: line) else {
        throw error(line.number, "a line \"key: value\" is expected")
      }
      guard keys.insert(key).inserted else {
        throw error(line.number, "the key \"\(key)\" stands there twice")
      }
      next += 1
      entries.append(
        YAMLNode.Entry(
          key: key, value: try mapValue(rest, of: line, indent: indent, depth: depth)))
    }
    return YAMLNode(content: .mapping(entries), line: first)
  }

  /// What follows `key:`, on the same line or below.
  private mutating func mapValue(
    _ rest: Substring, of line: Line, indent: Int, depth: Int
  ) throws(DatasetsError) -> YAMLNode {
    guard rest.isEmpty || rest.hasPrefix("#") else {
      return try value(rest, of: line, parentIndent: indent)
    }
    // A list may stand below its key without being indented.
    if let below = current,
      below.indent > indent || below.indent == indent && YAMLScanner.isListItem(below.content)
    {
      return try block(depth: depth + 1)
    }
    return YAMLNode(content: .scalar("", isQuoted: false), line: line.number)
  }

  /// The key of a line and what follows its colon, or nil for a line that has no key.
  private func key(of line: Line) throws(DatasetsError) -> (key: String, rest: Substring)? {
    if line.content.hasPrefix("\t") {
      throw error(line.number, "a tab is used as indentation; use spaces")
    }
    guard let first = line.content.first, !"[{|>&*!%@`".contains(first) else { return nil }
    if line.content == "?" || line.content.hasPrefix("? ") {
      throw error(line.number, "complex keys (\"? key\") are not read")
    }
    var scanner = YAMLScanner(line.content)
    let key: String
    if first == "\"" || first == "'" {
      guard let quoted = scanner.quoted() else {
        throw error(line.number, "a quoted text has a bad escape or no closing quote on its line")
      }
      key = quoted
      scanner.skipSpaces()
      guard scanner.atKeyEnd else { return nil }
    } else {
      key = scanner.plain(inFlow: false)
      guard scanner.atKeyEnd else { return nil }
      if key == "<<" { throw error(line.number, "merge keys (\"<<\") are not read") }
    }
    scanner.skip()
    scanner.skipSpaces()
    return (key, scanner.rest)
  }

  /// A value that begins in the middle of a line; `next` is the line below.
  private mutating func value(
    _ text: Substring, of line: Line, parentIndent: Int
  ) throws(DatasetsError) -> YAMLNode {
    switch text.first {
    case "[", "{": return try flow(text, of: line)
    case "|", ">": return try blockText(text, of: line, parentIndent: parentIndent)
    case "&", "*", "!":
      throw error(line.number, "anchors, aliases and tags (\"\(text.prefix(1))\") are not read")
    case "%", "@", "`", "]", "}", ",":
      throw error(line.number, "a value cannot begin with \"\(text.prefix(1))\"; put it in quotes")
    default: break
    }
    var scanner = YAMLScanner(text)
    let node: YAMLNode
    if text.first == "\"" || text.first == "'" {
      guard let quoted = scanner.quoted() else {
        throw error(line.number, "a quoted text has a bad escape or no closing quote on its line")
      }
      node = YAMLNode(content: .scalar(quoted, isQuoted: true), line: line.number)
    } else {
      node = YAMLNode(
        content: .scalar(scanner.plain(inFlow: false), isQuoted: false), line: line.number)
      if scanner.atKeyEnd {
        throw error(line.number, "\": \" stands inside a value; put the value in quotes")
      }
    }
    guard scanner.atLineEnd else {
      throw error(line.number, "unexpected text after a value: \"\(scanner.rest.prefix(40))\"")
    }
    if let below = current, below.indent > parentIndent {
      throw error(below.number, "the line belongs to no key; a value must stand on one line")
    }
    return node
  }

  /// `[...]` or `{...}`, which may go on over the lines below.
  private mutating func flow(_ text: Substring, of line: Line) throws(DatasetsError) -> YAMLNode {
    var parser = YAMLFlowParser(file: file, line: line.number, text: text)
    while true {
      if let node = try parser.parse() { return node }
      guard next < lines.count else {
        throw error(line.number, "\"\(text.prefix(1))\" is never closed")
      }
      parser.append(lines[next].content, line: lines[next].number)
      next += 1
    }
  }

  /// The lines of a `|` or `>` text, joined as they stand; its indentation ends it.
  private mutating func blockText(
    _ head: Substring, of line: Line, parentIndent: Int
  ) throws(DatasetsError) -> YAMLNode {
    let mark = head.prefix { $0 != " " && $0 != "#" }
    guard mark.dropFirst().allSatisfy({ "+-".contains($0) }), mark.count <= 2 else {
      throw error(
        line.number, "a block text begins with \"\(mark)\"; only |, >, |- and >- are read")
    }
    var text: [String] = []
    var indent: Int?
    while next < lines.count, lines[next].content.isEmpty || lines[next].indent > parentIndent {
      let part = lines[next]
      if indent == nil && !part.content.isEmpty { indent = part.indent }
      text.append(
        String(repeating: " ", count: max(0, part.indent - (indent ?? part.indent))) + part.content)
      next += 1
    }
    while text.last == "" { text.removeLast() }
    let joined = text.joined(separator: head.hasPrefix(">") ? " " : "\n")
    return YAMLNode(content: .scalar(joined, isQuoted: true), line: line.number)
  }
}
