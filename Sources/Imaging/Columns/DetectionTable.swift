/// The detections in a dataset's images, one row per detection, in columns.
public struct DetectionTable: Hashable, Sendable {
  /// The image index of each row.
  package private(set) var images: [Int32] = []
  /// The class index of each row.
  package private(set) var classes: [Int32] = []
  package private(set) var boxes: [SizedBox] = []
  /// The area of each row in square pixels: width times height, or the area of a mask. It decides
  /// between COCO's small, medium and large.
  package private(set) var areas: [Double] = []
  /// The score of each row, on any finite scale.
  package private(set) var scores: [Double] = []

  /// Makes an empty table.
  public init() {}

  package var count: Int { images.count }

  /// Adds a row; the default area is width times height.
  package mutating func append(
    image: Int, classIndex: Int, box: SizedBox, score: Double, area: Double? = nil
  ) {
    images.append(Int32(image))
    classes.append(Int32(classIndex))
    boxes.append(box)
    areas.append(area ?? box.area)
    scores.append(score)
  }

  package mutating func append(_ detection: Detection, image: Int) {
    append(
      image: image, classIndex: detection.classIndex, box: SizedBox(detection.box),
      score: Double(detection.score))
  }

  package mutating func append(contentsOf other: DetectionTable) {
    images += other.images
    classes += other.classes
    boxes += other.boxes
    areas += other.areas
    scores += other.scores
  }

  package mutating func reserve(_ count: Int) {
    images.reserveCapacity(count)
    classes.reserveCapacity(count)
    boxes.reserveCapacity(count)
    areas.reserveCapacity(count)
    scores.reserveCapacity(count)
  }

  /// Adds copies of each row, with each of the class indices that are listed for its class.
  package mutating func appendCopies(_ others: [[Int32]]) {
    let copies = copied(classes, others)
    images += gathered(images, copies.rows)
    boxes += gathered(boxes, copies.rows)
    areas += gathered(areas, copies.rows)
    scores += gathered(scores, copies.rows)
    classes += copies.classes
  }

  /// Makes each box a pixel wider and higher, for corners that are the first and the last pixel.
  ///
  /// An area that is the box's own changes with it; that of a mask stays.
  package mutating func includeLastPixels() {
    SizedBox.includeLastPixels(of: &boxes, areas: &areas)
  }

  /// Replaces each class index by the one that `map` holds for it.
  package mutating func mapClasses(_ map: [Int32]) {
    classes = gathered(map, classes)
  }

  /// The rows in another order; `order` holds row indices.
  package func reordered(_ order: [Int32]) -> DetectionTable {
    var result = DetectionTable()
    result.images = gathered(images, order)
    result.classes = gathered(classes, order)
    result.boxes = gathered(boxes, order)
    result.areas = gathered(areas, order)
    result.scores = gathered(scores, order)
    return result
  }
}
