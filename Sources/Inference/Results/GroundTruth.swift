import Basics
import Datasets
import Evaluation
import Imaging

/// The ground truth of an evaluation: images, classes and labeled objects, read from any format.
package struct GroundTruth: Sendable {
  /// An image of the ground truth.
  package struct ImageEntry: Hashable, Sendable {
    /// The file name as in the ground truth: relative for COCO, a path for other formats.
    package var name: String
    /// The COCO image id; nil for other formats.
    package var id: ItemId?
    /// The width in pixels; 0 if unknown.
    package var width: Int
    /// The height in pixels; 0 if unknown.
    package var height: Int

    /// Whether a COCO file name leads out of the image folder; such a file must not be read.
    package var leadsOutside: Bool { id != nil && !ImageLocator.staysInside(name) }
  }

  /// The file or folder that was read.
  package let path: String
  /// COCO images by ascending id, which breaks ties of scores between images; those of other
  /// formats in dataset order.
  package let images: [ImageEntry]
  /// COCO categories by ascending id; classes of other formats in dataset order.
  package let classNames: [String]
  /// The labeled objects of all images.
  package internal(set) var groundTruths = GroundTruthTable()
  /// One mask per row of `groundTruths`; empty if masks were not requested.
  package internal(set) var masks: [RunLengthMask] = []
  /// Which classes are labeled in each image, in LVIS's files; nil if all are.
  package internal(set) var federation: FederatedLabels?
  /// Whether the files have keypoints, which are not evaluated.
  package internal(set) var hasKeypoints = false
  /// Mismatches within the ground truth.
  package internal(set) var mismatches = ConsistencyIssues()
  /// Issues of the dataset.
  package internal(set) var issues: [DatasetIssue] = []
  /// Other names of the classes in predictions.
  package var renames: [ClassRename] = []
  /// The number of images whose size could not be found, so that one is assumed.
  package internal(set) var unmeasuredCount = 0
  /// Whether the boxes are Open Images', fractions of images of unknown size.
  package internal(set) var isOpenImages = false
  /// The names of the classes of Open Images' labels.
  package internal(set) var labelNames: [ClassRename] = []
  /// The number of labels that were skipped because they cannot be parsed.
  package internal(set) var skippedLabelCount = 0
  /// The path and the split that were asked for; nil for a single annotation file.
  private(set) var origin: (path: String, split: String)?
  /// Whether the boxes are Pascal VOC's, whose corners are the first and the last pixel.
  private(set) var isVOC = false
  /// Image indices by COCO image id.
  let imageIds: IdTable
  /// Class indices by COCO category id; classes of other formats have the ids 1, 2, ...
  let classIds: IdTable
}

extension GroundTruth {
  /// Reads the ground truth at a path: a COCO JSON file, a table of Open Images, or a split of a
  /// dataset in another format.
  ///
  /// - Parameters:
  ///   - path: An annotation file that ends in `.json` or `.csv`, a folder, or a `data.yaml`.
  ///   - split: The split to read, for datasets that have splits.
  ///   - readsMasks: Whether COCO segmentations are read, too.
  ///   - countsDifficult: Whether objects marked difficult count; if not, they are ignored.
  ///   - includesLastPixels: Whether boxes end at their last pixel, which Pascal VOC's always do.
  ///   - skipsInvalid: Whether labels that cannot be parsed are skipped, in formats of label files.
  ///   - imageLabels: Open Images' table of the labels that were verified for whole images.
  ///   - hierarchy: Open Images' hierarchy, which names further classes of its tables.
  /// - Throws: `DatasetsError` for files that cannot be read or parsed.
  package static func read(
    _ path: String, split: String, readsMasks: Bool = false, countsDifficult: Bool = false,
    includesLastPixels: Bool = false, imageLabels: String? = nil, hierarchy: String? = nil,
    skipsInvalid: Bool = false
  ) throws(DatasetsError) -> GroundTruth {
    var groundTruth =
      FilePath.ending(path) == "csv" && !readsMasks
      ? try read(openImages: path, imageLabels: imageLabels, hierarchy: hierarchy)
      : try read(path, split: split, readsMasks: readsMasks, skipsInvalid: skipsInvalid)
    if !["json", "csv"].contains(FilePath.ending(path)) {
      groundTruth.origin = (path, SplitName.canonical(split))
    }
    if countsDifficult { groundTruth.groundTruths.countDifficult() }
    if includesLastPixels, !groundTruth.isVOC { groundTruth.groundTruths.includeLastPixels() }
    return groundTruth
  }

