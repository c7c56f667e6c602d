/// HTML that is also well-formed XML, with all text escaped.
///
/// Text becomes markup only through this type, so that a class named `<script>` is displayed as
/// text.
struct Markup: Sendable, Hashable {
  private(set) var source: String

  static let none = Markup(source: "")

  init(_ text: String) {
    source = Self.escaped(text)
  }

  init(_ pieces: [Markup]) {
    source = pieces.map(\.source).joined()
  }

  private init(source: String) {
    self.source = source
  }

  /// An element; attributes without a value are left out.
  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ children: Markup...
  ) -> Markup {
    element(name, attributes, children)
  }

  static func element(
    _ name: String, _ attributes: KeyValuePairs<String, String?> = [:], _ children: [Markup]
  ) -> Markup {
    let opening = attributes.reduce(into: "<\(name)") { text, attribute in
      if let value = attribute.value { text += " \(attribute.key)=\"\(escaped(value))\"" }
    }
    if voidElements.contains(name) { return Markup(source: opening + "/>") }
    return Markup(source: opening + ">" + children.map(\.source).joined() + "</\(name)>")
  }

  /// A style sheet or script, which is not escaped. HTML and XML parse `<`, `>` and `&` in them
  /// differently, so `text` must not contain these.
  static func code(_ name: String, _ text: String) -> Markup {
    precondition(
      !text.contains { "<>&".contains($0) }, "code in a page must not contain <, > or &")
    return Markup(source: "<\(name)>\(text)</\(name)>")
  }

  static func + (left: Markup, right: Markup) -> Markup {
    Markup(source: left.source + right.source)
  }

  /// HTML elements without a closing tag, and SVG elements without content.
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
      // Not allowed in XML and HTML, even escaped.
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
