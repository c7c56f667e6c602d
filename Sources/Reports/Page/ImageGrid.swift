import Basics

/// A responsive grid of images with captions.
struct ImageGrid: Sendable {
  /// Whether the cells are wide enough for two images side by side.
  private let isWide: Bool
  private var figures: [Markup] = []

  /// Makes an empty grid.
  init(isWide: Bool = false) { self.isWide = isWide }

  var isEmpty: Bool { figures.isEmpty }
  var markup: Markup { .element("div", ["class": isWide ? "gallery wide" : "gallery"], figures) }

  /// Adds an image, or several side by side under one caption with the name of each file.
  mutating func add(_ thumbnails: AnnotatedThumbnail..., caption: String) {
    let images = thumbnails.map { $0.markup(label: "\($0.name): \(caption)") }
    var files: [String] = []
    for thumbnail in thumbnails where files.last != thumbnail.name { files.append(thumbnail.name) }
    let names = files.map { Markup.element("b", [:], Markup(FilePath.name($0))) }
    figures.append(
      .element(
        "figure", [:],
        images.count == 1
          ? Markup(images) : .element("div", ["class": "pair"], images),
        .element("figcaption", [:], names + [.element("span", [:], Markup(caption))])))
  }
}