  private static func read(
    _ path: String, split: String, readsMasks: Bool, skipsInvalid: Bool
  ) throws(DatasetsError) -> GroundTruth {
    if FilePath.ending(path) == "json" { return try read(coco: path, readsMasks: readsMasks) }
    let format = try DatasetFormat.sniff(path)
    if format == .coco {
      // Reads the file itself, because detections are joined by its ids.
      let file = try COCOReader(path: path).annotationFile(of: SplitName.canonical(split))
      return try read(coco: file, readsMasks: readsMasks)
    }
    guard !readsMasks else {
      throw DatasetsError(file: path, "only COCO's JSON files hold masks; a .json is expected.")
    }
    var reading = DatasetReading()
    reading.keepsUnreadableImages = true
    reading.skipsInvalid = skipsInvalid
    var groundTruth = GroundTruth(
      try Dataset.open(path: path, split: split, format: format, reading: reading))
    groundTruth.isVOC = format == .voc
    return groundTruth
  }

  private static func read(
    coco path: String, readsMasks: Bool
  ) throws(DatasetsError) -> GroundTruth {
    let file = try COCOFile(
      path, segmentations: readsMasks, requiresExtents: false, readsFederation: true)
    return try file.groundTruth(readsMasks: readsMasks)
  }

  /// Makes the ground truth from the samples of a dataset.
  package init(_ dataset: Dataset) {
    self.init(
      path: dataset.path,
      images: dataset.samples.map {
        ImageEntry(name: $0.imagePath, id: nil, width: $0.imageWidth, height: $0.imageHeight)
      },
      classNames: dataset.classNames, issues: dataset.issues, imageIds: IdTable([]),
      classIds: IdTable((1..<dataset.classNames.count + 1).map { .number($0) }))
    unmeasuredCount = dataset.unmeasuredCount
    skippedLabelCount = dataset.skippedLabelCount
    hasKeypoints = dataset.hasKeypoints
    for (image, sample) in dataset.samples.enumerated() {
      for annotation in sample.annotations { groundTruths.append(annotation, image: image) }
    }
  }

  /// Class indices by name, the first of a repeated name; also by their labels and the names in `renames`.
  var classIndices: [String: Int] {
    let indices = Dictionary(
      classNames.enumerated().map { ($0.element, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    let others = (labelNames + renames).compactMap { rename in
      indices[rename.groundTruth].map { (rename.predicted, $0) }
    }
    return indices.merging(others) { _, renamed in renamed }
  }

  /// The size of an image, for boxes in fractions of it.
  func size(of image: Int) throws(DatasetsError) -> (width: Int, height: Int) {
    let entry = images[image]
    guard entry.width > 0, entry.height > 0 else {
      throw DatasetsError(
        file: path, "the size of \(entry.name) is unknown; it is needed to convert boxes to pixels."
      )
    }
    return (entry.width, entry.height)
  }

  /// The convention that boxes appear to follow instead of [x, y, width, height] in pixels; nil if
  /// they are plausible.
  func boxFinding(_ boxes: [SizedBox], images indices: [Int32]) -> BoxConventions.Finding? {
    var conventions = BoxConventions(.cornerAndSize)
    for (box, index) in zip(boxes, indices) {
      let entry = images[Int(index)]
      conventions.add(
        [box.x, box.y, box.width, box.height], width: entry.width, height: entry.height)
    }
    return conventions.finding
  }

  /// Whether a box has a finite size of at least 0. Records a mismatch for other boxes, with their
  /// `consequence`, and for boxes outside the image.
  @discardableResult
  func accepts(
    _ box: SizedBox, image: Int, place: @autoclosure () -> String, else consequence: String,
    mismatches: inout ConsistencyIssues
  ) -> Bool {
    let (right, bottom) = (box.x + box.width, box.y + box.height)
    var text: String { "\(place()): the box [\(box.x), \(box.y), \(box.width), \(box.height)]" }
    guard box.width >= 0, box.height >= 0, right.isFinite, bottom.isFinite else {
      mismatches.add(.impossibleBox, "\(text) has a negative or infinite size; \(consequence)")
      return false
    }
    let (width, height) = (images[image].width, images[image].height)
    // A tolerance of a pixel for rounding.
    if width > 0, height > 0,
      right < -1 || bottom < -1 || box.x > Double(width) + 1 || box.y > Double(height) + 1
    {
      mismatches.add(
        .boxOutsideImage,
        "\(text) lies outside of \(images[image].name), which has \(width)x\(height) pixels")
    }
    return true
  }
}
