import Glimpse

/// What became of a box of the ground truth or of a detection.
enum BoxStatus: String, CaseIterable, Sendable {
  /// A ground-truth object that a detection is right about.
  case found
  /// A ground-truth object that none is right about.
  case missed
  /// A detection that is not right.
  case `false`
  /// A detection that would be right, were it of another class.
  case wrong

  /// What the legend calls it.
  var legend: String {
    switch self {
    case .found: "found"
    case .missed: "missed"
    case .false: "false"
    case .wrong: "wrong class"
    }
  }

  /// The box as it is drawn.
  func mark(_ box: Box, label: String, weight: Double) -> AnnotatedThumbnail.Mark {
    AnnotatedThumbnail.Mark(
      style: rawValue, isDashed: self == .missed, box: box, label: label, weight: weight)
  }
}

/// The worst images with what is wrong on them.
struct GallerySection: Sendable {
  let images: [AnnotatedThumbnail]
  /// The score from which on detections are drawn.
  let confidence: Double

  var markup: Markup {
    if images.isEmpty { return .none }
    let keys = BoxStatus.allCases.map { status in
      Markup.element(
        "li", [:], .element("span", ["class": "key \(status.rawValue)"]), Markup(status.legend))
    }
    var gallery = ImageGrid()
    for image in images { gallery.add(image, caption: counts(image)) }
    return Page.section(
      "Worst images",
      Markup(
        "With detections of a score of \(NumberFormat.fixed(confidence, 2)) and more, where F1 over "
          + "all classes is best."),
      .element("ul", ["class": "legend"], keys), .element("br"), gallery.markup)
  }

  private func counts(_ image: AnnotatedThumbnail) -> String {
    [BoxStatus.missed, .false, .wrong].compactMap { status -> String? in
      let count = image.marks.count { $0.style == status.rawValue }
      return count > 0 ? "\(count) \(status.legend)" : nil
    }.joined(separator: ", ")
  }
}
