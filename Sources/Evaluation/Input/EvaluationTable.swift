import Basics
import Imaging

/// The rows of one image and one class: ground-truth objects and detections.
package struct ImageClassPair: Hashable, Sendable {
  /// Index into the list of images.
  package let image: Int32
  /// Index into the list of classes.
  package let classIndex: Int32
  /// Rows of `EvaluationTable.groundTruths`, in the order of the input.
  package let groundTruths: Range<Int>
  /// Rows of `EvaluationTable.detections`, the highest score first.
  package let detections: Range<Int>
}

extension ArraySlice<ImageClassPair> {
  /// The rows of all pairs of the slice, which are contiguous; empty without pairs.
  package var groundTruths: Range<Int> {
    (first?.groundTruths.lowerBound ?? 0)..<(last?.groundTruths.upperBound ?? 0)
  }
  package var detections: Range<Int> {
    (first?.detections.lowerBound ?? 0)..<(last?.detections.upperBound ?? 0)
  }
}

/// The ground truth and detections of an evaluation, sorted by image and then by class, with the
/// start of each group.
///
/// Matching works on image-class pairs: one image and one class with at least one ground-truth
/// object or detection. Pairs are sorted by image, then class; the rows of a pair are contiguous,
/// and so are those of an image.
package struct EvaluationTable: Sendable {
  package let imageNames: [String]
  package let classNames: [String]
  /// Sorted by image and class; within a pair in the order of the input.
  package let groundTruths: GroundTruthTable
  /// Sorted by image and class; within a pair by descending score, ties in the order of the input.
  package let detections: DetectionTable
  /// For each row of `groundTruths`, its row in the input, to which masks refer.
  package let groundTruthSources: [Int32]
  /// For each row of `detections`, its row in the input.
  package let detectionSources: [Int32]
  /// Sorted by image, then class.
  package let pairs: [ImageClassPair]
  /// `pairs[imageStarts[i]..<imageStarts[i + 1]]` belong to image i.
  package let imageStarts: [Int]
  /// Whether unmatched detections of a pair are ignored, because not every object of its class is
  /// labeled; empty if that holds for none.
  package let isNotExhaustive: [Bool]
  /// Groups of classes of which AP is reported, too.
  package let classGroups: [FederatedLabels.Group]
  /// Indices into `pairs`, sorted by class, then image.
  package let classPairs: [Int32]
  /// `classPairs[classStarts[c]..<classStarts[c + 1]]` belong to class c.
  package let classStarts: [Int]

  /// Sorts the rows of an input: counting sorts by image and class, then by score within each pair.
  ///
  /// Rows of classes that are left out are dropped. Where classes are not told apart, objects and
  /// detections of equal scores are ordered by their own class first, as in pycocotools.
  ///
  /// - Throws: `EvaluationError` for indices out of range and numbers that are not finite.
  package init(
    _ input: EvaluationInput, classes selection: ClassSelection = .all,
    tasks: any ParallelExecutor = .serial
  ) throws(EvaluationError) {
    try input.check()
    imageNames = input.imageNames
    let mapping = selection.mapping(input.classNames)
    classNames = mapping?.names ?? input.classNames
    let (images, classCount) = (imageNames.count, input.classNames.count)
    /// Row indices by image, then class, then row: two counting sorts, the secondary key first.
    func order(
      _ imageIndices: [Int32], _ classes: [Int32], rows: [Int32]? = nil
    ) -> [Int32] {
      var rows = rows ?? Array(0..<Int32(classes.count))
      if let mapping { rows.removeAll { mapping.indices[Int(classes[Int($0)])] < 0 } }
      return Self.sorted(
        Self.sorted(rows, by: classes, count: classCount), by: imageIndices, count: images)
    }
    groundTruthSources = order(input.groundTruths.images, input.groundTruths.classes)
    var objects = input.groundTruths.reordered(groundTruthSources)
    let unranked = order(
      input.detections.images, input.detections.classes,
      rows: input.federation?.countedRows(input))
    var found = input.detections
    if let mapping {
      objects.mapClasses(mapping.indices)
      found.mapClasses(mapping.indices)
    }
    groundTruths = objects
    pairs = Self.pairs(groundTruths: groundTruths, detections: found, order: unranked)
    detectionSources = Self.ranked(
      unranked, pairs: pairs, scores: found.scores,
      classes: selection.isAgnostic ? input.detections.classes : nil, tasks: tasks)
    detections = found.reordered(detectionSources)
    let classTotal = classNames.count
    isNotExhaustive =
      input.federation?.isNotExhaustive(pairs, mapping?.indices, classCount: classTotal) ?? []
    classGroups = (input.federation?.groups ?? []).map { group in
      FederatedLabels.Group(
        name: group.name,
        classes: group.classes.map { index in mapping.map { Int($0.indices[index]) } ?? index }
          .filter { $0 >= 0 })
    }
    imageStarts = Self.starts(pairs.map(\.image), count: images)
    let classes = pairs.map(\.classIndex)
    classPairs = Self.sorted(Array(0..<Int32(pairs.count)), by: classes, count: classNames.count)
    classStarts = Self.starts(classes, count: classNames.count)
  }

  /// The pairs of an image, by class.
  package func pairs(ofImage image: Int) -> ArraySlice<ImageClassPair> {
    pairs[imageStarts[image]..<imageStarts[image + 1]]
  }

  /// The indices into `pairs` of a class, by image.
  package func pairs(ofClass classIndex: Int) -> ArraySlice<Int32> {
    classPairs[classStarts[classIndex]..<classStarts[classIndex + 1]]
  }

  /// A stable counting sort of row indices by a key below `count`.
  static func sorted(_ rows: [Int32], by keys: [Int32], count: Int) -> [Int32] {
    // Rows may be some of those that have keys.
    var places = starts(
      rows.count == keys.count ? keys : rows.map { keys[Int($0)] }, count: count)
    var result = [Int32](repeating: 0, count: rows.count)
    for row in rows {
      let key = Int(keys[Int(row)])
      result[places[key]] = row
      places[key] += 1
    }
    return result
  }

  /// The start index of each key's rows after sorting, and the number of rows at the end.
  static func starts(_ keys: [Int32], count: Int) -> [Int] {
    var starts = [Int](repeating: 0, count: count + 1)
    for key in keys { starts[Int(key) + 1] += 1 }
    for key in 0..<count { starts[key + 1] += starts[key] }
    return starts
  }

  /// Merges the two sorted lists of rows into pairs.
  private static func pairs(
    groundTruths: GroundTruthTable, detections: DetectionTable, order: [Int32]
  ) -> [ImageClassPair] {
    /// Image and class as one sort key per row, and a sentinel at the end.
    func keys(_ images: [Int32], _ classes: [Int32]) -> [Int64] {
      zip(images, classes).map { Int64($0) << 32 | Int64($1) } + [.max]
    }
    let groundTruthKeys = keys(groundTruths.images, groundTruths.classes)
    let unsorted = keys(detections.images, detections.classes)
    let detectionKeys = order.map { unsorted[Int($0)] } + [.max]
    var pairs: [ImageClassPair] = []
    var (groundTruth, detection) = (0, 0)
    while true {
      let current = min(groundTruthKeys[groundTruth], detectionKeys[detection])
      if current == .max { return pairs }
      let (firstGroundTruth, firstDetection) = (groundTruth, detection)
      while groundTruthKeys[groundTruth] == current { groundTruth += 1 }
      while detectionKeys[detection] == current { detection += 1 }
      pairs.append(
        ImageClassPair(
          image: Int32(current >> 32), classIndex: Int32(truncatingIfNeeded: current),
          groundTruths: firstGroundTruth..<groundTruth, detections: firstDetection..<detection))
    }
  }

  /// Sorts the detections of each pair by descending score, ties by class where those are given, and
  /// then by row.
  private static func ranked(
    _ order: [Int32], pairs: [ImageClassPair], scores: [Double], classes: [Int32]?,
    tasks: any ParallelExecutor
  ) -> [Int32] {
    tasks.mapParts(of: pairs.count, parts: 64) { part -> [Int32] in
      let start = pairs[part].detections.lowerBound
      var rows = Array(order[pairs[part].detections])
      for pair in pairs[part] {
        let places = pair.detections.lowerBound - start..<pair.detections.upperBound - start
        rows[places].sort {
          let (a, b) = (scores[Int($0)], scores[Int($1)])
          if a != b { return a > b }
          guard let classes else { return $0 < $1 }
          return (classes[Int($0)], $0) < (classes[Int($1)], $1)
        }
      }
      return rows
    }.flatMap { $0 }
  }
}
