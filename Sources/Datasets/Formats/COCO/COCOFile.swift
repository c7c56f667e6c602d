import Basics
import Imaging

/// The content of a COCO annotation file: `images`, `categories` and `annotations`, in any order.
///
/// Source: "Data format" of cocodataset.org, as read by pycocotools: `iscrowd` marks crowds; the
/// field `ignore` is not used.
package struct COCOFile {
  package struct Image {
    package var id: ItemId = 0
    /// The path of the image file, relative to the image folder.
    package var name = ""
    /// In pixels; 0 where the file does not state it.
    package var width = 0
    package var height = 0
    /// LVIS's `neg_category_ids`, nil where the file has none or they are not read.
    package var absentCategories: [ItemId]?
    /// LVIS's `not_exhaustive_category_ids`.
    package var notExhaustiveCategories: [ItemId] = []
    /// The byte offset of the element in the file.
    package var offset: Int
  }

  package struct Row {
    package var id: ItemId?
    package var image: ItemId = 0
    package var category: ItemId = 0
    package var box = SizedBox(x: 0, y: 0, width: 0, height: 0)
    /// Whether the file states a box; if not, `segmentation` is read, and `box` is empty.
    package var hasBox = false
    /// The stated area, or else that of the box.
    package var area = 0.0
    /// Whether the file states an area.
    package var hasArea = false
    package var isCrowd = false
    /// Extension keys of Glimpse, which other readers ignore.
    package var isDifficult = false
    var isTruncated = false
    var isOccluded = false
    package var segmentation: COCOSegmentation?
    /// The byte offset of the element in the file.
    package var offset: Int

    /// The annotation by its id and position, for messages.
    package var subject: String {
      id.map { "annotation \($0) (byte \(offset))" } ?? "the annotation at byte \(offset)"
    }
  }

  package struct Category {
    package var id: ItemId = 0
    package var name = ""
    /// LVIS's `frequency`: r, c or f.
    package var frequency: String?
    /// The byte offset of the element in the file.
    var offset: Int
  }

  package let file: LoadedFile
  /// Whether segmentations are read; of annotations without a box, they are anyway.
  let segmentations: Bool
  private let requiresExtents: Bool
  /// Whether LVIS's members are read.
  private let readsFederation: Bool
  private let toleratesFaults: Bool
  private(set) var images: [Image] = []
  private(set) var categories: [Category] = []
  package private(set) var rows: [Row] = []
  /// Whether an annotation has keypoints, which are not read.
  package private(set) var hasKeypoints = false
  /// Members that are not read.
  private(set) var unread: UnreadMembers
  /// List elements that are valid JSON but violate the format.
  private(set) var faults: [JSONFault] = []

  /// Reads a whole file.
  ///
  /// Throws if the file is not JSON or not a COCO file. A list element that violates the format
  /// throws too or, if faults are tolerated, is added to `faults`. An annotation with neither
  /// a box nor a segmentation is such a violation, unless extents are not required.
  package init(
    _ path: String, segmentations: Bool = false, requiresExtents: Bool = true,
    readsFederation: Bool = false, toleratesFaults: Bool = false, countsUnread: Bool = false
  ) throws(DatasetsError) {
    file = try DatasetsError.wrap(LoadedFile.certainJSON(path))
    self.segmentations = segmentations
    self.requiresExtents = requiresExtents
    self.readsFederation = readsFederation
    self.toleratesFaults = toleratesFaults
    unread = UnreadMembers(isCounting: countsUnread)
    do {
      var scanner = JSONScanner(file.bytes)
      try read(&scanner)
    } catch {
      throw file.error(error)
    }
  }

  private mutating func read(_ scanner: inout JSONScanner) throws(JSONFault) {
    var met = MemberSet()
    var root = try scanner.object("with \"images\", \"categories\" and \"annotations\"")
    while let key = try scanner.member(&root) {
      if try met.takes(key, 0, "images", scanner) {
        try elements("images", &scanner) { (file, scanner) throws(JSONFault) in
          file.images.append(try file.image(&scanner))
        }
      } else if try met.takes(key, 1, "categories", scanner) {
        try elements("categories", &scanner) { (file, scanner) throws(JSONFault) in
          file.categories.append(try file.category(&scanner))
        }
      } else if try met.takes(key, 2, "annotations", scanner) {
        try elements("annotations", &scanner) { (file, scanner) throws(JSONFault) in
          file.rows.append(try file.row(&scanner))
        }
      } else {
        try unread.skip(&scanner, key, of: "")
      }
    }
    guard scanner.isAtEnd() else { throw scanner.unexpected("the end of the file") }
    for (place, name) in ["images", "categories", "annotations"].enumerated()
    where !met.contains(place) {
      throw JSONFault("the file has no list \"\(name)\", which COCO requires", at: scanner.offset)
    }
  }

  /// Parses each element of a list.
  private mutating func elements(
    _ name: StaticString, _ scanner: inout JSONScanner,
    _ take: (inout COCOFile, inout JSONScanner) throws(JSONFault) -> Void
  ) throws(JSONFault) {
    let list = try scanner.list(name)
    try scanner.elements(of: list) { (scanner) throws(JSONFault) in
      try take(&self, &scanner)
    } skipping: { (fault) throws(JSONFault) in
      guard toleratesFaults else { throw fault }
      faults.append(fault)
    }
  }

  private mutating func image(_ scanner: inout JSONScanner) throws(JSONFault) -> Image {
    var met = MemberSet()
    scanner.skipSpace()
    var image = Image(offset: scanner.offset)
    var members = try scanner.object("an image")
    while let key = try scanner.member(&members) {
      if try met.takes(key, 0, "id", scanner) {
        image.id = try scanner.id("an image's id")
      } else if try met.takes(key, 1, "file_name", scanner) {
        image.name = try scanner.name()
      } else if image.name.isEmpty, try met.takes(key, 6, "coco_url", scanner) {
        // LVIS names its images by this address only, whose end is COCO's folder and file.
        image.name = try scanner.name().split(separator: "/").suffix(2).joined(separator: "/")
      } else if try met.takes(key, 2, "width", scanner) {
        image.width = try scanner.integer("a width")
      } else if try met.takes(key, 3, "height", scanner) {
        image.height = try scanner.integer("a height")
      } else if readsFederation, try met.takes(key, 4, "neg_category_ids", scanner) {
        image.absentCategories = try ids(&scanner)
      } else if readsFederation, try met.takes(key, 5, "not_exhaustive_category_ids", scanner) {
        image.notExhaustiveCategories = try ids(&scanner)
      } else {
        try unread.skip(&scanner, key, of: "images")
      }
    }
    guard met.contains(0) else { throw JSONFault("an image has no \"id\"", at: image.offset) }
    if image.name.isEmpty { image.name = "image \(image.id)" }
    return image
  }

  private func ids(_ scanner: inout JSONScanner) throws(JSONFault) -> [ItemId] {
    var ids: [ItemId] = []
    var list = try scanner.array("of category ids")
    while try scanner.element(&list) { ids.append(try scanner.id("a category's id")) }
    return ids
  }

  private mutating func category(_ scanner: inout JSONScanner) throws(JSONFault) -> Category {
    var met = MemberSet()
    scanner.skipSpace()
    var category = Category(offset: scanner.offset)
    var members = try scanner.object("a category")
    while let key = try scanner.member(&members) {
      if try met.takes(key, 0, "id", scanner) {
        category.id = try scanner.id("a category's id")
      } else if try met.takes(key, 1, "name", scanner) {
        category.name = ClassList.name(try scanner.name())
      } else if readsFederation, try met.takes(key, 2, "frequency", scanner) {
        category.frequency = try scanner.name()
      } else {
        try unread.skip(&scanner, key, of: "categories")
      }
    }
    guard met.contains(0) else { throw JSONFault("a category has no \"id\"", at: category.offset) }
    if category.name.isEmpty { category.name = "class \(category.id)" }
    return category
  }

  private mutating func row(_ scanner: inout JSONScanner) throws(JSONFault) -> Row {
    var met = MemberSet()
    scanner.skipSpace()
    var row = Row(offset: scanner.offset)
    /// The position of a segmentation that is skipped.
    var skipped: Int?
    var members = try scanner.object("an annotation")
    while let key = try scanner.member(&members) {
      if try met.takes(key, 0, "bbox", scanner) {
        if try scanner.skipEmptyList() { continue }
        row.box = try scanner.sizedBox()
        row.hasBox = true
      } else if try met.takes(key, 1, "image_id", scanner) {
        row.image = try scanner.id("an image's id")
      } else if try met.takes(key, 2, "category_id", scanner) {
        row.category = try scanner.id("a category's id")
      } else if try met.takes(key, 3, "area", scanner) {
        row.area = try scanner.number("\"area\", a number,")
        row.hasArea = true
      } else if try met.takes(key, 4, "iscrowd", scanner) {
        row.isCrowd = try scanner.isCrowd()
      } else if try met.takes(key, 5, "id", scanner) {
        row.id = try scanner.id("an annotation's id")
      } else if try met.takes(key, 7, "difficult", scanner) {
        row.isDifficult = try scanner.isSet()
      } else if try met.takes(key, 8, "truncated", scanner) {
        row.isTruncated = try scanner.isSet()
      } else if try met.takes(key, 9, "occluded", scanner) {
        row.isOccluded = try scanner.isSet()
      } else if segmentations, try met.takes(key, 6, "segmentation", scanner) {
        row.segmentation = try COCOSegmentation(&scanner)
      } else {
        if !segmentations, scanner.matches(key, "segmentation") { skipped = scanner.offset }
        if !hasKeypoints, scanner.matches(key, "keypoints") { hasKeypoints = true }
        try unread.skip(&scanner, key, of: "annotations")
      }
    }
    for (place, name) in [(1, "image_id"), (2, "category_id")] where !met.contains(place) {
      throw JSONFault("an annotation has no \"\(name)\"", at: row.offset)
    }
    if !row.hasBox {
      // The box follows from the segmentation.
      if let skipped {
        var scanner = JSONScanner(file.bytes, from: skipped)
        row.segmentation = try COCOSegmentation(&scanner)
      }
      if requiresExtents, row.segmentation?.isEmpty ?? true {
        throw JSONFault(
          "an annotation has neither \"bbox\" nor \"segmentation\"", at: row.offset)
      }
    }
    if !row.hasArea { row.area = row.box.area }
    return row
  }
}
