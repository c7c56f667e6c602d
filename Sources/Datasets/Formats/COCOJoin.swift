import Basics
import Imaging

/// Joins the lists of a COCO file by their ids, and finds the images.
struct COCOJoin {
  private let file: COCOFile
  private let finder: ImageLocator
  private var lines: LineCounter
  private var issues: [DatasetIssue] = []

  init(_ file: COCOFile, finder: ImageLocator) {
    self.file = file
    self.finder = finder
    lines = LineCounter(file.file.bytes)
  }

  private var path: String { file.file.path }

  private mutating func report(_ kind: DatasetIssue.Kind, at offset: Int, _ message: String) {
    issues.append(
      DatasetIssue(kind: kind, file: path, line: lines.line(at: offset), message: message))
  }

  /// The classes in the order of the file, the images by ascending id.
  mutating func dataset() throws(DatasetsError) -> ParsedDataset {
    for fault in file.faults {
      report(.malformedLabels, at: fault.offset, "\(fault.message); it is left out.")
    }
    let classes = try classes()
    var twice: [COCOFile.Image] = []
    let images = COCOFile.unique(file.images, by: { $0.entry.id ?? 0 }) { twice.append($0) }
    for image in twice {
      report(
        .duplicateEntry, at: image.offset,
        "the image id \(image.entry.id ?? 0) stands there twice; the first is taken.")
    }
    let objects = objects(of: images, classes: classes)
    var parsed: [ParsedImage] = []
    parsed.reserveCapacity(images.count)
    for (image, objects) in zip(images, objects) {
      let entry = image.entry
      guard !entry.leadsOutside else {
        report(
          .pathOutside, at: image.offset,
          "the file_name \"\(entry.name)\" leads out of the dataset's folder; the image is "
            + "left out. Names are expected relative to the folder of images.")
        continue
      }
      parsed.append(
        ParsedImage(
          imagePath: finder.place(of: entry.name), labelPath: path,
          statedSize: entry.width > 0 && entry.height > 0
            ? (entry.width, entry.height) : nil,
          objects: objects))
    }
    return ParsedDataset(classNames: classes.names, images: parsed, issues: issues)
  }

  // MARK: Classes

  /// The classes in the order of the file; categories of one name are one class.
  private struct Classes {
    var names: [String] = []
    /// For each category by its id, its index in `names`.
    var indices: [Int: Int] = [:]
  }

  private mutating func classes() throws(DatasetsError) -> Classes {
    var classes = Classes()
    var places: [String: Int] = [:]
    for category in file.categories {
      guard classes.indices[category.id] == nil else {
        report(
          .duplicateEntry, at: category.offset,
          "the category id \(category.id) stands there twice; the first is taken.")
        continue
      }
      if let place = places[category.name] {
        classes.indices[category.id] = place
        report(
          .duplicateEntry, at: category.offset,
          "category \(category.id) is named \"\(category.name)\" like one before it; both are taken "
            + "for one class.")
      } else {
        places[category.name] = classes.names.count
        classes.indices[category.id] = classes.names.count
        classes.names.append(category.name)
      }
    }
    if classes.names.isEmpty {
      throw DatasetsError(file: path, "the list \"categories\" is empty; it names the classes.")
    }
    return classes
  }

  // MARK: Objects

  /// The objects of each image.
  private mutating func objects(of images: [COCOFile.Image], classes: Classes) -> [[ParsedObject]] {
    var result = [[ParsedObject]](repeating: [], count: images.count)
    let places = IdTable(images.map { $0.entry.id ?? 0 })
    var ids: Set<Int> = []
    ids.reserveCapacity(file.rows.count)
    var kept = 0
    for row in file.rows {
      if row.offset - kept > COCOFile.window {
        kept = row.offset
        file.file.release(before: kept)
      }
      var subject: String { "annotation" + (row.id.map { " \($0)" } ?? "") }
      if let id = row.id, !ids.insert(id).inserted {
        report(
          .duplicateEntry, at: row.offset,
          "the annotation id \(id) stands there twice; both are kept."
        )
      }
      guard let image = places[row.image] else {
        report(
          .unlisted, at: row.offset,
          "\(subject) is of image id \(row.image), which is not listed; it is left out.")
        continue
      }
      guard let classIndex = classes.indices[row.category] else {
        report(
          .unlisted, at: row.offset,
          "\(subject) is of category id \(row.category), which is not listed; it is left out.")
        continue
      }
      var object = ParsedObject(
        classIndex: classIndex,
        extent: .stated(StatedExtent(box: row.box, area: row.area)), isCrowd: row.isCrowd,
        isDifficult: row.isDifficult, isTruncated: row.isTruncated, isOccluded: row.isOccluded,
        id: row.id, line: lines.line(at: row.offset))
      if let segmentation = row.segmentation {
        object.segmentation = checkedSegmentation(
          segmentation, subject: subject, offset: row.offset, of: images[image].entry)
      }
      result[image].append(object)
    }
    return result
  }

  private mutating func checkedSegmentation(
    _ segmentation: COCOSegmentation, subject: String, offset: Int, of entry: GroundTruth.ImageEntry
  ) -> Segmentation? {
    if case .polygons(let polygons) = segmentation {
      return polygons.isEmpty ? nil : .polygons(polygons)
    }
    do {
      return .mask(
        try segmentation.mask(imageWidth: entry.width, imageHeight: entry.height))
    } catch {
      report(.invalidSegmentation, at: offset, "\(subject): \(error); its box is kept.")
      return nil
    }
  }
}
