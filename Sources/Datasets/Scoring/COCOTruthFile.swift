import Imaging

/// A COCO annotation file: `images`, `categories` and `annotations`, in any order.
///
/// Source: "Data format" of cocodataset.org, and what pycocotools takes from it: crowds are those of
/// `iscrowd`, the field `ignore` is passed over, classes and images count by ascending id.
struct COCOTruthFile {
  private struct Row {
    var id: Int?
    var image: Int
    var category: Int
    var box: SizedBox
    var area: Double
    var isCrowd: Bool
    var segmentation: COCOSegmentation?
    var offset: Int
  }

  private struct Category {
    var id: Int
    var name: String
  }

  private let file: MappedFile
  private let readsMasks: Bool
  private var images: [TruthSet.Picture] = []
  private var categories: [Category] = []
  private var rows: [Row] = []

  /// Reads a whole file.
  init(_ path: String, readsMasks: Bool) throws(DatasetsError) {
    file = try MappedFile(path)
    self.readsMasks = readsMasks
    do {
      var scanner = JSONScanner(file.bytes)
      try read(&scanner)
    } catch {
      throw file.error(error)
    }
  }

  /// The ids of the categories in the order of the file.
  var categoryIds: [Int] { categories.map(\.id) }

  private mutating func read(_ scanner: inout JSONScanner) throws(JSONFault) {
    var met = MemberSet()
    var root = try scanner.object("with \"images\", \"categories\" and \"annotations\"")
    while let key = try scanner.key(&root) {
      if try met.takes(key, 0, "images", scanner) {
        var list = try scanner.lines("images")
        while try scanner.element(&list) { images.append(try Self.image(&scanner)) }
      } else if try met.takes(key, 1, "categories", scanner) {
        var list = try scanner.lines("categories")
        while try scanner.element(&list) { categories.append(try Self.category(&scanner)) }
      } else if try met.takes(key, 2, "annotations", scanner) {
        var list = try scanner.lines("annotations")
        while try scanner.element(&list) { rows.append(try row(&scanner)) }
      } else {
        try scanner.skip()
      }
    }
    guard scanner.isAtEnd() else { throw scanner.unexpected("the end of the file") }
    for (place, name) in ["images", "categories", "annotations"].enumerated()
    where !met.contains(place) {
      throw JSONFault("the file has no list \"\(name)\", as COCO's have", at: scanner.offset)
    }
  }

  private static func image(_ scanner: inout JSONScanner) throws(JSONFault) -> TruthSet.Picture {
    var met = MemberSet()
    var picture = TruthSet.Picture(name: "", id: nil, width: 0, height: 0)
    let start = scanner.offset
    var members = try scanner.object("an image")
    while let key = try scanner.key(&members) {
      if try met.takes(key, 0, "id", scanner) {
        picture.id = try scanner.integer("an image's id")
      } else if try met.takes(key, 1, "file_name", scanner) {
        picture.name = try scanner.string()
      } else if try met.takes(key, 2, "width", scanner) {
        picture.width = try scanner.integer("a width")
      } else if try met.takes(key, 3, "height", scanner) {
        picture.height = try scanner.integer("a height")
      } else {
        try scanner.skip()
      }
    }
    guard let id = picture.id else { throw JSONFault("an image has no \"id\"", at: start) }
    if picture.name.isEmpty { picture.name = "image \(id)" }
    return picture
  }

  private static func category(_ scanner: inout JSONScanner) throws(JSONFault) -> Category {
    var met = MemberSet()
    var id: Int?
    var name: String?
    let start = scanner.offset
    var members = try scanner.object("a category")
    while let key = try scanner.key(&members) {
      if try met.takes(key, 0, "id", scanner) {
        id = try scanner.integer("a category's id")
      } else if try met.takes(key, 1, "name", scanner) {
        name = try scanner.string()
      } else {
        try scanner.skip()
      }
    }
    guard let id else { throw JSONFault("a category has no \"id\"", at: start) }
    return Category(id: id, name: name ?? "class \(id)")
  }

