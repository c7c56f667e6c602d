import Basics
import Evaluation
import Imaging

/// Validation images: ground truth beside predictions.
struct PredictionSection: Sendable {
  let analysis: EvaluationAnalysis
  /// Selects the images.
  let seed: UInt64

  /// Maximum number of images.
  private static let most = 12

  /// - Parameter path: The path of an image by its index; nil if it is unknown.
  func markup(path: (_ image: Int) -> String?) -> Markup {
    var generator = SeededGenerator(seed: seed)
    let order = analysis.table.imageNames.indices.shuffled(using: &generator)
    var gallery = ImageGrid(isWide: true)
    var count = 0
    // Limits the number of attempts if images cannot be read.
    for image in order.prefix(Self.most * 4) where count < Self.most {
      let groundTruths = groundTruths(image)
      guard let path = path(image),
        let thumbnail = try? AnnotatedThumbnail(path: path, marks: groundTruths)
      else { continue }
      let predictions = predictions(image)
      gallery.add(
        thumbnail, thumbnail.with(predictions),
        caption: "\(Sentence.count(groundTruths.count, "object")), "
          + Sentence.count(predictions.count, "prediction"))
      count += 1
    }
    if gallery.isEmpty { return .none }
    return Page.section(
      "Validation images",
      "A random selection. Each image is shown with its ground truth, and then with the predictions "
        + "of the best weights at confidence \(NumberFormat.fixed(analysis.bestConfidence, 2)) and "
        + "above, where F1 is highest.", gallery.markup)
  }

  private func groundTruths(_ image: Int) -> [AnnotatedThumbnail.Mark] {
    let objects = analysis.table.groundTruths
    return analysis.table.pairs(ofImage: image).groundTruths.map { row in
      mark(
        objects.classes[row], objects.boxes[row].corners, isDashed: !objects.traits[row].isCounted,
        weight: Double(objects.areas[row]))
    }
  }

  private func predictions(_ image: Int) -> [AnnotatedThumbnail.Mark] {
    let found = analysis.table.detections
    return analysis.table.pairs(ofImage: image).detections.filter {
      found.scores[$0] >= analysis.bestConfidence
    }.map { row in
      mark(
        found.classes[row], found.boxes[row].corners,
        score: " " + NumberFormat.fixed(found.scores[row], 2), weight: found.scores[row])
    }
  }

  private func mark(
    _ classIndex: Int32, _ box: Box, score: String = "", isDashed: Bool = false, weight: Double
  ) -> AnnotatedThumbnail.Mark {
    AnnotatedThumbnail.Mark(
      style: "series-\(classIndex % 8 + 1)", isDashed: isDashed, box: box,
      label: analysis.table.classNames[Int(classIndex)] + score, weight: weight)
  }
}
