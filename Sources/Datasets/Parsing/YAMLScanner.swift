/// Scans scalars from a piece of YAML text.
struct YAMLScanner {
  /// The unread text.
  private(set) var rest: Substring

  init(_ text: Substring) { rest = text }

  private static let spaces: Set<Character> = [" ", "\t"]
  private static let flowMarks: Set<Character> = [",", "[", "]", "{", "}"]

  mutating func skip() { rest = rest.dropFirst() }

  mutating func skipSpaces() { rest = rest.drop { Self.spaces.contains($0) } }

  /// Whether a colon that ends a key comes next: it is followed by a space or nothing.
  var isAtKeyEnd: Bool {
    rest.first == ":" && rest.dropFirst().first.map { Self.spaces.contains($0) } != false
  }

  /// Whether only spaces or a comment are left.
  var isAtEnd: Bool {
    let content = rest.drop { Self.spaces.contains($0) }
    // A comment begins after a space, which may precede the unread text.
    return content.isEmpty
      || content.first == "#"
        && rest.base[..<content.startIndex].last.map(Self.spaces.contains) == true
  }

  /// Consumes an unquoted scalar up to the end, a comment or a key's colon and, inside brackets, up
  /// to `,` or a bracket.
  mutating func plain(inFlow: Bool) -> String {
    var (end, place) = (rest.startIndex, rest.startIndex)
    while place < rest.endIndex {
      let character = rest[place]
      let following = rest.index(after: place)
      // A comment begins after a space; the spaces before it are not consumed.
      if character == "#", place > end { break }
      if inFlow, Self.flowMarks.contains(character) { break }
      if character == ":" {
        guard following < rest.endIndex else { break }
        let next = rest[following]
        if Self.spaces.contains(next) || inFlow && Self.flowMarks.contains(next) { break }
      }
      place = following
      if !Self.spaces.contains(character) { end = place }
    }
    let text = String(rest[..<end])
    rest = rest[place...]
    return text
  }

  /// Consumes a single- or double-quoted text; nil if it is not closed or has an invalid escape.
  mutating func quoted() -> String? {
    guard let quote = rest.popFirst() else { return nil }
    var text = ""
    while let character = rest.popFirst() {
      if character == quote {
        guard quote == "'" && rest.first == "'" else { return text }
        skip()
        text.append("'")
      } else if character == "\\" && quote == "\"" {
        guard let escaped = escape() else { return nil }
        text.append(escaped)
      } else {
        text.append(character)
      }
    }
    return nil
  }

  private static let escapes: [Character: Character] = [
    "\"": "\"", "\\": "\\", "/": "/", " ": " ", "n": "\n", "t": "\t", "r": "\r", "0": "\0",
  ]

  /// Consumes the part of an escape sequence after the backslash.
  private mutating func escape() -> Character? {
    guard let code = rest.popFirst() else { return nil }
    if let character = Self.escapes[code] { return character }
    guard let digits = ["x": 2, "u": 4, "U": 8][code] else { return nil }
    let hex = rest.prefix(digits)
    guard hex.count == digits, hex.allSatisfy(\.isHexDigit), let value = UInt32(hex, radix: 16),
      let scalar = Unicode.Scalar(value)
    else { return nil }
    rest = rest.dropFirst(digits)
    return Character(scalar)
  }
}

/// A line of a YAML file.
struct YAMLLine {
  var number: Int
  var indent: Int
  /// Without indentation, but with comments.
  var content: Substring
  var isBlank: Bool { content.isEmpty || content.hasPrefix("#") }
  /// Whether the line is a list item: a dash followed by a space or nothing.
  var isItem: Bool { content == "-" || content.hasPrefix("- ") }
}
