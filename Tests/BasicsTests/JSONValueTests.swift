import Basics
import Foundation
import Testing

@Suite struct JSONValueTests {
  @Test func keysStayInOrder() {
    let value: JSONValue = ["z": 1, "a": [true, nil, "x"], "m": ["inner": 2.5]]
    #expect(value.line == #"{"z":1,"a":[true,null,"x"],"m":{"inner":2.5}}"#)
  }

  /// Escapes of RFC 8259, section 7.
  @Test func textIsEscaped() {
    let value = JSONValue.string("a\"b\\c\n\r\t\u{0}\u{1B}\u{2028}é😀/")
    #expect(value.line == #""a\"b\\c\n\r\t\u0000\u001b\u2028é😀/""#)
  }

  @Test func numbersKeepTheirBits() throws {
    let numbers = [
      0.1, 1.0 / 3, Double.leastNonzeroMagnitude, 1.7976931348623157e308, -0.0, 1e20, 100,
    ]
    for number in numbers {
      let text = JSONValue.number(number).line
      #expect(try JSONDecoder().decode(Double.self, from: Data(text.utf8)) == number)
    }
    #expect(JSONValue.single(0.1).line == "0.1")
    #expect(JSONValue.number(Double(Float(0.1))).line == "0.10000000149011612")
    #expect(JSONValue.integer(.min).line == "-9223372036854775808")
    #expect(JSONValue.array([.number(.nan), .single(-.infinity)]).line == "[null,null]")
  }

  @Test func whatIsWrittenCanBeRead() throws {
    let odd = (0..<0x300).compactMap { Unicode.Scalar($0) }.map(String.init).joined()
    let text = JSONValue.object([JSONMember(key: odd, value: .string(odd))]).line
    let read = try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    #expect(read == [odd: odd])
    #expect(!text.contains("\n"))
  }

  @Test func valuesAreWrittenOneByOne() {
    var json = JSONWriter()
    json.object {
      $0.member("a", [1, 2])
      $0.object("b") { $0.member("c", JSONText("0.50")) }
      $0.array("d") { list in
        list.object { $0.member("e", [String]()) }
        list.value(true)
      }
      $0.object("f") { _ in }
    }
    #expect(json.text == #"{"a":[1,2],"b":{"c":0.50},"d":[{"e":[]},true],"f":{}}"#)
  }

  /// Elements of a list that is opened and closed elsewhere.
  @Test func outerValuesHaveTheirSeparator() {
    var json = JSONWriter(separator: ",\n")
    json.value(1)
    json.value([2, 3])
    json.object { $0.member("a", "x") }
    #expect(json.text == "1,\n[2,3],\n{\"a\":\"x\"}")
  }
}
