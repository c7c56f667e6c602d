import Glimpse

/// Picks the images where most goes wrong, and marks what.
struct WorstImages {
  let analysis: EvaluationAnalysis
  /// Detections below this score are left out, as they would be in use.
  let confidence: Double

  /// Images in a gallery at most.
  static let most = 24
  /// Bytes of their JPEGs at most, all together; a third more once they are text.
  private static let byteLimit = 1_100_000

  /// Reads the worst images that can be read.
  ///
  /// - Parameter path: Where the image of an image lies; nil where that is not known.
  func thumbnails(path: (_ image: Int) -> String?) -> [AnnotatedThumbnail] {
    let costs = analysis.cells.imageNames.indices.map { image in
      marks(of: image).reduce(0) { $0 + ($1.style == BoxFate.found.rawValue ? 0 : $1.weight) }
    }
    let order = costs.indices.filter { costs[$0] > 0 }.sorted {
      costs[$0] != costs[$1] ? costs[$0] > costs[$1] : $0 < $1
    }
    var thumbnails: [AnnotatedThumbnail] = []
    var bytes = 0
    // Should images be missing, the search ends some time.
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

  /// What is right and wrong on an image; truths first.
  private func marks(of image: Int) -> [AnnotatedThumbnail.Mark] {
    let cells = analysis.cells
    let mine = cells.cells(ofImage: image)
    guard let first = mine.first, let last = mine.last else { return [] }
    var found: Set<Int32> = []
    var detections: [AnnotatedThumbnail.Mark] = []
    for row in first.detections.lowerBound..<last.detections.upperBound
    where cells.detections.scores[row] >= confidence {
      let fate = analysis.errors.fates[row]
      if fate.isRight { found.insert(fate.truth) }
      if fate.isRight || fate.isIgnored { continue }
      let score = cells.detections.scores[row]
      let name = cells.classNames[Int(cells.detections.classes[row])]
      let isWrong = fate.error == .classification
      detections.append(
        (isWrong ? BoxFate.wrong : .false).mark(
          cells.detections.boxes[row].corners, label: "\(name) \(HumanFormat.fixed(score, 2))",
          weight: min(max(score, 0.01), 1)))
    }
    let truths = (first.truths.lowerBound..<last.truths.upperBound).filter {
      cells.truths.traits[$0].isEmpty
    }.map { row in
      let isFound = found.contains(Int32(row))
      return (isFound ? BoxFate.found : .missed).mark(
        cells.truths.boxes[row].corners,
        label: isFound ? "" : cells.classNames[Int(cells.truths.classes[row])], weight: 1)
    }
    return truths + detections
  }
}
