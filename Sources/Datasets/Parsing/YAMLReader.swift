import Basics

/// Parses the subset of YAML that dataset descriptions use.
///
/// Supported: nested maps and lists by indentation, `[a, b]` and `{k: v}` over one or more lines,
/// plain and quoted scalars on one line, block scalars (`|` and `>`), comments and one `---` at the
/// start. Rejected: anchors, aliases, tags, merge keys, multiple documents, complex keys, and plain
/// or quoted scalars over several lines. Source: YAML 1.2.2.
struct YAMLReader {
  /// The maximum nesting depth.
  private static let depthLimit = 64

  private let file: String
  private var lines: [YAMLLine] = []
  /// The index of the next line.
  private var next = 0
  /// The unread rest of the line before it.
  private var scanner = YAMLScanner("")

  /// Parses a whole file; an empty one is null.
  static func read(_ text: String, file: String) throws(DatasetsError) -> YAMLNode {
    var reader = YAMLReader(file: file)
    try reader.split(text)
    let node = try reader.block(depth: 0)
    if let line = reader.current {
      throw reader.error(line.number, "unexpected content after the end of the value")
    }
    return node
  }

  /// Splits the text into lines, removes `---` before the document and `...` after it, and rejects
  /// a second document.
  private mutating func split(_ text: String) throws(DatasetsError) {
    var (hasContent, hasMark) = (false, false)
    for (index, raw) in FileContents.lines(text).enumerated() {
      let indent = raw.utf8.prefix { $0 == UInt8(ascii: " ") }.count
      // A tab in the indentation is kept, to be rejected later.
      let content = raw.dropFirst(indent)
      let end = content.lastIndex { $0 != " " && $0 != "\t" }
      var line = YAMLLine(
        number: index + 1, indent: indent, content: end.map { content[...$0] } ?? "")
      if line.indent == 0, !line.isBlank {
        if line.content == "..." { return }
        let isMark = line.content == "---" || line.content.hasPrefix("--- #")
        if isMark, hasContent || hasMark {
          throw error(line.number, "a second document begins; only one per file is read")
        }
        if isMark || line.content.hasPrefix("%") && !hasContent {
          line.content = ""
          hasMark = hasMark || isMark
        } else {
          hasContent = true
        }
      }
      lines.append(line)
    }
  }

  private func error(_ line: Int, _ what: String) -> DatasetsError {
    DatasetsError(file: file, line: line, "\(what) (YAML).")
  }

  /// The number of the line before `next`, which the scanner reads.
  private var number: Int { next > 0 ? lines[next - 1].number : 1 }

  // MARK: Blocks

  private func null(_ line: Int) -> YAMLNode {
    YAMLNode(content: .scalar("", isQuoted: false), line: line)
  }

  /// The next nonblank line.
  private var current: YAMLLine? {
    mutating get {
      while next < lines.count && lines[next].isBlank { next += 1 }
      return next < lines.count ? lines[next] : nil
    }
  }

  /// Parses a value that begins on the current line.
  private mutating func block(depth: Int) throws(DatasetsError) -> YAMLNode {
    guard let line = current else { return null(max(lines.count, 1)) }
    if depth > Self.depthLimit { throw error(line.number, "values are nested too deeply") }
    if line.isItem { return try list(indent: line.indent, depth: depth) }
    if try key(of: line) != nil { return try map(indent: line.indent, depth: depth) }
    scanner = YAMLScanner(line.content)
    next += 1
    return try value(parentIndent: line.indent - 1)
  }

  /// The next line of a list or map; nil where it ends.
  private mutating func entry(indent: Int, of kind: String) throws(DatasetsError) -> YAMLLine? {
    guard let line = current, line.indent >= indent else { return nil }
    guard line.indent == indent else {
      throw error(line.number, "the indentation does not fit the \(kind) above it")
    }
    return line
  }

