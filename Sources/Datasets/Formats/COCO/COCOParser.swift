import Basics
import Imaging

/// Converts a COCO file to a parsed dataset: locates images, maps classes, reports inconsistencies.
struct COCOParser {
  private let join: COCOJoin
  private let file: COCOFile
  private let locator: ImageLocator
  private var lines: LineCounter
  private var issues: [DatasetIssue] = []

  init(_ file: COCOFile, locator: ImageLocator) {
    self.file = file
    self.locator = locator
    join = COCOJoin(file)
    lines = LineCounter(file.file.bytes)
  }

  private var path: String { file.file.path }

  private mutating func report(_ kind: DatasetIssue.Kind, at offset: Int, _ message: String) {
    issues.report(kind, path, line: lines.line(at: offset), message)
  }

  /// The classes in file order, the images by ascending id.
  mutating func dataset() throws(DatasetsError) -> ParsedDataset {
    for fault in file.faults { issues.report(fault, path, line: lines.line(at: fault.offset)) }
    let classes = try classes()
    for (list, id, offset) in join.repeated {
      report(
        .duplicateEntry, at: offset,
        "the \(list) id \(id) is repeated (byte \(offset)); "
          + (list == "annotation" ? "both are kept." : "the first is used."))
    }
    if let row = file.rows.first(where: { $0.id == 0 }) {
      report(
        .zeroId, at: row.offset,
        "the annotation at byte \(row.offset) has the id 0, with which pycocotools counts an "
          + "object as never detected; number annotations from 1.")
    }
    let objects = objects(classes)
    var parsed: [ParsedImage] = []
    parsed.reserveCapacity(join.images.count)
    let places = locator.places(of: join.images.map(\.name))
    for ((image, place), objects) in zip(zip(join.images, places), objects) {
      guard let place else {
        report(
          .pathOutside, at: image.offset,
          "the file_name \"\(image.name)\" of image \(image.id) leads out of the dataset's folder; "
            + "the image is ignored. Names are expected relative to the folder of images.")
        continue
      }
      parsed.append(
        ParsedImage(
          imagePath: place, labelPath: path,
          statedSize: image.width > 0 && image.height > 0
            ? (image.width, image.height) : nil,
          objects: objects, id: image.id, labeledClasses: labeledClasses(of: image, classes)))
    }
    let categories = Dictionary(
      join.categories.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    return ParsedDataset(
      classNames: classes.names, images: parsed, conventions: BoxConventions(.cornerAndSize),
      classIds: classes.names.map { categories[$0]?.id }, unread: file.unread,
      classFrequencies: classes.names.map { categories[$0]?.frequency },
      hasKeypoints: file.hasKeypoints, issues: issues)
  }

  /// LVIS's labels of an image; nil if it has none. Ids that are not listed have no class.
  private func labeledClasses(of image: COCOFile.Image, _ classes: ClassTable) -> LabeledClasses? {
    guard let absent = image.absentCategories else { return nil }
    func indices(_ ids: [ItemId]) -> [Int] {
      ids.compactMap { id in join.categoryIndices[id].flatMap { classes[join.categories[$0].name] }
      }
    }
    return LabeledClasses(
      absent: indices(absent), notExhaustive: indices(image.notExhaustiveCategories))
  }

  /// The classes in file order; categories with the same name are one class.
  private mutating func classes() throws(DatasetsError) -> ClassTable {
    var classes = ClassTable()
    for category in join.categories.sorted(by: { $0.offset < $1.offset })
    where !classes.insert(category.name).isNew {
      report(
        .duplicateEntry, at: category.offset,
        "the name \"\(category.name)\" of category \(category.id) is repeated; both categories are "
          + "one class.")
    }
    if classes.names.isEmpty {
      throw DatasetsError(
        file: path, "the list \"categories\" is empty; it is expected to name the classes.")
    }
    return classes
  }

  /// The objects of each image.
  private mutating func objects(_ classes: ClassTable) -> [[ParsedObject]] {
    let classIndices = join.categories.map { classes[$0.name] ?? 0 }
    var result = [[ParsedObject]](repeating: [], count: join.images.count)
    var withoutBoxes: [COCOFile.Row] = []
    for row in file.rows {
      guard let image = join.imageIndices[row.image] else {
        report(
          .unlisted, at: row.offset,
          "\(row.subject) is of image id \(row.image), which is not listed; ignored.")
        continue
      }
      guard let category = join.categoryIndices[row.category] else {
        report(
          .unlisted, at: row.offset,
          "\(row.subject) is of category id \(row.category), which is not listed; ignored.")
        continue
      }
      guard let extent = extent(of: row, in: join.images[image]) else { continue }
      if !row.hasBox { withoutBoxes.append(row) }
      result[image].append(
        ParsedObject(
          classIndex: classIndices[category], extent: .stated(extent),
          segmentation: file.segmentations ? segmentation(of: row, in: join.images[image]) : nil,
          isCrowd: row.isCrowd, isDifficult: row.isDifficult, isTruncated: row.isTruncated,
          isOccluded: row.isOccluded, id: row.id, byte: row.offset,
          line: lines.line(at: row.offset)))
    }
    if let first = withoutBoxes.first {
      report(
        .missingBox, at: first.offset,
        withoutBoxes.count == 1
          ? "\(first.subject) has no \"bbox\"; that of its polygons or mask is used."
          : "\(withoutBoxes.count) annotations have no \"bbox\", the first of them "
            + "\(first.subject); those of their polygons and masks are used.")
    }
    return result
  }

  /// The box and area of an annotation; nil if its mask is invalid and it has no box, which is
  /// reported.
  private mutating func extent(of row: COCOFile.Row, in image: COCOFile.Image) -> StatedExtent? {
    if row.hasBox { return StatedExtent(box: row.box, area: row.area) }
    do {
      return try row.segmentedExtent(of: image)
    } catch {
      report(
        .malformedLabels, at: row.offset,
        "\(row.subject) has no \"bbox\", and \(error); ignored.")
      return nil
    }
  }

  /// The polygons or mask of an annotation; nil without any, and for an invalid mask, which is
  /// reported.
  private mutating func segmentation(
    of row: COCOFile.Row, in image: COCOFile.Image
  ) -> Segmentation? {
    switch row.segmentation {
    case nil: return nil
    case .polygons(let polygons)?: return polygons.isEmpty ? nil : .polygons(polygons)
    case let mask?:
      do {
        return .mask(try mask.mask(imageWidth: image.width, imageHeight: image.height))
      } catch {
        report(.invalidSegmentation, at: row.offset, "\(row.subject): \(error); its box is kept.")
        return nil
      }
    }
  }
}
