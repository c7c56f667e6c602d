import Basics
import Evaluation

/// Selects the images with the most errors and marks them.
struct WorstImages {
  let analysis: EvaluationAnalysis
  /// Detections below this score are left out.
  let confidence: Double

  /// Maximum number of images.
  static let most = 24
  /// Maximum total of JPEG bytes; base64 adds a third.
  private static let byteLimit = 1_100_000

  /// Reads the worst images; unreadable ones are skipped.
  func thumbnails(path: (_ image: Int) -> String?) -> [AnnotatedThumbnail] {
    let costs = analysis.table.imageNames.indices.map { image in
      marks(of: image).reduce(0) {
        $0 + ($1.style == BoxStatus.truePositive.rawValue ? 0 : $1.weight)
      }
    }
    let order = costs.indices.filter { costs[$0] > 0 }.sorted {
      costs[$0] != costs[$1] ? costs[$0] > costs[$1] : $0 < $1
    }
    var thumbnails: [AnnotatedThumbnail] = []
    var bytes = 0
    // Bounds the search where images are missing.
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
    guard let first = mine.first, let last = mine.last else { return [] }
    var found: Set<Int32> = []
    var detections: [AnnotatedThumbnail.Mark] = []
    for row in first.detections.lowerBound..<last.detections.upperBound
    where table.detections.scores[row] >= confidence {
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
    let groundTruths = (first.groundTruths.lowerBound..<last.groundTruths.upperBound).filter {
      table.groundTruths.traits[$0].isEmpty
    }.map { row in
      let isFound = found.contains(Int32(row))
      return (isFound ? BoxStatus.truePositive : .falseNegative).mark(
        table.groundTruths.boxes[row].corners,
        label: isFound ? "" : table.classNames[Int(table.groundTruths.classes[row])], weight: 1)
    }
    return groundTruths + detections
  }
}
