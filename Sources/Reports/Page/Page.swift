import Basics

/// A self-contained HTML page that loads nothing from the network.
struct Page: Sendable {
  let title: String
  /// The type of the page, displayed above the heading.
  let eyebrow: String
  let heading: String
  /// Names and values displayed below the heading.
  let facts: [(name: String, value: String)]
  let content: [Markup]
  /// The paragraphs of the footer.
  let footer: [String]

  /// The HTML source, which is also well-formed XML.
  var text: String {
    let head = Markup.element(
      "head", [:],
      .element("meta", ["charset": "utf-8"]),
      .element(
        "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      // Blocks all network access, even if some text were not escaped.
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
      "body", [:], .element("main", [:], [header] + content + [end]),
      .code("script", PageScript.text))
    return "<!DOCTYPE html>\n" + Markup.element("html", ["lang": "en"], head, body).source + "\n"
  }

  private var header: Markup {
    .element(
      "header", [:],
      .element("p", ["class": "eyebrow"], Markup(eyebrow)),
      .element("h1", [:], Markup(heading)),
      .element(
        "ul", ["class": "facts"],
        facts.map { fact in
          .element("li", [:], Markup(fact.name + " "), .element("b", [:], Markup(fact.value)))
        }))
  }

  private var end: Markup {
    .element(
      "footer", [:],
      (footer + ["Made by Glimpse \(glimpseVersion)."]).map { .element("p", [:], Markup($0)) })
  }

  static func section(_ title: String, _ lead: String = "", _ content: Markup...) -> Markup {
    let paragraph = lead.isEmpty ? .none : Markup.element("p", ["class": "lead"], Markup(lead))
    return .element("section", [:], [.element("h2", [:], Markup(title)), paragraph] + content)
  }

  /// A chart or table with its own heading.
  static func card(_ title: String, _ content: Markup..., note: String = "") -> Markup {
    .element(
      "figure", ["class": "card"],
      [.element("figcaption", [:], Markup(title))] + content
        + (note.isEmpty ? [] : [.element("p", ["class": "note"], Markup(note))]))
  }

  /// Key figures side by side, with small print below them.
  static func tiles(_ tiles: [(name: String, value: String, note: String)]) -> Markup {
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

  /// Cards side by side, as many as fit, but four in two rows of two.
  static func cards(_ cards: [Markup]) -> Markup {
    .element("div", ["class": cards.count == 4 ? "cards four" : "cards"], cards)
  }

  /// A list of statements, each with an explanation.
  static func advice(_ items: [(issue: String, hint: String)]) -> Markup {
    .element(
      "ul", ["class": "advice"],
      items.map { item in
        .element(
          "li", [:], .element("b", [:], Markup(item.issue)),
          .element("span", [:], Markup(item.hint)))
      })
  }

  /// A legend: names of curves, bars or boxes with their colors.
  ///
  /// - Parameter sample: The CSS class of the color samples.
  static func legend(
    _ entries: [(name: String, style: String)], sample: String = "swatch"
  ) -> Markup {
    .element(
      "ul", ["class": "legend"],
      entries.map { entry in
        .element(
          "li", [:], .element("span", ["class": "\(sample) \(entry.style)"]), Markup(entry.name))
      })
  }

  /// A table that scrolls horizontally if it is too wide.
  ///
  /// - Parameters:
  ///   - isSortable: Whether clicking a heading sorts the rows.
  ///   - cell: The CSS class and the small print of a cell.
  static func table(
    _ table: Table, isSortable: Bool = false,
    cell: (_ row: Int, _ column: Int) -> (style: String, note: String) = { _, _ in ("", "") }
  ) -> Markup {
    func row(_ values: [Table.Value], number: Int?) -> Markup {
      .element(
        "tr", [:],
        table.shownColumns.map { column in
          let value = values[column]
          let isWords = table.columns[column].isWords
          let (given, note) = number.map { cell($0, column) } ?? ("", "")
          let style = given.isEmpty && isWords ? "text" : given
          let small = Markup.element("br") + .element("span", ["class": "range"], Markup(note))
          let isKeyed = isSortable && number != nil
          let attributes: KeyValuePairs = [
            "class": style.isEmpty ? nil : style, "data-value": isKeyed ? value.sortKey : nil,
            "title": isKeyed && isWords ? value.html : nil,
          ]
          return .element("td", attributes, Markup(value.html), note.isEmpty ? .none : small)
        })
    }
    let titles = table.shownColumns.map { table.columns[$0].title ?? "" }
    let head = zip(table.shownColumns, titles).map { column, title in
      Markup.element(
        "th", ["class": table.columns[column].isWords ? "text" : nil], Markup(title))
    }
    return .element(
      "div", ["class": "scroll"],
      .element(
        "table", ["class": isSortable ? "sortable" : nil],
        titles.allSatisfy(\.isEmpty)
          ? .none : .element("thead", [:], .element("tr", [:], head)),
        .element("tbody", [:], table.rows.enumerated().map { row($0.element, number: $0.offset) }),
        table.summary.map { .element("tfoot", [:], row($0, number: nil)) } ?? .none))
  }
}

extension Table.Value {
  fileprivate var html: String {
    switch self {
    case .text(let text): text
    case .missing: "–"
    default: text
    }
  }

  /// The key that the script sorts by: numbers with full precision, -1 for missing values.
  fileprivate var sortKey: String {
    switch self {
    case .text(let text): text
    case .number(let number, _): "\(number)"
    case .missing, .blank: "-1"
    default: text
    }
  }
}

/// Number formats of the reports.
enum PageNumber {
  /// Three decimals; a dash for a negative value, which marks a metric without ground truth.
  static func fraction(_ value: Double) -> String {
    value < 0 ? "–" : NumberFormat.fixed(value, 3)
  }

  /// A signed difference with three decimals.
  static func difference(_ value: Double) -> String {
    let text = NumberFormat.fixed(abs(value), 3)
    return (value < 0 && text != "0.000" ? "−" : "+") + text
  }

  /// A percentage, with one decimal below 10 %.
  static func percent(_ fraction: Double) -> String {
    NumberFormat.fixed(fraction * 100, fraction < 0.0995 ? 1 : 0) + " %"
  }

  /// AP in percentage points.
  static func points(_ fraction: Double) -> String { NumberFormat.fixed(fraction * 100, 1) }
}
