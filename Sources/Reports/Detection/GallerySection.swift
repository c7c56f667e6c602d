import Basics
import Evaluation
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
  let analysis: EvaluationAnalysis
  /// Maximum number of images.
  private static let most = 24
  /// Maximum total of JPEG bytes; base64 adds a third.
  private static let byteLimit = 1_100_000

  /// - Parameter path: The path of an image by its index; nil if it is unknown.
  func markup(path: (_ image: Int) -> String?) -> Markup {
    let images = thumbnails(path: path)
    if images.isEmpty { return .none }
    var gallery = ImageGrid()
    for image in images { gallery.add(image, caption: counts(image)) }
    return Page.section(
      "Worst images",
      "At confidence \(analysis.confidence.optionText) and above.",
      Page.legend(BoxStatus.allCases.map { ($0.legend, $0.rawValue) }, sample: "key"),
      .element("br"), gallery.markup)
  }

  private func counts(_ image: AnnotatedThumbnail) -> String {
    BoxStatus.allCases.dropFirst().compactMap { status -> String? in
      let count = image.marks.count { $0.style == status.rawValue }
      let plural = status == .wrongClass ? status.legend : nil
      return count > 0 ? Sentence.count(count, status.legend, plural: plural) : nil
    }.joined(separator: ", ")
  }

  /// Reads the worst images; unreadable ones are skipped.
  private func thumbnails(path: (_ image: Int) -> String?) -> [AnnotatedThumbnail] {
    let costs = analysis.table.imageNames.indices.map { image in
      marks(of: image).reduce(0) {
        $0 + ($1.style == BoxStatus.truePositive.rawValue ? 0 : $1.weight)
      }
    }
    let order = costs.indices.filter { costs[$0] > 0 }.sorted { (costs[$1], $0) < (costs[$0], $1) }
    var thumbnails: [AnnotatedThumbnail] = []
    var bytes = 0
    // Limits the number of attempts if images cannot be read.
    for image in order.prefix(Self.most * 4) where thumbnails.count < Self.most {
      guard let path = path(image),
        let thumbnail = try? AnnotatedThumbnail(path: path, marks: marks(of: image))
      else { continue }
      bytes += thumbnail.jpeg.count
      if bytes > Self.byteLimit { break }
      thumbnails.append(thumbnail)
    }
    return thumbnails
  }

  /// Boxes of an image, ground-truth objects first.
  private func marks(of image: Int) -> [AnnotatedThumbnail.Mark] {
    let table = analysis.table
    let mine = table.pairs(ofImage: image)
    var found: Set<Int32> = []
    var detections: [AnnotatedThumbnail.Mark] = []
    for row in mine.detections where table.detections.scores[row] >= analysis.confidence {
      let match = analysis.errors.matches[row]
      if match.isTruePositive { found.insert(match.groundTruth) }
      if match.isTruePositive || match.isIgnored { continue }
      let score = table.detections.scores[row]
      let name = table.classNames[Int(table.detections.classes[row])]
      let isWrong = match.error == .classification
      detections.append(
        (isWrong ? BoxStatus.wrongClass : .falsePositive).mark(
          table.detections.boxes[row].corners, label: "\(name) \(NumberFormat.fixed(score, 2))",
          weight: min(max(score, 0.01), 1)))
    }
    let groundTruths = mine.groundTruths.filter { table.groundTruths.traits[$0].isCounted }.map {
      row in
      let isFound = found.contains(Int32(row))
      return (isFound ? BoxStatus.truePositive : .falseNegative).mark(
        table.groundTruths.boxes[row].corners,
        label: isFound ? "" : table.classNames[Int(table.groundTruths.classes[row])], weight: 1)
    }
    return groundTruths + detections
  }
}