  private func row(_ scanner: inout JSONScanner) throws(JSONFault) -> Row {
    var met = MemberSet()
    scanner.skipSpace()
    var row = Row(
      id: nil, image: 0, category: 0, box: SizedBox(x: 0, y: 0, width: 0, height: 0), area: 0,
      isCrowd: false, segmentation: nil, offset: scanner.offset)
    var members = try scanner.object("an annotation")
    while let key = try scanner.key(&members) {
      if try met.takes(key, 0, "bbox", scanner) {
        row.box = try scanner.sizedBox()
      } else if try met.takes(key, 1, "image_id", scanner) {
        row.image = try scanner.integer("an image's id")
      } else if try met.takes(key, 2, "category_id", scanner) {
        row.category = try scanner.integer("a category's id")
      } else if try met.takes(key, 3, "area", scanner) {
        row.area = try scanner.number()
      } else if try met.takes(key, 4, "iscrowd", scanner) {
        row.isCrowd = try scanner.truth("\"iscrowd\"")
      } else if try met.takes(key, 5, "id", scanner) {
        row.id = try scanner.integer("an annotation's id")
      } else if readsMasks, try met.takes(key, 6, "segmentation", scanner) {
        row.segmentation = try COCOSegmentation(&scanner)
      } else {
        try scanner.skip()
      }
    }
    for (place, name) in ["bbox", "image_id", "category_id"].enumerated()
    where !met.contains(place) {
      throw JSONFault("an annotation has no \"\(name)\"", at: row.offset)
    }
    if readsMasks, row.segmentation == nil {
      throw JSONFault("an annotation has no \"segmentation\"", at: row.offset)
    }
    if !met.contains(3) { row.area = row.box.area }
    return row
  }

  /// Joins the lists by their ids.
  func truthSet() throws(DatasetsError) -> TruthSet {
    var mismatches = Mismatches()
    let images = Self.unique(images, by: { $0.id ?? 0 }) {
      mismatches.add(.duplicate, "\(file.path): the image id \($0) stands there twice")
    }
    let categories = Self.unique(categories, by: \.id) {
      mismatches.add(.duplicate, "\(file.path): the category id \($0) stands there twice")
    }
    _ = Self.unique(rows.compactMap(\.id), by: { $0 }) {
      mismatches.add(.duplicate, "\(file.path): the annotation id \($0) stands there twice")
    }
    let imageIds = IdTable(images.map { $0.id ?? 0 })
    let classIds = IdTable(categories.map(\.id))
    let frame = TruthSet(
      path: file.path, images: images, classNames: categories.map(\.name), truths: TruthColumns(),
      imageIds: imageIds, classIds: classIds)
    var truths = TruthColumns()
    var masks: [RunLengthMask] = []
    truths.reserve(rows.count)
    for row in rows {
      var place: String {
        "\(file.path): annotation \(row.id.map(String.init) ?? "at byte \(row.offset)")"
      }
      guard let image = imageIds[row.image] else {
        mismatches.add(.unknownImage, "\(place) is of image id \(row.image), which is not listed")
        continue
      }
      guard let classIndex = classIds[row.category] else {
        mismatches.add(
          .unknownClass, "\(place) is of category id \(row.category), which is not listed")
        continue
      }
      if let flaw = frame.flaw(of: row.box, image: image) {
        mismatches.add(flaw, "\(place): \(frame.reason(flaw, of: row.box, image: image))")
        if flaw == .impossibleBox { continue }
      }
      truths.append(
        image: image, classIndex: classIndex, box: row.box, area: row.area,
        traits: row.isCrowd ? .crowd : [])
      if let segmentation = row.segmentation {
        do {
          masks.append(
            try segmentation.mask(
              imageWidth: images[image].width, imageHeight: images[image].height))
        } catch {
          throw DatasetsError("\(place): \(error)")
        }
      }
    }
    return TruthSet(
      path: file.path, images: images, classNames: categories.map(\.name), truths: truths,
      masks: masks, mismatches: mismatches, imageIds: imageIds, classIds: classIds)
  }

  /// The elements by ascending id, each id once: the first of those that share it.
  private static func unique<Element>(
    _ elements: [Element], by id: (Element) -> Int, twice: (Int) -> Void
  ) -> [Element] {
    let order = elements.indices.sorted {
      let (a, b) = (id(elements[$0]), id(elements[$1]))
      return a != b ? a < b : $0 < $1
    }
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for index in order {
      if let last = result.last, id(last) == id(elements[index]) {
        twice(id(last))
      } else {
        result.append(elements[index])
      }
    }
    return result
  }
}
