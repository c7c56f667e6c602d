import Foundation
import Testing

import Glimpse
@testable import GlimpseCommand

@Suite struct HumanFormatTests {
  @Test(arguments: [
    (0, "0.000 s"), (0.0123, "0.012 s"), (0.35, "0.35 s"), (0.9996, "1.0 s"), (4.24, "4.2 s"),
    (9.96, "10 s"), (47.6, "48 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"),
    (3599.7, "1 h 00 min"), (7500, "2 h 05 min"), (273_600, "3 d 4 h"), (.infinity, "unknown"),
    (-1, "unknown"),
  ])
  func durations(seconds: Double, text: String) {
    #expect(HumanFormat.duration(seconds) == text)
  }

  @Test(arguments: [
    (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (1536, "1.5 KiB"),
    (1_048_575, "1.0 MiB"), (25_165_824_000, "23.4 GiB"), (Int.max, "8.0 EiB"),
  ])
  func bytes(count: Int, text: String) {
    #expect(HumanFormat.bytes(count) == text)
  }

  @Test(arguments: [
    (0.0, "0"), (0.001234, "0.00123"), (0.5, "0.500"), (1, "1.00"), (12.44, "12.4"),
    (99.96, "100"), (1_234_567, "1234567"), (-0.25, "-0.250"), (.nan, "unknown"),
  ])
  func decimals(value: Double, text: String) {
    #expect(HumanFormat.decimal(value) == text)
  }

  @Test func fixedDigits() {
    #expect(HumanFormat.fixed(3.14159, 2) == "3.14")
    #expect(HumanFormat.fixed(2.05, 1) == "2.1")
    #expect(HumanFormat.fixed(-0.001, 2) == "0.00")
    #expect(HumanFormat.fixed(-1.5, 0) == "-2")
    #expect(HumanFormat.fixed(7, 3) == "7.000")
  }
}

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
}

@Suite struct SentenceTests {
  @Test func strangeNamesCannotMoveTheCursor() {
    #expect(Sentence.quoted("a\u{1B}[2Jb\n") == #"'a\u{1B}[2Jb\n'"#)
    #expect(Sentence.quoted(String(repeating: "x", count: 300)).count == 205)
    #expect(Sentence.printable("Katze äöü 猫") == "Katze äöü 猫")
  }

  @Test func wordsAreJoined() {
    #expect(Sentence.alternatives([]) == "")
    #expect(Sentence.alternatives(["a"]) == "a")
    #expect(Sentence.alternatives(["a", "b", "c"]) == "a, b or c")
    #expect(Sentence.count(1, "image") == "1 image")
    #expect(Sentence.count(0, "image") == "0 images")
  }
}

@Suite struct TextTableTests {
  /// Written by hand: words to the left, numbers to the right, no spaces at the ends of lines.
  @Test func columnsAreAligned() {
    var table = TextTable([.init("name", .left), .init("count"), .init("note", .left)])
    table.add("a", "1", "")
    table.add("longer", "12345", "x")
    #expect(
      table.text == """
        name    count  note
        a           1
        longer  12345  x

        """)
  }
}

@Suite struct IssueNotesTests {
  @Test func theFirstAreToldAndTheRestCounted() {
    let recorder = Recorder()
    var notes = IssueReporter(
      on: Console(output: recorder.output(), diagnostics: recorder.output()))
    for number in 0..<13 { notes.add("problem \(number)") }
    notes.finish()
    notes.finish()
    let lines = recorder.all.split(separator: "\n")
    #expect(lines.count == 11)
    #expect(lines[0] == "warning: problem 0")
    #expect(lines[10] == "warning: and 3 more problems like these")
  }
}
