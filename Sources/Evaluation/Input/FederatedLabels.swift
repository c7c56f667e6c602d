import Imaging

/// What is labeled in each image of a federated dataset such as LVIS, where an image is not labeled
/// for every class.
///
/// Detections count only where the class is known to be present (an object of it is labeled) or
/// absent; unmatched ones are ignored where not every object of a class is labeled.
///
/// Source: `LVISEval._prepare` and `evaluate_img` of lvis-api 0.5.3.
public struct FederatedLabels: Hashable, Sendable {
  /// Classes by how frequent they are in the training images, for AP of each group.
  public struct Group: Hashable, Sendable {
    /// The end of the metric's name, as in `APr`.
    public let name: String
    /// The class indices.
    public let classes: [Int]

    /// A group of classes.
    public init(name: String, classes: [Int]) {
      self.name = name
      self.classes = classes
    }
  }

  /// For each image the classes that are known to be absent.
  public var absent: [[Int32]]
  /// For each image the classes that are known to be present, though no object of them may be labeled;
  /// empty if there are none.
  public var present: [[Int32]]
  /// For each image the classes of which not every object is labeled.
  public var notExhaustive: [[Int32]]
  /// LVIS's are r (rare), c (common) and f (frequent).
  public var groups: [Group]
  /// Maximum detections per image over all classes, the highest scores first; LVIS's is 300,
  /// and `Int.max` is none.
  public var detectionsPerImage: Int

  /// Labels of images, each list indexed by image.
  public init(
    absent: [[Int32]], notExhaustive: [[Int32]], present: [[Int32]] = [], groups: [Group] = [],
    detectionsPerImage: Int = 300
  ) {
    self.absent = absent
    self.present = present
    self.notExhaustive = notExhaustive
    self.groups = groups
    self.detectionsPerImage = detectionsPerImage
  }

  /// Whether the detections of an image are limited over all classes.
  package var limitsImages: Bool { detectionsPerImage < .max }

  /// The rows of detections that count: of each image those of the highest scores, and of them those
  /// of classes that are known to be present or absent. In the order of the input.
  func countedRows(_ input: EvaluationInput) -> [Int32] {
    let images = input.imageNames.count
    let (found, objects) = (input.detections, input.groundTruths)
    let foundRows = EvaluationTable.sorted(
      Array(0..<Int32(found.count)), by: found.images, count: images)
    let foundStarts = EvaluationTable.starts(found.images, count: images)
    let objectRows = EvaluationTable.sorted(
      Array(0..<Int32(objects.count)), by: objects.images, count: images)
    let objectStarts = EvaluationTable.starts(objects.images, count: images)
    /// The last image for which a class is known, plus 1.
    var known = [Int](repeating: 0, count: input.classNames.count)
    var counts = [Bool](repeating: false, count: found.count)
    for image in 0..<images {
      for classIndex in absent[image] { known[Int(classIndex)] = image + 1 }
      if !present.isEmpty {
        for classIndex in present[image] { known[Int(classIndex)] = image + 1 }
      }
      for row in objectRows[objectStarts[image]..<objectStarts[image + 1]] {
        known[Int(objects.classes[Int(row)])] = image + 1
      }
      var rows = Array(foundRows[foundStarts[image]..<foundStarts[image + 1]])
      if rows.count > detectionsPerImage {
        rows.sort {
          let (a, b) = (found.scores[Int($0)], found.scores[Int($1)])
          return a != b ? a > b : $0 < $1
        }
      }
      for row in rows.prefix(detectionsPerImage)
      where known[Int(found.classes[Int(row)])] == image + 1 {
        counts[Int(row)] = true
      }
    }
    return counts.indices.filter { counts[$0] }.map { Int32($0) }
  }

  /// Whether not every object of a pair's class is labeled in its image, for each pair; pairs are
  /// sorted by image.
  ///
  /// - Parameter map: The class index of the pairs for each class of the input; nil if unchanged.
  func isNotExhaustive(_ pairs: [ImageClassPair], _ map: [Int32]?, classCount: Int) -> [Bool] {
    var marked = [Int32](repeating: -1, count: classCount)
    var image: Int32 = -1
    return pairs.map { pair in
      if pair.image != image {
        image = pair.image
        for classIndex in notExhaustive[Int(image)] {
          let mapped = map?[Int(classIndex)] ?? classIndex
          if mapped >= 0 { marked[Int(mapped)] = image }
        }
      }
      return marked[Int(pair.classIndex)] == image
    }
  }
}
