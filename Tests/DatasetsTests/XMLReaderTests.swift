@testable import Basics
import Engine
import Testing

@testable import Datasets

/// Expected values follow XML 1.0.
struct XMLReaderTests {
  private func read(_ text: String) throws -> XMLTree {
    try XMLReader.read(Array(text.utf8), file: "a.xml")
  }

  private func complaint(_ bytes: [UInt8]) -> String {
    do {
      return "read as \(try XMLReader.read(bytes, file: "a.xml"))"
    } catch {
      return "\(error)"
    }
  }

  @Test func elementsTextsAndLines() throws {
    let root = try read(
      """
      \u{feff}<?xml version="1.0" encoding="utf-8"?>
      <!DOCTYPE a>
      <!-- <no>element</no> -->
      <a kind='x > y' other = "1">
        <b> one &amp; two &#233;&#xE9; </b><c/>
        <d><![CDATA[<raw> & such]]></d >
      </a>
      <!-- end -->
      """)
    #expect(root.name == "a" && root.line == 4)
    #expect(root.children.map(\.name) == ["b", "c", "d"])
    #expect(root.children.map(\.line) == [5, 5, 6])
    #expect(root.child("b")?.text == "one & two \u{e9}\u{e9}")
    #expect(root.child("c")?.text == "")
    #expect(root.child("d")?.text == "<raw> & such")
  }

  @Test func latin1IsReadWhereDeclared() throws {
    var bytes = Array("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>caf".utf8)
    bytes += [0xE9]
    bytes += Array("</a>".utf8)
    #expect(try XMLReader.read(bytes, file: "a.xml").text == "caf\u{e9}")
  }

  @Test(arguments: [
    "", "text", "<a>", "<a><b></a>", "</a>", "<a></a><b/>", "<a></a>text", "<a", "<a b>", "<a b=c>",
    "<a b=\"c>", "<a>&nosuch;</a>", "<a>& b</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<!-- ",
    "<a><![CDATA[x</a>",
    "<>", "<a><!ELEMENT b></a>", "<!DOCTYPE a [<!ENTITY b \"bbb\">]><a>&b;</a>",
    "<a>&aaaaaaaaaaaaaaaaa",
    "<?xml", "<a/", "<a></a", "< a></a>", "<a>&#99999999999;</a>",
  ])
  func badSyntaxIsOneSentence(text: String) {
    let said = complaint(Array(text.utf8))
    #expect(said.hasPrefix("a.xml:") && said.hasSuffix("(XML)."), "\(said)")
  }

  @Test func otherEncodingsAreRefused() {
    for name in ["windows-1252", "gb2312", "Shift_JIS", "iso-8859-15"] {
      let text = "<?xml version='1.0' encoding='\(name)'?><a>"
      let said = complaint(Array(text.utf8) + [0xE9] + Array("</a>".utf8))
      #expect(said.contains("\"\(name)\""), "\(said)")
    }
    #expect(
      complaint(Array("<a>\n".utf8) + [0xC3, 0x28] + Array("</a>".utf8))
        == "a.xml:2: the file cannot be read: it is not UTF-8; save the file in that encoding")
  }

  /// U+00E9 is the byte E9 in ISO 8859-1, and the unit 00E9 in UTF-16.
  @Test func supportedEncodingsAreDecoded() throws {
    let latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>"
    #expect(
      try XMLReader.read(
        Array(latin.utf8) + [0xE9] + Array("</a>".utf8), file: "a.xml"
      ).text == "\u{E9}")
    let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>\u{E9}</a>"
    let little = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    for bytes in [little, big, [0xFF, 0xFE] + little, [0xFE, 0xFF] + big, Array(text.utf8)] {
      #expect(try XMLReader.read(bytes, file: "a.xml").text == "\u{E9}")
    }
  }

  @Test func depthIsLimited() {
    #expect(complaint(Array(String(repeating: "<a>", count: 100_000).utf8)).contains("too deeply"))
  }

  /// Damaged annotations are read or refused, and never end the process.
  @Test func damagedAnnotationsAreSurvived() {
    let seed = Array(
      """
      <annotation><filename>a b.jpg</filename><size><width>10</width><height>20</height></size>
      <object><name>cat &amp; dog</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>2.5</ymin>
      <xmax>5</xmax><ymax>9e0</ymax></bndbox><part><name>x</name></part></object><!-- c --></annotation>
      """.utf8)
    let spice = Array("<>/&;!?-'\"= \n0.9eE[]\u{0}".utf8) + [0xFF, 0xC3]
    var refused = 0
    for round in 0..<4000 {
      var generator = SeededGenerator(seed: 11, UInt64(round))
      var bytes = seed
      for _ in 0...generator.index(below: 3) {
        let place = generator.index(below: bytes.count)
        switch generator.index(below: 4) {
        case 0: bytes[place] = spice[generator.index(below: spice.count)]
        case 1: bytes.insert(spice[generator.index(below: spice.count)], at: place)
        case 2: bytes.remove(at: place)
        default: bytes.removeSubrange(place..<min(place + 20, bytes.count))
        }
      }
      do {
        let annotation = try VOCAnnotation.read(bytes, file: "f")
        for object in annotation.objects {
          guard case .pixels(let box) = object.extent else { continue }
          #expect(box.x1.isFinite && box.y2.isFinite)
        }
      } catch {
        refused += 1
        #expect("\(error)".hasPrefix("f:"))
      }
    }
    #expect(refused > 400 && refused < 3900, "\(refused) of 4000 refused")
  }
}
