import Basics

/// SVG elements.
enum SVG {
  /// The root element of a chart or image, which fills the width of its card.
  ///
  /// - Parameter label: The accessible description.
  static func root(
    width: Double, height: Double, label: String, _ content: [Markup]
  ) -> Markup {
    .element(
      "svg",
      [
        "viewBox": "0 0 \(coordinate(width)) \(coordinate(height))", "role": "img",
        "aria-label": label, "xmlns": "http://www.w3.org/2000/svg",
      ], content)
  }

  static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String
  ) -> Markup {
    .element(
      "line",
      [
        "x1": coordinate(x1), "y1": coordinate(y1), "x2": coordinate(x2), "y2": coordinate(y2),
        "class": style,
      ])
  }

  /// A line of text; `y` is its baseline, and `turn` rotates it about its anchor.
  static func text(
    _ text: String, _ x: Double, _ y: Double, _ style: String, anchor: String = "start",
    turn: Int? = nil
  ) -> Markup {
    let (x, y) = (coordinate(x), coordinate(y))
    return .element(
      "text",
      [
        "x": x, "y": y, "class": style, "text-anchor": anchor,
        "transform": turn.map { "rotate(\($0) \(x) \(y))" },
      ], Markup(text))
  }

  /// - Parameters:
  ///   - radius: The corner radius.
  ///   - note: The tooltip.
  static func rectangle(
    x: Double, y: Double, width: Double, height: Double, radius: String? = nil, _ style: String,
    opacity: Double? = nil, note: String? = nil
  ) -> Markup {
    let rectangle = Markup.element(
      "rect",
      [
        "x": coordinate(x), "y": coordinate(y), "width": coordinate(max(width, 0)),
        "height": coordinate(max(height, 0)), "rx": radius, "class": style,
        "fill-opacity": opacity.map { NumberFormat.fixed($0, 2) },
      ])
    guard let note else { return rectangle }
    return .element("g", [:], .element("title", [:], Markup(note)), rectangle)
  }

  /// A coordinate with at most one decimal.
  static func coordinate(_ value: Double) -> String {
    let text = NumberFormat.fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A name truncated to a width; a character is about 6.6 units wide.
  static func shortened(_ name: String, to width: Double) -> String {
    let most = max(Int((width - 8) / 6.6), 3)
    return name.count <= most ? name : name.prefix(most - 1) + "…"
  }
}
