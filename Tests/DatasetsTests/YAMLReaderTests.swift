@testable import Basics
import Engine
import Testing

@testable import Datasets

/// Expected values follow YAML 1.2.2.
struct YAMLReaderTests {
  private func read(_ text: String) throws -> YAMLNode {
    try YAMLReader.read(text, file: "data.yaml")
  }

  /// What the reader says about a text that it refuses.
  private func complaint(_ text: String) -> String {
    do {
      return "read as \(try read(text))"
    } catch {
      return "\(error)"
    }
  }

  @Test func mapsAndScalars() throws {
    let root = try read(
      """
      # a comment
      path: ../dataset   # with a space
      nc: 3
      "quoted key": 'it''s'
      escaped: "tab\\t\\u00e9\\x41"
      url: http://example.org/a:b#c
      empty:
      tilde: ~
      "no": no
      """)
    #expect(root["path"]?.text == "../dataset")
    #expect(root["nc"]?.text == "3")
    #expect(root["nc"]?.line == 3)
    #expect(root["quoted key"]?.text == "it's")
    #expect(root["escaped"]?.text == "tab\t\u{e9}A")
    #expect(root["url"]?.text == "http://example.org/a:b#c")
    #expect(root["empty"] == nil && root["tilde"] == nil)
    #expect(root["no"]?.text == "no")
  }

  @Test func lists() throws {
    let root = try read(
      """
      flow: ['a', "b, c", d e, 1.5,]
      indented:
        - x
        - y z  # comment
      flush:
      - 1

      - 2
      nested:
        - - a
          - b
        - key: 1
          other: 2
        -
          late: 3
      over lines: [a,   # first
         b,

         {c: 1, "d":2, e: [f]}]
      """)
    #expect(root["flow"]?.elements?.map(\.text) == ["a", "b, c", "d e", "1.5"])
    #expect(root["indented"]?.elements?.map(\.text) == ["x", "y z"])
    #expect(root["flush"]?.elements?.map(\.text) == ["1", "2"])
    let nested = try #require(root["nested"]?.elements)
    #expect(nested[0].elements?.map(\.text) == ["a", "b"])
    #expect(nested[1]["other"]?.text == "2")
    #expect(nested[2]["late"]?.text == "3")
    let last = try #require(root["over lines"]?.elements?.last)
    #expect(last["c"]?.text == "1" && last["d"]?.text == "2")
    #expect(last["e"]?.elements?.map(\.text) == ["f"])
  }

  @Test func nestedMapsAndBlockTexts() throws {
    let root = try read(
      """
      %YAML 1.2
      ---
      names:
        0: person
        1: 'a: b'
      roboflow:
          workspace: w
          deep:
            deeper: 1
      download: |
        from x import y  # kept

          indented
      folded: >-
        a
        b
      after: 1
      ...
      anything
      """)
    #expect(root["names"]?.entries?.map(\.key) == ["0", "1"])
    #expect(root["names"]?["1"]?.text == "a: b")
    #expect(root["roboflow"]?["deep"]?["deeper"]?.text == "1")
    #expect(root["download"]?.text == "from x import y  # kept\n\n  indented")
    #expect(root["folded"]?.text == "a b")
    #expect(root["after"]?.text == "1")
  }

  @Test func lineEndsAndMarks() throws {
    #expect(try read("a: 1\r\nb: [x,\r\n y]\r\n")["b"]?.elements?.count == 2)
    #expect(try read("").isNull)
    #expect(try read("\n# only a comment\n").isNull)
    #expect(try read("[]").elements?.isEmpty == true)
    #expect(try read("{}").entries?.isEmpty == true)
    #expect(try read("just text").text == "just text")
  }

  @Test(arguments: [
    ("a: 1\n  b: 2", 2), ("a: 1\na: 2", 2), ("a: [1, 2", 1), ("a: {b: 1", 1), ("a: ]", 1),
    ("a:\n\tb: 1", 2), ("a: 'open", 1), ("a: \"\\q\"", 1), ("a: \"\\u12\"", 1), ("a: &x 1", 1),
    ("a: *x", 1), ("a: !!int 1", 1), ("<<: 1", 1), ("? a", 1), ("a: 1\n---\nb: 2", 2),
    ("a: b: c", 1), ("a: [1]]", 1), ("a: [1 [2]]", 1), ("a: [,]", 1), ("a: {b}", 1),
    ("a: {b: 1, b: 2}", 1), ("- 1\n  - 2", 2), ("- 1\na: 2", 2), ("a: 1\n- 2", 2),
    ("a: @b", 1), ("a: |3\n   b", 1), ("a: 'b' c", 1), ("a: [b: c]", 1),
    ("a:\n    b: 1\n  c: 2", 3), ("a: 1\nno colon", 2), ("a: [1}\n", 1),
  ])
  func badSyntaxIsOneSentenceWithItsLine(text: String, line: Int) {
    let said = complaint(text)
    #expect(said.hasPrefix("data.yaml:\(line): "), "\(said)")
    #expect(said.hasSuffix("(YAML)."))
    #expect(!said.contains("\n"))
  }

  @Test func depthIsLimited() {
    let brackets = String(repeating: "[", count: 100_000)
    #expect(complaint("a: " + brackets).contains("nested too deeply"))
    #expect(complaint(String(repeating: "- ", count: 100_000) + "a").contains("nested too deeply"))
    let stairs = (0..<200).map { String(repeating: " ", count: $0) + "k:" }
    #expect(complaint(stairs.joined(separator: "\n")).contains("nested too deeply"))
  }

  @Test func longListsAreReadInTime() throws {
    let names = (0..<50_000).map { "n\($0)" }
    #expect(
      try read("names: [" + names.joined(separator: ", ") + "]")["names"]?.elements?.count == 50_000
    )
    #expect(
      try read("names:\n" + names.map { "- \($0)\n" }.joined())["names"]?.elements?.count == 50_000)
  }

  /// Damaged descriptions are read or refused, and never end the process.
  @Test func damagedTextsAreSurvived() throws {
    let seed = Array(
      """
      path: ../x
      train: [a, 'b', "c\\n"]
      names: {0: cat, 1: dog}
      more:
        - a: 1
          b: |
            text
        - - x
      """.utf8)
    let spice = Array("[]{}:,-#'\"\\|>&*!? \n\t\r~0\u{0}\u{e9}".utf8)
    var refused = 0
    for round in 0..<4000 {
      var generator = SeededGenerator(seed: 7, UInt64(round))
      var bytes = seed
      for _ in 0...generator.index(below: 6) {
        let place = generator.index(below: bytes.count)
        switch generator.index(below: 3) {
        case 0: bytes[place] = spice[generator.index(below: spice.count)]
        case 1: bytes.insert(spice[generator.index(below: spice.count)], at: place)
        default: bytes.remove(at: place)
        }
      }
      do {
        _ = try YAMLReader.read(try FileContents.text(bytes, file: "f"), file: "f")
      } catch {
        refused += 1
        #expect("\(error)".hasPrefix("f:"))
      }
    }
    // Both happen, or the fuzzing would prove nothing.
    #expect(refused > 400 && refused < 3800, "\(refused) of 4000 refused")
  }
}
