/// JSON text, written value by value on one line (RFC 8259).
///
/// Without an enclosing list or object, values are separated by `separator`: such a text is a part of
/// a list that the caller opens and closes.
package struct JSONWriter: Sendable {
  package private(set) var bytes: [UInt8] = []
  private let separator: String
  private var depth = 0
  /// Whether the next value is the first of its list or object.
  private var isFirst = true

  package init(separator: String = ",") {
    self.separator = separator
  }

  /// Everything written so far.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Writes a value of the list that is open.
  package mutating func value(_ value: some JSONWritable) {
    separate()
    value.write(to: &self)
  }

  /// Writes an object; its members are written by `body`.
  package mutating func object(_ body: (inout JSONWriter) -> Void) {
    separate()
    enclose("{", "}", body)
  }

  /// Writes a member of the object that is open.
  package mutating func member(_ key: String, _ value: some JSONWritable) {
    self.key(key)
    value.write(to: &self)
  }

  /// Writes a member that is an object; its members are written by `body`.
  package mutating func object(_ key: String, _ body: (inout JSONWriter) -> Void) {
    self.key(key)
    enclose("{", "}", body)
  }

  /// Writes a member that is a list; its values are written by `body`.
  package mutating func array(_ key: String, _ body: (inout JSONWriter) -> Void) {
    self.key(key)
    enclose("[", "]", body)
  }

  private mutating func key(_ key: String) {
    separate()
    key.write(to: &self)
    raw(":")
  }

  private mutating func separate() {
    if !isFirst { raw(depth == 0 ? separator : ",") }
    isFirst = false
  }

  mutating func enclose(
    _ open: String, _ close: String, _ body: (inout JSONWriter) -> Void
  ) {
    raw(open)
    depth += 1
    isFirst = true
    body(&self)
    depth -= 1
    isFirst = false
    raw(close)
  }

  mutating func null() { raw("null") }

  fileprivate mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Writes a string in quotes.
  ///
  /// Beyond what RFC 8259 asks, U+007F, and U+2028 and U+2029, which end a line for some readers, are
  /// escaped.
  fileprivate mutating func quoted(_ string: String) {
    bytes.append(UInt8(ascii: "\""))
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": raw("\\\"")
      case "\\": raw("\\\\")
      case "\n": raw("\\n")
      case "\r": raw("\\r")
      case "\t": raw("\\t")
      case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
        let hex = String(scalar.value, radix: 16)
        raw("\\u" + String(repeating: "0", count: 4 - hex.count) + hex)
      default: raw(String(scalar))
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

/// A type that has a form in JSON.
package protocol JSONWritable {
  func write(to writer: inout JSONWriter)
}

extension Bool: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.raw(self ? "true" : "false") }
}

extension Int: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.raw(String(self)) }
}

/// JSON has no infinity and no not-a-number: such numbers are written as null. Others are written in
/// the fewest digits that identify them.
extension Double: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.raw(isFinite ? "\(self)" : "null") }
}

/// As `Double`: 0.1 and not 0.10000000149011612.
extension Float: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.raw(isFinite ? "\(self)" : "null") }
}

extension String: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.quoted(self) }
}

extension Array: JSONWritable where Element: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    writer.enclose("[", "]") { for element in self { $0.value(element) } }
  }
}

/// A value that is JSON already, such as a number with fixed digits.
package struct JSONText: JSONWritable {
  private let text: String

  package init(_ text: String) { self.text = text }

  package func write(to writer: inout JSONWriter) { writer.raw(text) }
}
