import Testing

@testable import Basics

/// The tokenizer: what JSON is and is not (RFC 8259), and numbers rounded as they should be.
@Suite struct JSONScannerTests {
  /// Reads one value with `body`; what is left behind it is a fault.
  private func read<Value>(
    _ text: String, _ body: (inout JSONScanner) throws -> Value
  ) throws -> Value {
    try Array(text.utf8).withUnsafeBufferPointer { bytes in
      var scanner = JSONScanner(bytes)
      let value = try body(&scanner)
      guard scanner.isAtEnd() else { throw scanner.unexpected("the end") }
      return value
    }
  }

  private func fault(_ text: String) -> JSONFault? {
    do {
      try read(text) { try $0.skip() }
      return nil
    } catch {
      return error as? JSONFault
    }
  }

  /// The standard library's conversion, which is correctly rounded, is the reference.
  @Test func numbersAreRoundedToNearest() throws {
    var state: UInt64 = 7
    func random() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 11
    }
    var texts = [
      "0", "-0", "0.0", "1", "-1.5", "1e22", "1e23", "9007199254740993", "9007199254740992.5",
      "0.1", "0.30000000000000004", "2.2250738585072014e-308", "5e-324", "1e-400",
      "1.7976931348623157e308", "18446744073709551615", "18446744073709551616",
      "123456789012345678",
      "0.000000000000000000000000000123456789", "8.5e-27", "4503599627370497.5", "1e+05", "3E-7",
      // Halfway between two doubles, and a hair beside.
      "1.00000000000000011102230246251565", "1.00000000000000011102230246251566",
      "0.500000000000000055511151231257827",
    ]
    for _ in 0..<20_000 {
      let digits = Int(random() % 20)
      let whole = random() % (1 << (random() % 53 + 1))
      var fraction = ""
      for _ in 0..<digits { fraction += String(random() % 10) }
      var text = (random() % 2 == 0 ? "-" : "") + "\(whole)" + (digits > 0 ? ".\(fraction)" : "")
      if random() % 4 == 0 { text += "e\(Int(random() % 60) - 30)" }
      texts.append(text)
    }
    for _ in 0..<20_000 {
      texts.append("\(Double(bitPattern: random() << 11 ^ random()).magnitude)")
    }
    for text in texts where Double(text)?.isFinite == true {
      let value = try read(text) { try $0.number() }
      #expect(value.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
  }

  @Test(arguments: [
    "{}", "[]", "[1,2]", " { \"a\" : [ true , false , null ] } ", "\"\\u00e9\"",
    "{\"a\":{\"b\":{}}}",
    "-0.5e-3", "\t[\r\n]",
  ])
  func wellFormedTextsPass(text: String) {
    #expect(fault(text) == nil)
  }

  @Test(arguments: [
    ("", 0), ("[1,]", 3), ("[,1]", 1), ("{\"a\":1,}", 7), ("{,}", 1), ("{\"a\" 1}", 5),
    ("{a:1}", 1),
    ("[1 2]", 3), ("01", 0), ("-", 0), ("1.", 2), (".5", 0), ("1e", 2), ("+1", 0), ("NaN", 0),
    ("Infinity", 0), ("-Infinity", 0), ("nul", 0), ("truth", 0), ("\"a", 2), ("\"a\nb\"", 2),
    ("[1", 2), ("{\"a\":", 5), ("[1]]", 3), ("1e309", 0), ("'a'", 0), ("\"\\", 2), ("// x", 0),
  ])
  func brokenTextsAreFaultsAtTheirByte(text: String, offset: Int) {
    #expect(fault(text)?.offset == offset, "\(text): \(String(describing: fault(text)))")
  }

  @Test func depthHasALimit() {
    let limit = JSONScanner.depthLimit
    let fitting = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
    #expect(fault(fitting) == nil)
    #expect(fault("[" + fitting + "]")?.message == "values nest deeper than 128 levels")
    #expect(fault(String(repeating: "[", count: 1_000_000))?.offset == limit)
    #expect(fault(String(repeating: "{\"a\":", count: 100_000)) != nil)
  }

