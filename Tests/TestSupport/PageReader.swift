import Foundation
import FoundationXML

/// Reads a page as strict XML: a page that is not well-formed has no elements but an error.
package final class PageReader: NSObject, XMLParserDelegate {
  package struct Element {
    package let name: String
    package let attributes: [String: String]
    package fileprivate(set) var text = ""
  }

  /// All elements in the order of their opening tags, each with the text that is directly in it.
  package private(set) var elements: [Element] = []
  /// Why the page is not well-formed, or nil.
  package private(set) var issue: String?
  private var open: [Int] = []

  package init(_ page: String) {
    super.init()
    let parser = XMLParser(data: Data(page.utf8))
    parser.delegate = self
    if !parser.parse() {
      issue =
        "line \(parser.lineNumber), column \(parser.columnNumber): "
        + (parser.parserError.map { "\($0)" } ?? "unknown")
    }
  }

  package func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  package func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  package func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  package func parser(_ parser: XMLParser, foundCharacters text: String) {
    if let place = open.last { elements[place].text += text }
  }
}
