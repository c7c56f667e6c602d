/// A responsive grid of images with captions.
struct ImageGrid: Sendable {
  private var figures: [Markup] = []

  var isEmpty: Bool { figures.isEmpty }
  var markup: Markup { .element("div", ["class": "gallery"], figures) }

  /// Adds an image, or several side by side under one caption.
  mutating func add(_ thumbnails: AnnotatedThumbnail..., caption: String) {
    let images = thumbnails.map { $0.markup(label: "\($0.name): \(caption)") }
    let names = thumbnails.map { Markup.element("b", [:], Markup($0.fileName)) }
    figures.append(
      .element(
        "figure", [:],
        images.count == 1
          ? Markup(images) : .element("div", ["class": "pair"], images),
        .element("figcaption", [:], names + [.element("span", [:], Markup(caption))])))
  }
}
