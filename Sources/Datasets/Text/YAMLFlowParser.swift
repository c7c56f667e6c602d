/// Reads `[a, b]` and `{k: v}`, fed line by line until the outermost bracket is closed.
struct YAMLFlowParser {
  /// Deeper nesting is refused.
  private static let depthLimit = 64

  /// A bracket that is still open.
  private struct Level {
    var isMap: Bool
    var line: Int
    var elements: [YAMLNode] = []
    var entries: [YAMLNode.Entry] = []
    var keys: Set<String> = []
    /// A key whose value has not come yet.
    var key: String?
    /// Whether a value has come since the last comma.
    var isFilled = false
  }

  private let file: String
  private var line: Int
  private var scanner: YAMLScanner
  private var open: [Level] = []

  init(file: String, line: Int, text: Substring) {
    self.file = file
    self.line = line
    scanner = YAMLScanner(text)
  }

  /// Goes on with the next line; the last one is used up.
  mutating func append(_ text: Substring, line: Int) {
    self.line = line
    scanner = YAMLScanner(text)
  }

  private func error(_ what: String) -> DatasetsError {
    DatasetsError(file: file, line: line, "\(what) (YAML).")
  }

  /// Reads on; nil where the line ends before the outermost bracket is closed.
  mutating func parse() throws(DatasetsError) -> YAMLNode? {
    while true {
      scanner.skipSpaces()
      guard let character = scanner.rest.first, character != "#" else { return nil }
      switch character {
      case "[", "{":
        try begin(isMap: character == "{")
      case "]", "}":
        if let whole = try end(isMap: character == "}") { return whole }
      case ",":
        try comma()
      default:
        try scalar(character)
      }
    }
  }

  private mutating func begin(isMap: Bool) throws(DatasetsError) {
    if open.count >= Self.depthLimit { throw error("values are nested too deeply") }
    scanner.skip()
    open.append(Level(isMap: isMap, line: line))
  }

  /// Closes the innermost bracket; the value if it was the outermost.
  private mutating func end(isMap: Bool) throws(DatasetsError) -> YAMLNode? {
    scanner.skip()
    guard var level = open.popLast(), level.isMap == isMap else {
      throw error("\"\(isMap ? "}" : "]")\" closes nothing")
    }
    if let key = level.key, !level.isFilled {
      level.entries.append(
        YAMLNode.Entry(
          key: key, value: YAMLNode(content: .scalar("", isQuoted: false), line: line)))
    }
    let node = YAMLNode(
      content: isMap ? .mapping(level.entries) : .sequence(level.elements), line: level.line)
    guard open.isEmpty else {
      try add(node)
      return nil
    }
    guard scanner.atLineEnd else {
      throw error("unexpected text after a value: \"\(scanner.rest.prefix(40))\"")
    }
    return node
  }

  private mutating func comma() throws(DatasetsError) {
    scanner.skip()
    let last = open.count - 1
    if open[last].key != nil && !open[last].isFilled {
      try add(YAMLNode(content: .scalar("", isQuoted: false), line: line))
    }
    guard open[last].isFilled else { throw error("a value is missing before \",\"") }
    open[last].isFilled = false
    open[last].key = nil
  }

  /// A scalar: an element, a key, or the value of a key.
  private mutating func scalar(_ first: Character) throws(DatasetsError) {
    if "&*!|>%@`".contains(first) {
      throw error("a value cannot begin with \"\(first)\" here; put it in quotes")
    }
    let isQuoted = first == "\"" || first == "'"
    let text: String
    if isQuoted {
      guard let quoted = scanner.quoted() else {
        throw error("a quoted text has a bad escape or no closing quote on its line")
      }
      text = quoted
    } else {
      text = scanner.plain(inFlow: true)
    }
    scanner.skipSpaces()
    let last = open.count - 1
    if open[last].isMap && open[last].key == nil {
      guard scanner.rest.first == ":" else {
        throw error("\":\" is expected after the key \"\(text)\"")
      }
      scanner.skip()
      guard open[last].keys.insert(text).inserted else {
        throw error("the key \"\(text)\" stands there twice")
      }
      open[last].key = text
    } else {
      if scanner.rest.first == ":" {
        throw error("\":\" is not expected after the value \"\(text.prefix(40))\"")
      }
      try add(YAMLNode(content: .scalar(text, isQuoted: isQuoted), line: line))
    }
  }

  /// Puts a value into the innermost open bracket.
  private mutating func add(_ node: YAMLNode) throws(DatasetsError) {
    let last = open.count - 1
    if open[last].isFilled { throw error("\",\" is missing between two values") }
    open[last].isFilled = true
    guard open[last].isMap else {
      open[last].elements.append(node)
      return
    }
    guard let key = open[last].key else { throw error("a map needs a key before this value") }
    open[last].entries.append(YAMLNode.Entry(key: key, value: node))
  }
}
