import Basics
import Imaging

/// The ground-truth objects and detections of one image that share a class: ranges of rows.
package struct ImageClassPair: Hashable, Sendable {
  /// Index into the list of images.
  package let image: Int32
  /// Index into the list of classes.
  package let classIndex: Int32
  fileprivate let firstGroundTruth: Int32
  fileprivate let groundTruthEnd: Int32
  fileprivate let firstDetection: Int32
  fileprivate let detectionEnd: Int32

  /// Rows of `EvaluationTable.groundTruths`, in the order of the input.
  package var groundTruths: Range<Int> { Int(firstGroundTruth)..<Int(groundTruthEnd) }
  /// Rows of `EvaluationTable.detections`, the highest score first.
  package var detections: Range<Int> { Int(firstDetection)..<Int(detectionEnd) }
}

/// An evaluation's rows, sorted by image and then by class, with the start of each group.
///
/// Matching works on image-class pairs: one image and one class with at least one ground-truth object
/// or detection. Pairs are sorted by image, then class; the rows of a pair are contiguous, and so are
/// those of an image.
package struct EvaluationTable: Sendable {
  package let imageNames: [String]
  package let classNames: [String]
  /// By image and class; within a pair in the order of the input.
  package let groundTruths: GroundTruthTable
  /// By image and class; within a pair by descending score, ties in the order of the input.
  package let detections: DetectionTable
  /// For each row of `groundTruths`, its row in the input, to which masks refer.
  package let groundTruthSources: [Int32]
  /// For each row of `detections`, its row in the input.
  package let detectionSources: [Int32]
  /// By image and then by class.
  package let pairs: [ImageClassPair]
  /// `pairs[imageStarts[i]..<imageStarts[i + 1]]` belong to image i.
  package let imageStarts: [Int]
  /// Pair numbers by class and then by image.
  package let classPairs: [Int32]
  /// `classPairs[classStarts[c]..<classStarts[c + 1]]` belong to class c.
  package let classStarts: [Int]

  /// Sorts the rows of an input in linear time, apart from the scores within a pair.
  ///
  /// - Throws: `EvaluationError` for indices out of range and numbers that are not finite.
  package init(_ input: EvaluationInput, tasks: any ParallelExecutor = .serial)
    throws(EvaluationError)
  {
    try input.check()
    imageNames = input.imageNames
    classNames = input.classNames
    let images = imageNames.count
    let order = Self.order(
      images: input.groundTruths.images, imageCount: images, classes: input.groundTruths.classes,
      classCount: classNames.count)
    groundTruths = input.groundTruths.reordered(order)
    groundTruthSources = order
    let unranked = Self.order(
      images: input.detections.images, imageCount: images, classes: input.detections.classes,
      classCount: classNames.count)
    pairs = Self.pairs(groundTruths: groundTruths, detections: input.detections, order: unranked)
    detectionSources = Self.ranked(
      unranked, pairs: pairs, scores: input.detections.scores, tasks: tasks)
    detections = input.detections.reordered(detectionSources)
    imageStarts = Self.starts(pairs.map(\.image), count: images)
    let classes = pairs.map(\.classIndex)
    classPairs = Self.sorted(Array(0..<Int32(pairs.count)), by: classes, count: classNames.count)
    classStarts = Self.starts(classes, count: classNames.count)
  }

  /// The pairs of an image, by class.
  package func pairs(ofImage image: Int) -> ArraySlice<ImageClassPair> {
    pairs[imageStarts[image]..<imageStarts[image + 1]]
  }

  /// The numbers of a class's pairs, by image.
  package func pairs(ofClass classIndex: Int) -> ArraySlice<Int32> {
    classPairs[classStarts[classIndex]..<classStarts[classIndex + 1]]
  }

  /// Row numbers by image, then class, then row: two counting sorts, the less important key first.
  private static func order(
    images: [Int32], imageCount: Int, classes: [Int32], classCount: Int
  ) -> [Int32] {
    let byClass = sorted(Array(0..<Int32(images.count)), by: classes, count: classCount)
    return sorted(byClass, by: images, count: imageCount)
  }

  /// A stable counting sort of row numbers by a key below `count`.
  private static func sorted(_ rows: [Int32], by keys: [Int32], count: Int) -> [Int32] {
    var places = starts(keys, count: count)
    var result = [Int32](repeating: 0, count: rows.count)
    for row in rows {
      let key = Int(keys[Int(row)])
      result[places[key]] = row
      places[key] += 1
    }
    return result
  }

  /// The start of each key's rows after sorting, and the end of the last.
  private static func starts(_ keys: [Int32], count: Int) -> [Int] {
    var starts = [Int](repeating: 0, count: count + 1)
    for key in keys { starts[Int(key) + 1] += 1 }
    for key in 0..<count { starts[key + 1] += starts[key] }
    return starts
  }

  /// Walks both sorted lists of rows in parallel.
  private static func pairs(
    groundTruths: GroundTruthTable, detections: DetectionTable, order: [Int32]
  ) -> [ImageClassPair] {
    /// Image and class as one number, in the order of the pairs.
    func key(_ image: Int32, _ classIndex: Int32) -> Int64 {
      Int64(image) << 32 | Int64(classIndex)
    }
    func groundTruthKey(_ row: Int) -> Int64 {
      row < groundTruths.count ? key(groundTruths.images[row], groundTruths.classes[row]) : .max
    }
    func detectionKey(_ place: Int) -> Int64 {
      guard place < order.count else { return .max }
      let row = Int(order[place])
      return key(detections.images[row], detections.classes[row])
    }
    var pairs: [ImageClassPair] = []
    var (groundTruth, detection) = (0, 0)
    var (nextGroundTruth, nextDetection) = (groundTruthKey(0), detectionKey(0))
    while min(nextGroundTruth, nextDetection) < .max {
      let current = min(nextGroundTruth, nextDetection)
      let (firstGroundTruth, firstDetection) = (groundTruth, detection)
      while nextGroundTruth == current {
        groundTruth += 1
        nextGroundTruth = groundTruthKey(groundTruth)
      }
      while nextDetection == current {
        detection += 1
        nextDetection = detectionKey(detection)
      }
      pairs.append(
        ImageClassPair(
          image: Int32(current >> 32), classIndex: Int32(truncatingIfNeeded: current),
          firstGroundTruth: Int32(firstGroundTruth), groundTruthEnd: Int32(groundTruth),
          firstDetection: Int32(firstDetection), detectionEnd: Int32(detection)))
    }
    return pairs
  }

  /// Sorts the detections of each pair by descending score, ties by row.
  private static func ranked(
    _ order: [Int32], pairs: [ImageClassPair], scores: [Double], tasks: any ParallelExecutor
  ) -> [Int32] {
    tasks.mapParts(of: pairs.count, parts: 64) { part -> [Int32] in
      guard let first = part.first, let last = part.last else { return [] }
      let start = pairs[first].detections.lowerBound
      var rows = Array(order[start..<pairs[last].detections.upperBound])
      for pair in pairs[part] {
        let places = pair.detections.lowerBound - start..<pair.detections.upperBound - start
        rows[places].sort {
          let (a, b) = (scores[Int($0)], scores[Int($1)])
          return a != b ? a > b : $0 < $1
        }
      }
      return rows
    }.flatMap { $0 }
  }
}
