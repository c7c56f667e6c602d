import Basics

/// The first augmented images of a training, with their labels.
struct AugmentedSection: Sendable {
  let images: [AnnotatedThumbnail]

  var markup: Markup {
    guard !images.isEmpty else { return .none }
    var gallery = ImageGrid()
    for image in images {
      // Masks are drawn into the image.
      gallery.add(
        image,
        caption: image.caption
          ?? (image.marks.isEmpty ? "no boxes" : Sentence.count(image.marks.count, "object")))
    }
    return Page.section(
      "Augmented training images", "The first images of a training run, with their labels.",
      gallery.markup)
  }
}
