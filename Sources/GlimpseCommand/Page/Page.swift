import Glimpse

/// One self-contained page: it asks no network for anything and runs no script but its own.
struct Page: Sendable {
  let title: String
  let content: [Markup]

  /// The whole file, which is HTML and well-formed XML.
  var text: String {
    let head = Markup.element(
      "head", [:],
      .element("meta", ["charset": "utf-8"]),
      .element(
        "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      // Nothing can be fetched, even if a text from outside got past all escaping.
      .element(
        "meta",
        [
          "http-equiv": "Content-Security-Policy",
          "content":
            "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'",
        ]),
      .element("meta", ["name": "generator", "content": "glimpse \(glimpseVersion)"]),
      .element("title", [:], Markup(title)),
      .code("style", PageStyle.text))
    let body = Markup.element(
      "body", [:], .element("main", [:], content), .code("script", PageScript.text))
    return "<!DOCTYPE html>\n" + Markup.element("html", ["lang": "en"], head, body).source + "\n"
  }

  /// A part of a page under a heading.
  static func section(_ title: String, _ lead: Markup = .none, _ content: Markup...) -> Markup {
    let paragraph =
      lead == .none ? lead : Markup.element("p", ["class": "lead"], lead)
    return .element(
      "section", [:], [.element("h2", [:], Markup(title)), paragraph] + content)
  }

  /// A chart or table with a heading of its own.
  static func card(_ title: String, _ content: Markup..., note: String = "") -> Markup {
    .element(
      "figure", ["class": "card"],
      [.element("figcaption", [:], Markup(title))] + content
        + (note.isEmpty ? [] : [.element("p", ["class": "note"], Markup(note))]))
  }

  /// A number that one looks at first.
  struct Tile: Sendable {
    let name: String
    let value: String
    /// What is written small below it.
    let note: String

    init(_ name: String, _ value: String, note: String = "") {
      self.name = name
      self.value = value
      self.note = note
    }
  }

  /// Numbers beside each other.
  static func tiles(_ tiles: [Tile]) -> Markup {
    let hasNotes = tiles.contains { !$0.note.isEmpty }
    return .element(
      "dl", ["class": "tiles"],
      tiles.map { tile in
        .element(
          "div", ["class": "tile"], .element("dt", [:], Markup(tile.name)),
          .element("dd", [:], Markup(tile.value)),
          hasNotes ? .element("dd", ["class": "range"], Markup(tile.note)) : .none)
      })
  }

  /// Cards beside each other, as many as fit.
  static func cards(_ cards: [Markup]) -> Markup {
    .element("div", ["class": "cards"], cards)
  }
}
