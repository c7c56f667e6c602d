extension JSONValue {
  /// Parses one JSON value. Numbers without a fraction and exponent that fit are integers.
  ///
  /// For small texts, such as a line; large files are read with a ``JSONScanner``.
  package init(parsing bytes: [UInt8]) throws(JSONFault) {
    var outcome = Result<JSONValue, JSONFault>.success(.null)
    bytes.withUnsafeBufferPointer { buffer in
      outcome = Result { () throws(JSONFault) in
        var scanner = JSONScanner(buffer)
        let value = try Self.value(&scanner, depth: 0)
        guard scanner.isAtEnd() else { throw scanner.unexpected("the end") }
        return value
      }
    }
    self = try outcome.get()
  }

  private static func value(
    _ scanner: inout JSONScanner, depth: Int
  ) throws(JSONFault) -> JSONValue {
    guard depth < JSONScanner.depthLimit else { throw scanner.unexpected("fewer nested values") }
    switch scanner.peek() {
    case UInt8(ascii: "{")?:
      var object = try scanner.object("an object")
      var members: [JSONMember] = []
      while let key = try scanner.key(&object) {
        members.append(
          JSONMember(key: try scanner.string(key), value: try value(&scanner, depth: depth + 1)))
      }
      return .object(members)
    case UInt8(ascii: "[")?:
      var list = try scanner.array("a list")
      var values: [JSONValue] = []
      while try scanner.element(&list) { values.append(try value(&scanner, depth: depth + 1)) }
      return .array(values)
    case UInt8(ascii: "\"")?: return .string(try scanner.string())
    case UInt8(ascii: "t")?, UInt8(ascii: "f")?: return .bool(try scanner.boolean("true or false"))
    case UInt8(ascii: "n")?:
      try scanner.skip()
      return .null
    default:
      let start = scanner.offset
      let number = try scanner.number()
      let text = scanner.consumed(from: start)
      return Int(text).map { .integer($0) } ?? .number(number)
    }
  }

  /// The member of an object; nil for other values and without such a key.
  package subscript(key: String) -> JSONValue? { members.last { $0.key == key }?.value }

  /// The text of a string; nil for other values.
  package var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// A whole number; nil for other values.
  package var whole: Int? {
    if case .integer(let number) = self { number } else { nil }
  }

  /// A number; nil for other values.
  package var double: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .number(let number): number
    case .single(let number): Double(number)
    default: nil
    }
  }
}
