/// What a detector reports about a dataset, one row a detection, in columns.
package struct DetectionTable: Hashable, Sendable {
  /// Indices into the list of images.
  package private(set) var images: [Int32] = []
  /// Indices into the list of class names.
  package private(set) var classes: [Int32] = []
  /// Where the detections are.
  package private(set) var boxes: [SizedBox] = []
  /// The areas that place detections among small, medium and large, in square pixels: width times
  /// height, or the area of a mask.
  package private(set) var areas: [Double] = []
  /// How sure the detector is; any finite scale, larger is higher-scoring.
  package private(set) var scores: [Double] = []

  /// Makes empty columns.
  package init() {}

  /// How many rows there are.
  package var count: Int { images.count }

  /// Adds a row; without an `area`, it is width times height.
  package mutating func append(
    image: Int, classIndex: Int, box: SizedBox, score: Double, area: Double? = nil
  ) {
    images.append(Int32(image))
    classes.append(Int32(classIndex))
    boxes.append(box)
    areas.append(area ?? box.area)
    scores.append(score)
  }

  /// Adds a detection in an image.
  package mutating func append(_ detection: Detection, image: Int) {
    append(
      image: image, classIndex: detection.classIndex, box: SizedBox(detection.box),
      score: Double(detection.score))
  }

  /// Adds all rows of other columns.
  package mutating func append(contentsOf other: DetectionTable) {
    images += other.images
    classes += other.classes
    boxes += other.boxes
    areas += other.areas
    scores += other.scores
  }

  /// Makes room for that many rows.
  package mutating func reserve(_ count: Int) {
    images.reserveCapacity(count)
    classes.reserveCapacity(count)
    boxes.reserveCapacity(count)
    areas.reserveCapacity(count)
    scores.reserveCapacity(count)
  }

  /// The rows in another order; `order` holds row numbers.
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
