import Imaging

extension COCOFile {
  /// Joins the lists by their ids, by which images and classes count as in pycocotools.
  func groundTruth() throws(DatasetsError) -> GroundTruth {
    var mismatches = ConsistencyIssues()
    let images = Self.unique(images.map(\.entry), by: { $0.id ?? 0 }) {
      mismatches.add(.duplicate, "\(file.path): the image id \($0.id ?? 0) stands there twice")
    }
    let categories = Self.unique(categories, by: \.id) {
      mismatches.add(.duplicate, "\(file.path): the category id \($0.id) stands there twice")
    }
    _ = Self.unique(rows.compactMap(\.id), by: { $0 }) {
      mismatches.add(.duplicate, "\(file.path): the annotation id \($0) stands there twice")
    }
    let imageIds = IdTable(images.map { $0.id ?? 0 })
    let classIds = IdTable(categories.map(\.id))
    let frame = GroundTruth(
      path: file.path, images: images, classNames: categories.map(\.name),
      groundTruths: GroundTruthTable(),
      imageIds: imageIds, classIds: classIds)
    var groundTruths = GroundTruthTable()
    var masks: [RunLengthMask] = []
    groundTruths.reserve(rows.count)
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
      if let issue = frame.issue(of: row.box, image: image) {
        mismatches.add(issue, "\(place): \(frame.reason(issue, of: row.box, image: image))")
        if issue == .impossibleBox { continue }
      }
      groundTruths.append(
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
    return GroundTruth(
      path: file.path, images: images, classNames: categories.map(\.name),
      groundTruths: groundTruths,
      masks: masks, mismatches: mismatches, imageIds: imageIds, classIds: classIds)
  }

  /// The elements by ascending id, each id once: the first of those that share it.
  static func unique<Element>(
    _ elements: [Element], by id: (Element) -> Int, twice: (Element) -> Void
  ) -> [Element] {
    let order = elements.indices.sorted {
      let (a, b) = (id(elements[$0]), id(elements[$1]))
      return a != b ? a < b : $0 < $1
    }
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for index in order {
      if let last = result.last, id(last) == id(elements[index]) {
        twice(elements[index])
      } else {
        result.append(elements[index])
      }
    }
    return result
  }
}
