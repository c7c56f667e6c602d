import Basics
import Datasets
import Evaluation
import Imaging

extension COCOFile {
  /// Joins images, categories and annotations by id. Images and classes are sorted by id, as in
  /// pycocotools.
  ///
  /// - Parameter readsMasks: Whether masks are made; objects without a segmentation are then left
  ///   out, with a mismatch.
  func groundTruth(readsMasks: Bool) throws(DatasetsError) -> GroundTruth {
    let join = COCOJoin(self)
    var result = GroundTruth(
      path: file.path,
      images: join.images.map {
        GroundTruth.ImageEntry(name: $0.name, id: $0.id, width: $0.width, height: $0.height)
      },
      classNames: join.categories.map(\.name), imageIds: join.imageIndices,
      classIds: join.categoryIndices)
    for (list, id, _) in join.repeated {
      result.mismatches.add(
        .repeatedId,
        "\(file.path): the \(list) id \(id) is repeated; "
          + (list == "annotation"
            ? "as in pycocotools, the last annotation with it is used for each"
            : "the first is used"))
    }
    result.federation = federation(join)
    result.hasKeypoints = hasKeypoints
    result.groundTruths.reserve(rows.count)
    for row in rowsOfEvaluation(join, &result.mismatches) {
      try result.append(row, of: self, join, readsMasks: readsMasks)
    }
    if let finding = result.boxFinding(
      result.groundTruths.boxes, images: result.groundTruths.images)
    {
      result.mismatches.add(.boxConvention, "\(file.path): \(finding)")
    }
    return result
  }

  /// LVIS's labels per image; nil if no image has any. Ids that are not listed have no class.
  private func federation(_ join: COCOJoin) -> FederatedLabels? {
    guard join.images.contains(where: { $0.absentCategories != nil }) else { return nil }
    func classes(_ ids: [ItemId]) -> [Int32] {
      ids.compactMap { join.categoryIndices[$0].map { Int32($0) } }
    }
    return FederatedLabels(
      absent: join.images.map { classes($0.absentCategories ?? []) },
      notExhaustive: join.images.map { classes($0.notExhaustiveCategories) },
      groups: FederatedLabels.groups(join.categories.map(\.frequency)))
  }

  /// Names an annotation in messages.
  fileprivate func place(of row: Row) -> String {
    "\(file.path): annotation \(row.id.map(\.description) ?? "at byte \(row.offset)")"
  }

  /// The rows of listed images and classes. As in pycocotools, which finds annotations by id, a row
  /// whose id is repeated is replaced by the last row with this id.
  private func rowsOfEvaluation(_ join: COCOJoin, _ mismatches: inout ConsistencyIssues) -> [Row] {
    var listed: [Row] = []
    listed.reserveCapacity(rows.count)
    for row in rows {
      if join.imageIndices[row.image] == nil {
        mismatches.add(
          .unknownImage, "\(place(of: row)) is of image id \(row.image), which is not listed")
      } else if join.categoryIndices[row.category] == nil {
        mismatches.add(
          unknownClass: "\(row.category)", "category id \(row.category) is not listed",
          at: place(of: row))
      } else {
        listed.append(row)
      }
    }
    guard join.repeated.contains(where: { $0.list == "annotation" }) else { return listed }
    let last = Dictionary(
      rows.enumerated().compactMap { place, row in row.id.map { ($0, place) } },
      uniquingKeysWith: { $1 })
    // pycocotools collects them image by image; the sort is stable.
    return listed.sorted { (join.imageIndices[$0.image] ?? 0) < (join.imageIndices[$1.image] ?? 0) }
      .map { row in row.id.flatMap { last[$0] }.map { rows[$0] } ?? row }
  }
}

extension GroundTruth {
  /// Adds an annotation, with its mask if masks are read.
  fileprivate mutating func append(
    _ row: COCOFile.Row, of file: COCOFile, _ join: COCOJoin, readsMasks: Bool
  ) throws(DatasetsError) {
    guard let image = join.imageIndices[row.image],
      let classIndex = join.categoryIndices[row.category]
    else { return }
    var place: String { file.place(of: row) }
    var mask: RunLengthMask?
    if readsMasks || !row.hasBox {
      guard let segmentation = row.segmentation, !segmentation.isEmpty else {
        guard readsMasks else {
          throw DatasetsError("\(place) has neither \"bbox\" nor \"segmentation\".")
        }
        mismatches.add(.missingMask, "\(place) has no \"segmentation\"; left out")
        return
      }
      do {
        mask = try self.mask(
          of: segmentation, image: image, place: place, mismatches: &mismatches)
      } catch {
        throw DatasetsError("\(place): \(error)")
      }
      if !row.hasBox, !readsMasks {
        mismatches.add(.missingBox, "\(place) has no \"bbox\"; that of its mask is used")
      }
    }
    let box = row.hasBox ? row.box : row.segmentation?.bounds(of: mask) ?? row.box
    var area = row.hasArea ? row.area : box.area
    if !row.hasArea, let mask { area = Double(mask.area) }
    if row.hasBox {
      accepts(
        box, image: image, place: place, else: "no detection can match it", mismatches: &mismatches)
    }
    var traits: GroundTruthFlags = row.isCrowd ? .crowd : []
    if row.isDifficult { traits.insert(.ignored) }
    if row.id == 0 {
      traits.insert(.zeroId)
      mismatches.add(
        .zeroId,
        "\(place): as in pycocotools, a detection that matches it counts as unmatched; number "
          + "annotations from 1")
    }
    groundTruths.append(
      image: image, classIndex: classIndex, box: box, area: min(area, .greatestFiniteMagnitude),
      traits: traits)
    if readsMasks, let mask { masks.append(mask) }
  }

  /// The mask of an annotation or detection of an image; records what is odd about it.
  func mask(
    of segmentation: COCOSegmentation, image: Int, place: @autoclosure () -> String,
    mismatches: inout ConsistencyIssues
  ) throws(ImagingError) -> RunLengthMask {
    let entry = images[image]
    if let count = segmentation.invalidPolygon {
      mismatches.add(
        .invalidPolygon,
        "\(place()): a polygon has \(Sentence.count(count, "number")); x and y of three or more "
          + "corners are expected, and the rest covers no pixel")
    }
    if let size = segmentation.statedSize, entry.width > 0, entry.height > 0,
      size != (entry.width, entry.height)
    {
      mismatches.add(
        .maskSize,
        "\(place()): the mask has the size \(size.width)x\(size.height), but \(entry.name) has "
          + "\(entry.width)x\(entry.height) pixels; it cannot overlap with masks of that size "
          + "(\"size\" is [height, width])")
    }
    guard segmentation.statedSize != nil || entry.width > 0 && entry.height > 0 else {
      throw ImagingError(
        "its polygons cannot be drawn, because \(path) states no width and height of \(entry.name)")
    }
    return try segmentation.mask(
      imageWidth: entry.width, imageHeight: entry.height, isLenient: true)
  }
}
