/// Flags of ground-truth objects.
package struct GroundTruthFlags: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// A region of many objects (COCO `iscrowd`): not counted as an object; many detections may match
  /// it, and its IoU is intersection over the detection's area.
  package static let crowd = GroundTruthFlags(rawValue: 1)
  /// Not counted (VOC `difficult`): neither the object nor a detection that matches it affects the
  /// metric.
  package static let ignored = GroundTruthFlags(rawValue: 2)
  /// COCO's annotation id 0. pycocotools stores the id as the mark of a match, so a detection that
  /// matches this object counts as unmatched.
  package static let zeroId = GroundTruthFlags(rawValue: 4)

  /// Whether the object counts: neither a crowd nor ignored.
  package var isCounted: Bool { isDisjoint(with: [.crowd, .ignored]) }
}

/// The ground-truth objects of a dataset, one row per object, in columns.
public struct GroundTruthTable: Hashable, Sendable {
  /// The image index of each row.
  package private(set) var images: [Int32] = []
  /// The class index of each row.
  package private(set) var classes: [Int32] = []
  package private(set) var boxes: [SizedBox] = []
  /// The area of each row in square pixels, which decides between COCO's small, medium and large.
  /// COCO uses the annotation's `area` (of the mask), which is not width times height.
  package private(set) var areas: [Double] = []
  package private(set) var traits: [GroundTruthFlags] = []

  /// Makes an empty table.
  public init() {}

  package var count: Int { images.count }

  /// Adds a row; the default area is width times height.
  package mutating func append(
    image: Int, classIndex: Int, box: SizedBox, area: Double? = nil, traits: GroundTruthFlags = []
  ) {
    images.append(Int32(image))
    classes.append(Int32(classIndex))
    boxes.append(box)
    areas.append(area ?? box.area)
    self.traits.append(traits)
  }

  /// Adds an annotation of an image; a difficult one is flagged as ignored.
  package mutating func append(_ annotation: Annotation, image: Int) {
    var traits: GroundTruthFlags = []
    if annotation.isCrowd { traits.insert(.crowd) }
    if annotation.isDifficult { traits.insert(.ignored) }
    append(
      image: image, classIndex: annotation.classIndex,
      box: annotation.stated?.box ?? SizedBox(annotation.box), area: annotation.stated?.area,
      traits: traits)
  }

  /// Counts the objects that were marked difficult, too.
  package mutating func countDifficult() {
    for row in traits.indices { traits[row].remove(.ignored) }
  }

  /// The number of objects marked difficult that are ignored.
  package var ignoredCount: Int { traits.count { $0.contains(.ignored) } }

  package mutating func reserve(_ count: Int) {
    images.reserveCapacity(count)
    classes.reserveCapacity(count)
    boxes.reserveCapacity(count)
    areas.reserveCapacity(count)
    traits.reserveCapacity(count)
  }

  /// Adds copies of each row, with each of the class indices that are listed for its class.
  package mutating func appendCopies(_ others: [[Int32]]) {
    let copies = copied(classes, others)
    images += gathered(images, copies.rows)
    boxes += gathered(boxes, copies.rows)
    areas += gathered(areas, copies.rows)
    traits += gathered(traits, copies.rows)
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
  package func reordered(_ order: [Int32]) -> GroundTruthTable {
    var result = GroundTruthTable()
    result.images = gathered(images, order)
    result.classes = gathered(classes, order)
    result.boxes = gathered(boxes, order)
    result.areas = gathered(areas, order)
    result.traits = gathered(traits, order)
    return result
  }
}

/// The elements of a column at the given rows, in that order.
func gathered<Element>(_ column: [Element], _ order: [Int32]) -> [Element] {
  order.map { column[Int($0)] }
}

/// The rows to copy, and the classes of their copies, for each class index that `others` lists for the
/// class of a row.
func copied(_ classes: [Int32], _ others: [[Int32]]) -> (rows: [Int32], classes: [Int32]) {
  var copies: (rows: [Int32], classes: [Int32]) = ([], [])
  for (row, classIndex) in classes.enumerated() {
    for other in others[Int(classIndex)] {
      copies.rows.append(Int32(row))
      copies.classes.append(other)
    }
  }
  return copies
}

extension SizedBox {
  /// Makes each box a pixel wider and higher; an area that is the box's own changes with it.
  static func includeLastPixels(of boxes: inout [SizedBox], areas: inout [Double]) {
    for row in boxes.indices {
      let isOwnArea = areas[row] == boxes[row].area
      boxes[row].width += 1
      boxes[row].height += 1
      if isOwnArea { areas[row] = boxes[row].area }
    }
  }
}
