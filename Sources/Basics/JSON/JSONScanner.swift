/// A pull parser for JSON (RFC 8259) that builds no tree.
///
/// The caller reads the values that it expects and skips others. Unsafe: the bytes must outlive
/// the scanner. No byte at or after `bytes.count` is read.
///
/// Functions that run once per punctuation mark are inlinable: a COCO results file holds ten
/// million marks. The type is public only for this reason: Swift 6.3 does not inline members of a
/// `package` type into another module.
public struct JSONScanner {
  /// The maximum nesting depth of values.
  package static let depthLimit = 128

  /// The byte-order mark of UTF-8.
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The byte range of a string between its quotes, with escapes unresolved.
  public struct Text {
    @usableFromInline package let start: Int
    @usableFromInline package let end: Int
    @usableFromInline package let hasEscapes: Bool
  }

  /// The state of an array or object that is being read.
  public struct Container {
    @usableFromInline var isFirst = true

    @inlinable init() {}
  }

  /// The offset of the next byte.
  @inlinable package var offset: Int { position }
  @usableFromInline var position: Int
  @usableFromInline let bytes: UnsafeBufferPointer<UInt8>

  package init(_ bytes: UnsafeBufferPointer<UInt8>, from offset: Int = 0) {
    self.bytes = bytes
    // A byte-order mark precedes the text of a file.
    position = offset == 0 && bytes.starts(with: Self.byteOrderMark) ? 3 : offset
  }

  /// The text from an offset up to the next byte, without whitespace before it.
  func consumed(from start: Int) -> Substring {
    String(decoding: bytes[start..<position], as: UTF8.self).drop { $0.isWhitespace }[...]
  }

  /// Whether only whitespace is left.
  package mutating func isAtEnd() -> Bool {
    skipSpace()
    return position >= bytes.count
  }

  /// The next byte that is not whitespace, without consuming it; nil at the end.
  @inlinable
  package mutating func peek() -> UInt8? {
    skipSpace()
    return position < bytes.count ? bytes[position] : nil
  }

  /// Consumes a punctuation mark and returns true if it is next.
  @inlinable
  package mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  @inlinable @inline(__always)
  package mutating func skipSpace() {
    while position < bytes.count {
      let byte = bytes[position]
      if byte > 0x20 || !(byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09) { return }
      position += 1
    }
  }

  // MARK: Containers

  package mutating func object(_ what: StaticString) throws(JSONFault) -> Container {
    guard take(UInt8(ascii: "{")) else { throw unexpected("an object (\(what))") }
    return Container()
  }

  package mutating func array(_ what: StaticString) throws(JSONFault) -> Container {
    guard take(UInt8(ascii: "[")) else { throw unexpected("a list (\(what))") }
    return Container()
  }

  /// Reads the next key of an object and its colon; nil after the last member.
  @inlinable
  package mutating func key(_ object: inout Container) throws(JSONFault) -> Text? {
    if take(UInt8(ascii: "}")) { return nil }
    if object.isFirst {
      object.isFirst = false
    } else if !take(UInt8(ascii: ",")) {
      throw unexpected("a comma or the end of the object")
    }
    guard peek() == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
    let key = try text()
    guard take(UInt8(ascii: ":")) else { throw unexpected("a colon") }
    return key
  }

  /// Moves to the next element of an array; false after the last one.
  @inlinable
  package mutating func element(_ list: inout Container) throws(JSONFault) -> Bool {
    if take(UInt8(ascii: "]")) { return false }
    if list.isFirst {
      list.isFirst = false
    } else if !take(UInt8(ascii: ",")) {
      throw unexpected("a comma or the end of the list")
    }
    return true
  }

  // MARK: Single values

  /// Reads the next string.
  @usableFromInline
  package mutating func text() throws(JSONFault) -> Text {
    guard take(UInt8(ascii: "\"")) else { throw unexpected("a string in quotes") }
    let start = position
    var hasEscapes = false
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        position += 1
        return Text(start: start, end: position - 1, hasEscapes: hasEscapes)
      }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        position += 1
      } else if byte < 0x20 {
        throw JSONFault("a string contains a control character", at: position)
      }
      position += 1
    }
    throw JSONFault("the file ends inside a string", at: bytes.count)
  }

  /// Whether a text equals an ASCII word; false if it has escapes.
  @inlinable @inline(__always)
  package func matches(_ text: Text, _ word: StaticString) -> Bool {
    guard text.end - text.start == word.utf8CodeUnitCount, !text.hasEscapes else {
      return text.hasEscapes && (try? string(text)) == "\(word)"
    }
    for index in 0..<word.utf8CodeUnitCount
    where bytes[text.start + index] != word.utf8Start[index] { return false }
    return true
  }

  /// The bytes of a text, with escapes unresolved.
  package func bytes(of text: Text) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[text.start..<text.end])
  }

  /// Reads 0, 1, true or false.
  package mutating func boolean(_ what: StaticString) throws(JSONFault) -> Bool {
    switch peek() {
    case UInt8(ascii: "t"):
      try word("true")
      return true
    case UInt8(ascii: "f"):
      try word("false")
      return false
    default:
      let start = position
      let value = try integer(what)
      guard value == 0 || value == 1 else {
        throw JSONFault("\(what) is expected to be 0 or 1, but is \(value)", at: start)
      }
      return value == 1
    }
  }

  /// Skips the next value of any kind; throws if it is malformed.
  package mutating func skip(depth: Int = 0) throws(JSONFault) {
    guard depth < Self.depthLimit else {
      throw JSONFault("values nest deeper than \(Self.depthLimit) levels", at: position)
    }
    switch peek() {
    case UInt8(ascii: "{"):
      var members = try object("a value")
      while try key(&members) != nil { try skip(depth: depth + 1) }
    case UInt8(ascii: "["):
      var list = try array("a value")
      while try element(&list) { try skip(depth: depth + 1) }
    case UInt8(ascii: "\""): _ = try text()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: _ = try number()
    }
  }

  private mutating func word(_ word: StaticString) throws(JSONFault) {
    let count = word.utf8CodeUnitCount
    let hasRoom = bytes.count - position >= count
    guard hasRoom, (0..<count).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] }) else {
      throw unexpected("a value")
    }
    position += count
  }

  /// Whether the two bytes at an offset are those of an empty string, list or object.
  package func isEmptyValue(at offset: Int) -> Bool {
    switch bytes[offset] {
    case UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "{"): true
    default: false
    }
  }

  // MARK: Faults

  /// The error for an unexpected byte at the current offset.
  @usableFromInline
  package func unexpected(_ what: String) -> JSONFault {
    guard position < bytes.count else {
      return JSONFault("\(what) is expected, but the file ends", at: bytes.count)
    }
    let rest = bytes[position..<min(position + 12, bytes.count)]
    let shown = rest.prefix { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") }
    let found =
      shown.isEmpty ? "byte \(bytes[position])" : "\"\(String(decoding: shown, as: UTF8.self))\""
    return JSONFault("\(what) is expected, but found \(found)", at: position)
  }
}
