import Imaging

/// The truths and detections of one image that share a class: ranges of rows.
public struct EvaluationCell: Hashable, Sendable {
  /// Index into the list of images.
  public let image: Int32
  /// Index into the list of classes.
  public let classIndex: Int32
  fileprivate let firstTruth: Int32
  fileprivate let truthEnd: Int32
  fileprivate let firstDetection: Int32
  fileprivate let detectionEnd: Int32

  /// Rows of `EvaluationCells.truths`, in the order of the input.
  public var truths: Range<Int> { Int(firstTruth)..<Int(truthEnd) }
  /// Rows of `EvaluationCells.detections`, the surest first.
  public var detections: Range<Int> { Int(firstDetection)..<Int(detectionEnd) }
}

/// An evaluation's rows, sorted by image and then by class, with tables that say where each begins.
///
/// A cell is one image and one class of which there is a truth or a detection: what matching looks
/// at. Cells stand by image and, inside, by class; their rows are contiguous, so that an image's
/// rows are, too. All analyses read this.
public struct EvaluationCells: Sendable {
  /// What names the images in messages.
  public let imageNames: [String]
  /// The classes.
  public let classNames: [String]
  /// What is labeled, by image and class; inside a cell in the order of the input.
  public let truths: TruthColumns
  /// What was found, by image and class; inside a cell by descending score, ties in the order of
  /// the input.
  public let detections: DetectionColumns
  /// For each row of `truths`, its row in the input (and in what is kept beside it, such as masks).
  public let truthSources: [Int32]
  /// For each row of `detections`, its row in the input.
  public let detectionSources: [Int32]
  /// The cells, by image and then by class.
  public let cells: [EvaluationCell]
  /// `cells[imageStarts[i]..<imageStarts[i + 1]]` are those of image i.
  public let imageStarts: [Int]
  /// Cell numbers by class and then by image.
  public let classCells: [Int32]
  /// `classCells[classStarts[c]..<classStarts[c + 1]]` are those of class c.
  public let classStarts: [Int]

  /// Sorts the rows of an input; linear in their number, but for the scores inside a cell.
  ///
  /// - Throws: `EvaluationError` for indices out of range and numbers that are not finite.
  public init(_ input: EvaluationInput, tasks: TaskRunner = .serial) throws(EvaluationError) {
    try input.check()
    imageNames = input.imageNames
    classNames = input.classNames
    let images = imageNames.count
    let order = Self.order(
      images: input.truths.images, imageCount: images, classes: input.truths.classes,
      classCount: classNames.count)
    truths = input.truths.reordered(order)
    truthSources = order
    let unranked = Self.order(
      images: input.detections.images, imageCount: images, classes: input.detections.classes,
      classCount: classNames.count)
    cells = Self.cells(truths: truths, detections: input.detections, order: unranked)
    detectionSources = Self.ranked(
      unranked, cells: cells, scores: input.detections.scores, tasks: tasks)
    detections = input.detections.reordered(detectionSources)
    imageStarts = Self.starts(cells.map(\.image), count: images)
    let classes = cells.map(\.classIndex)
    classCells = Self.sorted(Array(0..<Int32(cells.count)), by: classes, count: classNames.count)
    classStarts = Self.starts(classes, count: classNames.count)
  }

  /// The cells of an image, by class.
  public func cells(ofImage image: Int) -> ArraySlice<EvaluationCell> {
    cells[imageStarts[image]..<imageStarts[image + 1]]
  }

  /// The numbers of a class's cells, by image.
  public func cells(ofClass classIndex: Int) -> ArraySlice<Int32> {
    classCells[classStarts[classIndex]..<classStarts[classIndex + 1]]
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

  /// Where each key's rows begin once they are sorted, and where the last ones end.
  private static func starts(_ keys: [Int32], count: Int) -> [Int] {
    var starts = [Int](repeating: 0, count: count + 1)
    for key in keys { starts[Int(key) + 1] += 1 }
    for key in 0..<count { starts[key + 1] += starts[key] }
    return starts
  }

  /// Walks down both lists of rows at once, a cell a step.
  private static func cells(
    truths: TruthColumns, detections: DetectionColumns, order: [Int32]
  ) -> [EvaluationCell] {
    /// Image and class as one number, in the order of the cells.
    func key(_ image: Int32, _ classIndex: Int32) -> Int64 {
      Int64(image) << 32 | Int64(classIndex)
    }
    func truthKey(_ row: Int) -> Int64 {
      row < truths.count ? key(truths.images[row], truths.classes[row]) : .max
    }
    func detectionKey(_ place: Int) -> Int64 {
      guard place < order.count else { return .max }
      let row = Int(order[place])
      return key(detections.images[row], detections.classes[row])
    }
    var cells: [EvaluationCell] = []
    var (truth, detection) = (0, 0)
    var (nextTruth, nextDetection) = (truthKey(0), detectionKey(0))
    while min(nextTruth, nextDetection) < .max {
      let current = min(nextTruth, nextDetection)
      let (firstTruth, firstDetection) = (truth, detection)
      while nextTruth == current {
        truth += 1
        nextTruth = truthKey(truth)
      }
      while nextDetection == current {
        detection += 1
        nextDetection = detectionKey(detection)
      }
      cells.append(
        EvaluationCell(
          image: Int32(current >> 32), classIndex: Int32(truncatingIfNeeded: current),
          firstTruth: Int32(firstTruth), truthEnd: Int32(truth),
          firstDetection: Int32(firstDetection), detectionEnd: Int32(detection)))
    }
    return cells
  }

  /// Sorts the detections inside each cell by descending score, ties by row.
  private static func ranked(
    _ order: [Int32], cells: [EvaluationCell], scores: [Double], tasks: TaskRunner
  ) -> [Int32] {
    tasks.mapParts(of: cells.count, parts: 64) { part -> [Int32] in
      guard let first = part.first, let last = part.last else { return [] }
      let start = cells[first].detections.lowerBound
      var rows = Array(order[start..<cells[last].detections.upperBound])
      for cell in cells[part] {
        let places = cell.detections.lowerBound - start..<cell.detections.upperBound - start
        rows[places].sort {
          let (a, b) = (scores[Int($0)], scores[Int($1)])
          return a != b ? a > b : $0 < $1
        }
      }
      return rows
    }.flatMap { $0 }
  }
}
