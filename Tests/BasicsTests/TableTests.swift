import Testing

@testable import Basics

/// Expected texts are written by hand.
@Suite struct TableTests {
  private var table: Table {
    var table = Table([
      .words("name"), .numbers("AP", key: "ap"), .hidden("count"), .shown("note", isWords: true),
    ])
    table.add([.text("a"), .fraction(0.25), .integer(1), .text("x")])
    table.add([.text("long\u{1B}er, \"b\""), .fraction(-1), .integer(12345), .blank])
    table.summarize([.text("all"), .number(0.5, digits: 1), .blank, .blank])
    return table
  }

  @Test func peopleSeeAlignedColumnsWithoutSpacesAtTheEnd() {
    #expect(
      table.text == """
        name                  AP  note
        a                  0.250  x
        long\\u{1B}er, "b"      -
        all                  0.5

        """)
  }

  /// RFC 4180: quotes are doubled, lines end with CR LF.
  @Test func programsReadAllDigits() {
    #expect(
      table.csv
        == "name,ap,count\r\na,0.25,1\r\n\"long\u{1B}er, \"\"b\"\"\",,12345\r\n")
    #expect(
      table.json.line
        == #"[{"name":"a","ap":0.25,"count":1},"#
        + #"{"name":"long\u001ber, \"b\"","ap":null,"count":12345}]"#)
  }

  @Test func rowsCanBeNamedMembers() {
    var table = Table([.words("error"), .numbers("count"), .numbers("cost")])
    table.add([.text("false positives"), .blank, .number(0.125, digits: 3)])
    #expect(table.jsonByName.line == #"{"false_positives":{"cost":0.125}}"#)
  }

  @Test func factsHaveNoHeading() {
    let table = Table(facts: [
      "model": "compact", "peak memory": .bytes(1536), "classes": .list(["a", "b"]),
      "limit": .missing,
    ])
    #expect(
      table.text
        == "model        compact\npeak memory  1.5 KiB\nclasses      a, b\nlimit        -\n")
    #expect(
      JSONValue.object(table.factMembers).line
        == #"{"model":"compact","peak_memory":1536,"classes":["a","b"],"limit":null}"#)
    #expect(Table.Value.extents([2, 3]).text == "2 x 3")
  }
}
