import Basics
import Imaging

/// The match outcome of a ground-truth object or a detection; raw values are CSS classes.
enum BoxStatus: String, CaseIterable, Sendable {
  case truePositive = "found"
  case falseNegative = "missed"
  case falsePositive = "false"
  /// A detection that would be a true positive if its class were correct.
  case wrongClass = "wrong"

  var legend: String {
    switch self {
    case .truePositive: "true positive"
    case .falseNegative: "false negative"
    case .falsePositive: "false positive"
    case .wrongClass: "wrong class"
    }
  }

  func mark(_ box: Box, label: String, weight: Double) -> AnnotatedThumbnail.Mark {
    AnnotatedThumbnail.Mark(
      style: rawValue, isDashed: self == .falseNegative, box: box, label: label, weight: weight)
  }
}

/// The images with the most errors.
struct GallerySection: Sendable {
  let images: [AnnotatedThumbnail]
  /// The confidence threshold of the detections shown.
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
      Markup("At confidence \(NumberFormat.fixed(confidence, 2)) and above, where F1 is highest."),
      .element("ul", ["class": "legend"], keys), .element("br"), gallery.markup)
  }

  private func counts(_ image: AnnotatedThumbnail) -> String {
    BoxStatus.allCases.dropFirst().compactMap { status -> String? in
      let count = image.marks.count { $0.style == status.rawValue }
      return count > 0 ? Sentence.count(count, status.legend, plural: status.plural) : nil
    }.joined(separator: ", ")
  }
}

extension BoxStatus {
  fileprivate var plural: String? { self == .wrongClass ? legend : nil }
}
