import Basics
import Datasets
import Imaging

extension COCOFile {
  /// Joins the lists by their ids, by which images and classes count as in pycocotools.
  func groundTruth() throws(DatasetsError) -> GroundTruth {
    var mismatches = ConsistencyIssues()
    let join = COCOJoin(self)
    for (list, id, _) in join.repeated {
      mismatches.add(.duplicate, "\(file.path): the \(list) id \(id) is repeated")
    }
    let images = join.images.map {
      GroundTruth.ImageEntry(name: $0.name, id: $0.id, width: $0.width, height: $0.height)
    }
    let classNames = join.categories.map(\.name)
    let frame = GroundTruth(
      path: file.path, images: images, classNames: classNames,
      groundTruths: GroundTruthTable(),
      imageIds: join.imageIndices, classIds: join.categoryIndices)
    var groundTruths = GroundTruthTable()
    var masks: [RunLengthMask] = []
    groundTruths.reserve(rows.count)
    for row in rows {
      var place: String {
        "\(file.path): annotation \(row.id.map(String.init) ?? "at byte \(row.offset)")"
      }
      guard let image = join.imageIndices[row.image] else {
        mismatches.add(.unknownImage, "\(place) is of image id \(row.image), which is not listed")
        continue
      }
      guard let classIndex = join.categoryIndices[row.category] else {
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
      path: file.path, images: images, classNames: classNames,
      groundTruths: groundTruths,
      masks: masks, mismatches: mismatches, imageIds: join.imageIndices,
      classIds: join.categoryIndices)
  }
}
