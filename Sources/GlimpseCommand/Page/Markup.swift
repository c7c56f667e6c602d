/// A piece of a page: HTML that is well-formed XML, too, with all text from outside escaped.
///
/// Text becomes markup only by way of this type, so that a class called `<script>` stays a word.
struct Markup: Sendable, Hashable {
  /// The piece as it stands in the file.
  private(set) var source: String

  /// Nothing.
  static let none = Markup(source: "")

  /// A text, escaped.
  init(_ text: String) {
    source = Self.escaped(text)
  }

  /// Pieces behind each other.
  init(_ pieces: [Markup]) {
    source = pieces.map(\.source).joined()
  }

  private init(source: String) {
    self.source = source
  }

  /// An element with attributes, whose values are escaped, and children.
  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: Markup...
  ) -> Markup {
    element(name, attributes, children)
  }

  /// An element with attributes, whose values are escaped, and children.
  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: [Markup]
  ) -> Markup {
    let opening = attributes.reduce(into: "<\(name)") { text, attribute in
      text += " \(attribute.key)=\"\(escaped(attribute.value))\""
    }
    if voidElements.contains(name) { return Markup(source: opening + "/>") }
    return Markup(source: opening + ">" + children.map(\.source).joined() + "</\(name)>")
  }

  /// Style sheets and scripts of our own, which are not escaped: HTML reads them to the closing tag
  /// and XML reads entities in them, so they may hold none of `<`, `>` and `&`.
  static func code(_ name: String, _ text: String) -> Markup {
    precondition(
      !text.contains { "<>&".contains($0) }, "code in a page may hold none of <, > and &")
    return Markup(source: "<\(name)>\(text)</\(name)>")
  }

  /// Two pieces behind each other.
  static func + (left: Markup, right: Markup) -> Markup {
    Markup(source: left.source + right.source)
  }

  /// The elements that have no closing tag in HTML; of SVG's, those that are empty here.
  private static let voidElements: Set<String> = [
    "meta", "br", "hr", "path", "rect", "line", "circle", "image",
  ]

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      // Neither XML nor HTML may hold these, escaped or not.
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Markup: ExpressibleByStringInterpolation {
  init(stringLiteral value: String) { self.init(value) }
}

extension [Markup] {
  /// The pieces behind each other.
  var joined: Markup { Markup(self) }
}
