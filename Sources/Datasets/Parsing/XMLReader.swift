import Basics

/// Parses XML into a tree of elements and text; attributes are checked and discarded.
///
/// Supports UTF-8, UTF-16, ISO 8859-1 where declared, comments, CDATA sections, processing instructions and
/// the five predefined entities. A DOCTYPE with internal declarations is rejected, which rules out
/// entity-expansion attacks. Source: XML 1.0, fifth edition.
struct XMLReader {
  /// The maximum nesting depth.
  private static let depthLimit = 64

  private let file: String
  private let bytes: [UInt8]
  private var place = 0
  private var line = 1

  /// Parses a whole file; returns its root element.
  static func read(_ bytes: [UInt8], file: String) throws(DatasetsError) -> XMLTree {
    var reader = XMLReader(file: file, bytes: try utf8(bytes, file: file))
    return try reader.document()
  }

  /// The file's bytes as UTF-8 without a byte-order mark.
  ///
  /// Throws for an encoding other than UTF-8, UTF-16 and ISO 8859-1: read as another one, it would
  /// give other class names.
  private static func utf8(_ bytes: [UInt8], file: String) throws(DatasetsError) -> [UInt8] {
    if let decoded = try DatasetsError.wrap(TextEncoding.utf8(bytes, isMarkup: true, file: file)) {
      return decoded
    }
    let hasMark = TextEncoding.withoutMark(bytes).count < bytes.count
    let encoding = hasMark ? nil : declaredEncoding(bytes)
    switch encoding?.lowercased().filter({ $0 != "-" && $0 != "_" }) {
    case nil, "utf8", "utf16", "utf16le", "utf16be", "ascii", "usascii":
      return Array(try DatasetsError.wrap(FileContents.text(bytes, file: file)).utf8)
    case "iso88591", "iso88591:1987", "latin1", "l1":
      return Array(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })).utf8)
    default:
      throw DatasetsError(
        file: file, line: 1,
        "the declared encoding \"\(encoding ?? "")\" is not supported; save the file as UTF-8.")
    }
  }

  /// The encoding that the XML declaration names; nil if there is none.
  private static func declaredEncoding(_ bytes: [UInt8]) -> String? {
    let head = String(decoding: bytes.prefix(400).prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self)
    guard head.hasPrefix("<?xml"), let key = head.firstRange(of: "encoding") else { return nil }
    let value = head[key.upperBound...].drop { $0.isWhitespace || $0 == "=" }
    guard let quote = value.first, quote == "\"" || quote == "'" else { return nil }
    return String(value.dropFirst().prefix { $0 != quote })
  }

  private func error(_ what: String) -> DatasetsError {
    DatasetsError(file: file, line: line, "\(what) (XML).")
  }

  /// Parses the root element; only comments, processing instructions and spaces may follow it.
  private mutating func document() throws(DatasetsError) -> XMLTree {
    var root: XMLTree?
    while place < bytes.count {
      if Self.isSpace(bytes[place]) {
        step()
      } else if try skipsNote() {
        continue
      } else if root != nil {
        throw error("there is content after the outermost element")
      } else if starts(with: "<!DOCTYPE") {
        let begin = place
        try skip(past: ">", opening: "<!DOCTYPE")
        guard !bytes[begin..<place].contains(UInt8(ascii: "[")) else {
          throw error("a document type with declarations of its own is not read")
        }
      } else if starts(with: "</") {
        throw error("</\(try closingName())> closes no open element")
      } else if starts(with: "<") {
        root = try element(depth: 0)
      } else {
        throw error("an element is expected, but the file holds other text")
      }
    }
    guard let root else { throw error("the file holds no element") }
    return root
  }

  /// Skips a comment or processing instruction, if one begins here; returns whether it did.
  private mutating func skipsNote() throws(DatasetsError) -> Bool {
    if starts(with: "<!--") {
      try skip(past: "-->", opening: "<!--")
    } else if starts(with: "<?") {
      try skip(past: "?>", opening: "<?")
    } else {
      return false
    }
    return true
  }

  private mutating func element(depth: Int) throws(DatasetsError) -> XMLTree {
    let (begin, byte) = (line, place)
    step()
    var element = XMLTree(
      name: try takeName(), text: "", children: [], line: begin, byte: byte)
    if depth >= Self.depthLimit { throw error("elements are nested too deeply") }
    skipSpaces()
    while !starts(with: ">") {
      if starts(with: "/>") {
        step(2)
        return element
      }
      try attribute()
      skipSpaces()
    }
    step()
    var text: [UInt8] = []
    while true {
      guard place < bytes.count else {
        throw error("the file ends inside <\(element.name)> of line \(begin)")
      }
      if bytes[place] != UInt8(ascii: "<") {
        try takeCharacter(into: &text)
      } else if starts(with: "</") {
        break
      } else if starts(with: "<![CDATA[") {
        let begin = place + 9
        try skip(past: "]]>", opening: "<![CDATA[")
        text += bytes[begin..<(place - 3)]
      } else if try !skipsNote() {
        element.children.append(try self.element(depth: depth + 1))
      }
    }
    let name = try closingName()
    guard name == element.name else { throw error("</\(name)> closes no open element") }
    step()
    element.text = Self.trimmed(text)
    return element
  }

  /// Skips an attribute, `name="value"`.
  private mutating func attribute() throws(DatasetsError) {
    _ = try takeName()
    skipSpaces()
    guard starts(with: "=") else { throw error("\"=\" is expected after an attribute's name") }
    step()
    skipSpaces()
    guard starts(with: "\"") || starts(with: "'") else {
      throw error("an attribute's value is expected in quotes")
    }
    let quote = bytes[place]
    repeat { step() } while place < bytes.count && bytes[place] != quote
    guard place < bytes.count else { throw error("an attribute's value is never closed") }
    step()
  }

  /// Consumes `</name` of a closing tag; a `>` must follow.
  private mutating func closingName() throws(DatasetsError) -> String {
    step(2)
    let name = try takeName()
    skipSpaces()
    guard starts(with: ">") else { throw error("\">\" is expected after \"</\(name)\"") }
    return name
  }

  /// Consumes one character of text, or an entity.
  private mutating func takeCharacter(into text: inout [UInt8]) throws(DatasetsError) {
    guard bytes[place] == UInt8(ascii: "&") else {
      text.append(bytes[place])
      step()
      return
    }
    let begin = place + 1
    guard let end = bytes[begin...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else {
      throw error("\"&\" begins no entity; write &amp;")
    }
    let name = String(decoding: bytes[begin..<end], as: UTF8.self)
    guard let scalar = Self.entity(name) else { throw error("the entity &\(name); is unknown") }
    text += Array(String(scalar).utf8)
    step(end + 1 - place)
  }

  private static func entity(_ name: String) -> Unicode.Scalar? {
    let named: [String: Unicode.Scalar] = [
      "lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'",
    ]
    if let scalar = named[name] { return scalar }
    guard name.hasPrefix("#") else { return nil }
    let digits = name.dropFirst()
    let code = digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return code.flatMap { $0 == 0 ? nil : Unicode.Scalar($0) }
  }

  private mutating func takeName() throws(DatasetsError) -> String {
    let begin = place
    while place < bytes.count && !Self.endsName(bytes[place]) { place += 1 }
    guard place > begin, place < bytes.count else {
      throw error(
        place < bytes.count ? "a name is expected after \"<\"" : "the file ends inside a tag")
    }
    return String(decoding: bytes[begin..<place], as: UTF8.self)
  }

  private func starts(with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard bytes.count - place >= count else { return false }
    return text.withUTF8Buffer { code in
      (0..<count).allSatisfy { bytes[place + $0] == code[$0] }
    }
  }

  /// Advances past the next occurrence of a mark; `opening` is used in messages.
  private mutating func skip(past mark: StaticString, opening: StaticString) throws(DatasetsError) {
    let begin = line
    step(opening.utf8CodeUnitCount)
    while !starts(with: mark) {
      guard place < bytes.count else { throw error("\(opening) of line \(begin) is never closed") }
      step()
    }
    step(mark.utf8CodeUnitCount)
  }

  private mutating func skipSpaces() {
    while place < bytes.count && Self.isSpace(bytes[place]) { step() }
  }

  /// Advances and counts lines.
  private mutating func step(_ count: Int = 1) {
    for _ in 0..<count where place < bytes.count {
      if bytes[place] == UInt8(ascii: "\n") { line += 1 }
      place += 1
    }
  }

  /// Whether a byte cannot be part of a name: a space or a character of the syntax.
  private static func endsName(_ byte: UInt8) -> Bool {
    switch Unicode.Scalar(byte) {
    case "<", ">", "/", "=", "&", "'", "\"", "!", "?": true
    default: isSpace(byte)
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }

  private static func trimmed(_ text: [UInt8]) -> String {
    let begin = text.firstIndex { !isSpace($0) } ?? text.endIndex
    let end = text.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? begin
    return String(decoding: text[begin..<end], as: UTF8.self)
  }
}

/// An XML element and its content.
struct XMLTree: Hashable {
  /// The element's name, with its namespace prefix if it has one.
  var name: String
  /// The text directly inside, without leading and trailing whitespace.
  var text: String
  /// The child elements, in the order of the file.
  var children: [XMLTree]
  /// The line at which the element begins, from 1.
  var line: Int
  /// The byte at which the element begins, in the text as UTF-8 without a byte-order mark.
  var byte: Int

  /// Whether the element has neither text nor children.
  var isEmpty: Bool { text.isEmpty && children.isEmpty }

  /// The first child with a name.
  func child(_ name: String) -> XMLTree? { children.first { $0.name == name } }
}
