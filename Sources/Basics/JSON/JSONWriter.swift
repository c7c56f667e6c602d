/// Writes JSON (RFC 8259) value by value on one line.
///
/// At the top level, values are separated by `separator`, so that a caller can write an array in
/// parts and add the brackets.
package struct JSONWriter: Sendable {
  package private(set) var bytes: [UInt8] = []
  private let separator: String
  private var depth = 0
  /// Whether the next value is the first of its array or object.
  private var isFirst = true

  package init(separator: String = ",") {
    self.separator = separator
  }

  /// The JSON text written so far.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Writes a value of the open array.
  package mutating func value(_ value: some JSONWritable) {
    separate()
    value.write(to: &self)
  }

  /// Writes an object whose members `body` writes.
  package mutating func object(_ body: (inout JSONWriter) -> Void) {
    separate()
    enclose("{", "}", body)
  }

  /// Writes a member of the open object.
  package mutating func member(_ key: String, _ value: some JSONWritable) {
    self.key(key)
    value.write(to: &self)
  }

  /// Writes a member whose value is an object; `body` writes its members.
  package mutating func object(_ key: String, _ body: (inout JSONWriter) -> Void) {
    self.key(key)
    enclose("{", "}", body)
  }

  /// Writes a member whose value is an array; `body` writes its elements.
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
  /// Besides what RFC 8259 requires, this escapes U+007F, and U+2028 and U+2029, which some parsers
  /// treat as line terminators.
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

/// A type that can be written as JSON.
package protocol JSONWritable {
  func write(to writer: inout JSONWriter)
}

extension Bool: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.raw(self ? "true" : "false") }
}

extension Int: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.raw(String(self)) }
}

/// Infinities and NaN, which JSON does not have, are written as null. Other numbers are written
/// with the fewest digits that identify them.
extension Double: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.raw(isFinite ? "\(self)" : "null") }
}

/// As for `Double`: 0.1, not 0.10000000149011612.
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

/// A value that is already JSON text, such as a number with a fixed number of digits.
package struct JSONText: JSONWritable {
  private let text: String

  package init(_ text: String) { self.text = text }

  package func write(to writer: inout JSONWriter) { writer.raw(text) }
}
