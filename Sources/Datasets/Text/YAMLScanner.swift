/// Takes scalars off the front of a piece of YAML text.
struct YAMLScanner {
  /// What is not yet taken.
  private(set) var rest: Substring

  init(_ text: Substring) { rest = text }

  /// The text without spaces and tabs at its end.
  static func trimmedEnd(_ text: Substring) -> Substring {
    var text = text
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }

  /// Whether a line is an item of a list: a dash, then a space or nothing.
  static func isListItem(_ content: Substring) -> Bool {
    content == "-" || content.hasPrefix("- ")
  }

  /// Takes one character.
  mutating func skip() { rest = rest.dropFirst() }

  /// Takes spaces and tabs.
  mutating func skipSpaces() { rest = rest.drop { $0 == " " || $0 == "\t" } }

  /// Whether a colon that ends a key comes next: one with a space or nothing behind it.
  var atKeyEnd: Bool {
    guard rest.first == ":" else { return false }
    guard let following = rest.dropFirst().first else { return true }
    return following == " " || following == "\t"
  }

  /// Whether nothing but a comment is left.
  var atLineEnd: Bool {
    let content = rest.drop { $0 == " " || $0 == "\t" }
    return content.isEmpty || content.first == "#" && (content.count < rest.count)
  }

  /// Takes a scalar without quotes: to the end, a comment, a key's colon, and inside brackets to
  /// `,` or a bracket.
  mutating func plain(inFlow: Bool) -> String {
    var taken = rest.startIndex
    var previousIsSpace = false
    var place = rest.startIndex
    while place < rest.endIndex {
      let character = rest[place]
      if character == "#" && previousIsSpace {
        // The spaces stay: they are what makes the rest a comment.
        place = taken
        break
      }
      if inFlow && ",[]{}".contains(character) { break }
      let following = rest.index(after: place)
      if character == ":" {
        if following == rest.endIndex || " \t".contains(rest[following]) { break }
        if inFlow && ",[]{}".contains(rest[following]) { break }
      }
      previousIsSpace = character == " " || character == "\t"
      place = following
      if !previousIsSpace { taken = place }
    }
    let text = String(rest[..<taken])
    rest = rest[place...]
    return text
  }

  /// Takes a text in single or double quotes, or nil where it is not closed or has a bad escape.
  mutating func quoted() -> String? {
    guard let quote = rest.first else { return nil }
    skip()
    var text = ""
    while let character = rest.first {
      skip()
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

  /// Takes what follows a backslash.
  private mutating func escape() -> Character? {
    guard let code = rest.first else { return nil }
    skip()
    let digits: Int
    switch code {
    case "\"", "\\", "/", " ": return code
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "0": return "\0"
    case "x": digits = 2
    case "u": digits = 4
    case "U": digits = 8
    default: return nil
    }
    let hex = rest.prefix(digits)
    guard hex.count == digits, hex.allSatisfy(\.isHexDigit), let value = UInt32(hex, radix: 16),
      let scalar = Unicode.Scalar(value)
    else { return nil }
    rest = rest.dropFirst(digits)
    return Character(scalar)
  }
}
