/// Pictures beside each other, as many as fit, each with a caption.
struct Gallery: Sendable {
  private var figures: [Markup] = []

  var isEmpty: Bool { figures.isEmpty }
  var markup: Markup { .element("div", ["class": "gallery"], figures) }

  /// Adds a picture with its file's name and what there is to say about it.
  mutating func add(_ picture: GalleryPicture, caption: String) {
    add([picture], caption: caption)
  }

  /// Adds pictures that belong together; they stand side by side.
  mutating func add(_ pictures: [GalleryPicture], caption: String) {
    let images = pictures.map { $0.markup(label: "\($0.name): \(caption)") }
    let names = pictures.map { Markup.element("b", [:], Markup($0.fileName)) }
    figures.append(
      .element(
        "figure", [:],
        images.count == 1
          ? images.joined : .element("div", ["class": "pair"], images),
        .element("figcaption", [:], names + [.element("span", [:], Markup(caption))])))
  }
}
