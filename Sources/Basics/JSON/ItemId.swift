/// The id of an image, category or annotation in a JSON file: a whole number of 64 bits, or a text
/// such as a UUID or a name.
package enum ItemId: Hashable, Sendable {
  case number(Int)
  case text(String)

  /// The number that a text spells in its shortest form: 7 for "7", nil for "007" and "+7".
  ///
  /// Some tools write the same id as a number in one list and as a text in another.
  package static func number(in text: String) -> Int? {
    guard let number = Int(text), String(number) == text else { return nil }
    return number
  }
}

/// Numbers by value, then texts by code points, as NumPy sorts the ids in pycocotools.
extension ItemId: Comparable {
  package static func < (a: ItemId, b: ItemId) -> Bool {
    switch (a, b) {
    case (.number(let a), .number(let b)): a < b
    case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
    case (.number, .text): true
    case (.text, .number): false
    }
  }
}

extension ItemId: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  package init(integerLiteral value: Int) { self = .number(value) }
  package init(stringLiteral value: String) { self = .text(value) }
}

extension ItemId: JSONWritable, CustomStringConvertible {
  package func write(to writer: inout JSONWriter) {
    switch self {
    case .number(let number): number.write(to: &writer)
    case .text(let text): text.write(to: &writer)
    }
  }

  /// The id as in JSON: a text is in quotes.
  package var description: String {
    switch self {
    case .number(let number): String(number)
    case .text(let text): JSONValue.string(text).line
    }
  }
}

extension JSONScanner {
  /// Reads an id: a whole number or a text.
  package mutating func id(_ what: StaticString) throws(JSONFault) -> ItemId {
    peek() == UInt8(ascii: "\"") ? .text(try string()) : .number(try integer(what))
  }
}
