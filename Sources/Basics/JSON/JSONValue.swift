/// A JSON value that is written on one line, with object keys in the given order.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  /// Written with the fewest digits that identify the 64-bit value.
  case number(Double)
  /// Written with the fewest digits that identify the 32-bit value: 0.1, not 0.10000000149011612.
  case single(Float)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])

  /// The value as JSON text on one line.
  package var line: String {
    var writer = JSONWriter()
    writer.value(self)
    return writer.text
  }
}

extension JSONValue: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.null()
    case .bool(let value): value.write(to: &writer)
    case .integer(let value): value.write(to: &writer)
    case .number(let value): value.write(to: &writer)
    case .single(let value): value.write(to: &writer)
    case .string(let value): value.write(to: &writer)
    case .array(let values): values.write(to: &writer)
    case .object(let members):
      writer.enclose("{", "}") { for member in members { $0.member(member.key, member.value) } }
    }
  }
}

/// A key of an object and its value.
package struct JSONMember: Sendable, Equatable {
  package let key: String
  package let value: JSONValue

  package init(key: String, value: JSONValue) {
    self.key = key
    self.value = value
  }
}

extension JSONValue {
  /// The members of an object; empty for other values.
  package var members: [JSONMember] {
    if case .object(let members) = self { members } else { [] }
  }

  /// An object with the members of this one followed by those of others.
  package func appending(_ others: JSONValue...) -> JSONValue {
    .object(members + others.flatMap(\.members))
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByNilLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(integerLiteral value: Int) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(nilLiteral: ()) { self = .null }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// Creates an object with its keys in the order of the literal.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { JSONMember(key: $0.0, value: $0.1) })
  }
}
