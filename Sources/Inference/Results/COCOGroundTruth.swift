import Basics
import Datasets
import Imaging

extension COCOFile {
  /// Joins images, categories and annotations by id. Images and classes are sorted by id, as in
  /// pycocotools.
  func groundTruth() throws(DatasetsError) -> GroundTruth {
    var mismatches = ConsistencyIssues()
    let join = COCOJoin(self)
    for (list, id, _) in join.repeated {
      mismatches.add(.duplicate, "\(file.path): the \(list) id \(id) is repeated")
    }
    var result = GroundTruth(
      path: file.path,
      images: join.images.map {
        GroundTruth.ImageEntry(name: $0.name, id: $0.id, width: $0.width, height: $0.height)
      },
      classNames: join.categories.map(\.name), imageIds: join.imageIndices,
      classIds: join.categoryIndices)
    result.groundTruths.reserve(rows.count)
    for row in rows {
      var place: String {
        "\(file.path): annotation \(row.id.map(\.description) ?? "at byte \(row.offset)")"
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
      guard result.accepts(row.box, image: image, place: place, mismatches: &mismatches) else {
        continue
      }
      result.groundTruths.append(
        image: image, classIndex: classIndex, box: row.box, area: row.area,
        traits: row.isCrowd ? .crowd : [])
      if let segmentation = row.segmentation {
        do {
          let entry = result.images[image]
          result.masks.append(
            try segmentation.mask(imageWidth: entry.width, imageHeight: entry.height))
        } catch {
          throw DatasetsError("\(place): \(error)")
        }
      }
    }
    result.mismatches = mismatches
    return result
  }
}