  /// Parses `- item` lines with the same indentation.
  private mutating func list(indent: Int, depth: Int) throws(DatasetsError) -> YAMLNode {
    let first = lines[next].number
    var elements: [YAMLNode] = []
    while let line = try entry(indent: indent, of: "list"), line.isItem {
      let rest = line.content.dropFirst().drop { $0 == " " }
      if rest.isEmpty || rest.hasPrefix("#") {
        next += 1
        let isDeeper = current.map { $0.indent > indent } ?? false
        elements.append(isDeeper ? try block(depth: depth + 1) : null(line.number))
      } else {
        // The rest of the line is parsed as a line of its own, indented by its column.
        lines[next].indent = indent + line.content.utf8.count - rest.utf8.count
        lines[next].content = rest
        elements.append(try block(depth: depth + 1))
      }
    }
    return YAMLNode(content: .sequence(elements), line: first)
  }

  /// Parses `key: value` lines with the same indentation.
  private mutating func map(indent: Int, depth: Int) throws(DatasetsError) -> YAMLNode {
    let first = lines[next].number
    var entries: [YAMLNode.Entry] = []
    var keys: Set<String> = []
    while let line = try entry(indent: indent, of: "map"), !line.isItem {
      guard let key = try key(of: line) else {
        throw error(line.number, "a line \"key: value\" is expected")
      }
      next += 1
      try check(key, isNewIn: &keys)
      var value = null(line.number)
      if !scanner.isAtEnd {
        value = try self.value(parentIndent: indent)
      } else if let below = current,
        // A list below its key need not be indented.
        below.indent > indent || below.indent == indent && below.isItem
      {
        value = try block(depth: depth + 1)
      }
      entries.append(YAMLNode.Entry(key: key, value: value))
    }
    return YAMLNode(content: .mapping(entries), line: first)
  }

  private func check(_ key: String, isNewIn keys: inout Set<String>) throws(DatasetsError) {
    if !keys.insert(key).inserted { throw error(number, "the key \"\(key)\" is repeated") }
  }

  /// The key of a line, or nil if it has none; the scanner is then behind the colon.
  private mutating func key(of line: YAMLLine) throws(DatasetsError) -> String? {
    if line.content.hasPrefix("\t") {
      throw error(line.number, "a tab is used as indentation; use spaces")
    }
    guard let first = line.content.first, !"[{|>&*!%@`".contains(first) else { return nil }
    if line.content == "?" || line.content.hasPrefix("? ") {
      throw error(line.number, "complex keys (\"? key\") are not supported")
    }
    scanner = YAMLScanner(line.content)
    let key = try scalar(inFlow: false, line: line.number)
    scanner.skipSpaces()
    guard scanner.isAtKeyEnd else { return nil }
    if key.content == .scalar("<<", isQuoted: false) {
      throw error(line.number, "merge keys (\"<<\") are not supported")
    }
    scanner.skip()
    scanner.skipSpaces()
    return key.written
  }

  // MARK: Values

  /// Parses a value that begins within a line; `next` is the line below.
  private mutating func value(parentIndent: Int) throws(DatasetsError) -> YAMLNode {
    let start = number
    let node: YAMLNode
    switch scanner.rest.first {
    case "[", "{": node = try flow(depth: 0)
    case "|", ">": return try blockScalar(parentIndent: parentIndent)
    case "&", "*", "!":
      throw error(
        start, "anchors, aliases and tags (\"\(scanner.rest.prefix(1))\") are not supported")
    case "%", "@", "`", "]", "}", ",":
      throw error(
        start, "a value cannot begin with \"\(scanner.rest.prefix(1))\"; put it in quotes")
    default:
      node = try scalar(inFlow: false, line: start)
      if scanner.isAtKeyEnd, case .scalar(_, isQuoted: false) = node.content {
        throw error(start, "\": \" is inside a value; put the value in quotes")
      }
    }
    guard scanner.isAtEnd else {
      throw error(number, "unexpected text after a value: \"\(scanner.rest.prefix(40))\"")
    }
    if let below = current, below.indent > parentIndent {
      throw error(below.number, "the line belongs to no key; a value must stand on one line")
    }
    return node
  }