  @Test func stringsAreUnescaped() throws {
    func string(_ text: String) throws -> String { try read(text) { try $0.string() } }
    #expect(
      try string(#""caf\u00e9 \"x\" \\ \/ \b\f\n\r\t""#) == "café \"x\" \\ / \u{8}\u{c}\n\r\t")
    // U+1F600 as the pair of surrogates that UTF-16 has for it (RFC 8259, section 7).
    #expect(try string(#""\ud83d\ude00""#) == "😀")
    #expect(try string("\"😀\"") == "😀")
    for broken in [#""\ud83d""#, #""\x""#, #""\u12g4""#, #""\u+123""#, #""\u12""#] {
      #expect(throws: JSONFault.self, "\(broken)") { try string(broken) }
    }
    let invalid: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
    invalid.withUnsafeBufferPointer { bytes in
      var scanner = JSONScanner(bytes)
      #expect(throws: JSONFault.self) { try scanner.string() }
    }
  }

  @Test func keysMatchWithAndWithoutEscapes() throws {
    let key = try read(#"{"im\u0061ge_id": 1}"#) { scanner in
      var object = try scanner.object("")
      let key = try #require(try scanner.key(&object))
      try scanner.skip()
      #expect(try scanner.key(&object) == nil)
      return scanner.matches(key, "image_id") && !scanner.matches(key, "image_ids")
    }
    #expect(key)
  }

  @Test func integersAreWholeAndExact() throws {
    #expect(try read("581929") { try $0.integer("an id") } == 581_929)
    #expect(try read("5.0") { try $0.integer("an id") } == 5)
    // The ends of the range of 64 bits, and numbers that a double cannot tell from a neighbor.
    for value in [9_007_199_254_740_993, -9_007_199_254_740_993, Int.max, Int.min] {
      #expect(try read("\(value)") { try $0.integer("an id") } == value)
    }
    for text in ["1.5", "1e300", "9007199254740994.0", "01", "--1", "\"1.5\"", "\"x\"", "null"] {
      #expect(throws: JSONFault.self) { try read(text) { try $0.integer("an id") } }
    }
    // One beyond each end, and 2 to the 64.
    for text in ["9223372036854775808", "-9223372036854775809", "18446744073709551616"] {
      let error = #expect(throws: JSONFault.self) { try read(text) { try $0.integer("an id") } }
      #expect(
        error?.message == "an id is \(text), beyond the range of 64-bit integers")
    }
  }

  @Test func numbersMayBeInQuotes() throws {
    #expect(try read("\"7\"") { try $0.integer("an id") } == 7)
    #expect(try read("\"-1.5e1\"") { try $0.number() } == -15)
    for text in ["\"\"", "\"1 2\"", "\"\\u0031\"", "\"0x10\"", "\"NaN\""] {
      #expect(throws: JSONFault.self, "\(text)") { try read(text) { try $0.number() } }
    }
  }

  @Test func idsAreNumbersOrTexts() throws {
    #expect(try read("\"7\"") { try $0.id("an id") } == .text("7"))
    #expect(try read("7") { try $0.id("an id") } == .number(7))
    // Numbers first, and texts by code points: "10" is before "9", as in Python.
    #expect([ItemId.text("9"), "b", "10", 3, -3].sorted() == [-3, 3, "10", "9", "b"])
    #expect(
      ["7", "-7", "007", "+7", "7.0", ""].map { ItemId.number(in: $0) } == [
        7, -7, nil, nil, nil, nil,
      ])
  }

  @Test func aByteOrderMarkIsPassedOver() throws {
    #expect(try read("\u{FEFF} 5") { try $0.integer("an id") } == 5)
    #expect(fault("5 \u{FEFF}")?.offset == 2)
  }
}