  private mutating func scalar(inFlow: Bool, line: Int) throws(DatasetsError) -> YAMLNode {
    guard let first = scanner.rest.first, first == "\"" || first == "'" else {
      return YAMLNode(content: .scalar(scanner.plain(inFlow: inFlow), isQuoted: false), line: line)
    }
    guard let text = scanner.quoted() else {
      throw error(line, "a quoted text has a bad escape or no closing quote on its line")
    }
    return YAMLNode(content: .scalar(text, isQuoted: true), line: line)
  }

  /// Parses `[...]` or `{...}`, which may continue on the lines below.
  private mutating func flow(depth: Int) throws(DatasetsError) -> YAMLNode {
    if depth >= Self.depthLimit { throw error(number, "values are nested too deeply") }
    let start = number
    let isMap = scanner.rest.first == "{"
    var (elements, entries, keys): ([YAMLNode], [YAMLNode.Entry], Set<String>) = ([], [], [])
    let close: Character = isMap ? "}" : "]"
    /// The next character, on a following line if this one has ended.
    func following(_ reader: inout YAMLReader) throws(DatasetsError) -> Character {
      while true {
        reader.scanner.skipSpaces()
        if let character = reader.scanner.rest.first, character != "#" { return character }
        guard reader.next < reader.lines.count else {
          throw reader.error(start, "\"\(isMap ? "{" : "[")\" is never closed")
        }
        reader.scanner = YAMLScanner(reader.lines[reader.next].content)
        reader.next += 1
      }
    }
    repeat {
      scanner.skip()
      if try following(&self) == close { break }
      if isMap {
        let key = try flowScalar().written ?? ""
        guard try following(&self) == ":" else {
          throw error(number, "\":\" is expected after the key \"\(key)\"")
        }
        scanner.skip()
        try check(key, isNewIn: &keys)
        let character = try following(&self)
        let isNull = character == "," || character == close
        entries.append(
          YAMLNode.Entry(key: key, value: isNull ? null(number) : try flowValue(depth: depth)))
      } else {
        elements.append(try flowValue(depth: depth))
      }
    } while try following(&self) == ","
    guard scanner.rest.first == close else {
      throw error(
        number, "\",\" or \"\(close)\" is expected, not \"\(scanner.rest.prefix(40))\"")
    }
    scanner.skip()
    return YAMLNode(content: isMap ? .mapping(entries) : .sequence(elements), line: start)
  }

  private mutating func flowValue(depth: Int) throws(DatasetsError) -> YAMLNode {
    let isNested = scanner.rest.first == "[" || scanner.rest.first == "{"
    return try isNested ? flow(depth: depth + 1) : flowScalar()
  }

  private mutating func flowScalar() throws(DatasetsError) -> YAMLNode {
    if let first = scanner.rest.first, "&*!|>%@`[]{},".contains(first) {
      throw error(number, "a value is expected, not \"\(first)\"; put it in quotes if it is meant")
    }
    return try scalar(inFlow: true, line: number)
  }

  /// The lines of a `|` or `>` scalar, joined; a smaller indentation ends it.
  private mutating func blockScalar(parentIndent: Int) throws(DatasetsError) -> YAMLNode {
    let start = number
    let mark = scanner.rest.prefix { $0 != " " && $0 != "#" }
    guard mark.dropFirst().allSatisfy({ "+-".contains($0) }), mark.count <= 2 else {
      throw error(start, "a block text begins with \"\(mark)\"; only |, >, |- and >- are supported")
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
    let joined = text.joined(separator: mark.hasPrefix(">") ? " " : "\n")
    return YAMLNode(content: .scalar(joined, isQuoted: true), line: start)
  }
}
