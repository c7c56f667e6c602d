import Basics
import Datasets
import Imaging

/// What detections are evaluated against: images, classes and labeled objects, from any format.
package struct GroundTruth: Sendable {
  /// An image of the ground truth.
  package struct ImageEntry: Hashable, Sendable {
    /// Its file, as the ground truth names it.
    package var name: String
    /// The id that COCO gives it.
    package var id: Int?
    /// Pixels; 0 where the ground truth does not state it.
    package var width: Int
    /// Pixels; 0 where the ground truth does not state it.
    package var height: Int

    /// True where the name is from a COCO file and leads out of the folder of images:
    /// files there must not be read.
    package var leadsOutside: Bool { id != nil && !ImageLocator.staysInside(name) }
  }

  /// The file or folder that was read.
  package let path: String
  /// COCO's by ascending id, which settles ties of scores between images; others in their order.
  package let images: [ImageEntry]
  /// COCO's by ascending id; others in their order.
  package let classNames: [String]
  /// The labeled objects.
  package internal(set) var groundTruths = GroundTruthTable()
  /// One a row of `groundTruths`, or none where they were not asked for.
  package internal(set) var masks: [RunLengthMask] = []
  /// Mismatches within the ground truth.
  package internal(set) var mismatches = ConsistencyIssues()
  /// Issues of the dataset.
  package internal(set) var issues: [DatasetIssue] = []
  /// Finds images by COCO's ids.
  let imageIds: IdTable
  /// Finds classes by COCO's ids; those of other formats are counted from 1.
  let classIds: IdTable
}

extension GroundTruth {
  /// Reads the ground truth at a path: a COCO JSON file, or a split of a dataset in another format.
  ///
  /// - Parameters:
  ///   - path: An annotation file that ends in `.json`, a folder, or a `data.yaml`.
  ///   - split: For datasets that have splits.
  ///   - readsMasks: Whether COCO's segmentations are read, too.
  /// - Throws: `DatasetsError` for what cannot be read.
  package static func read(
    _ path: String, split: String, readsMasks: Bool = false
  ) throws(DatasetsError) -> GroundTruth {
    if FilePath.ending(path) == "json" {
      return try COCOFile(path, segmentations: readsMasks ? .required : .skipped).groundTruth()
    }
    let format = try DatasetFormat.sniff(path)
    if format == .coco {
      // The file itself, as its ids are what detections are joined by.
      let file = try COCOReader(path: path).annotationFile(of: SplitName.canonical(split))
      return try COCOFile(file, segmentations: readsMasks ? .required : .skipped).groundTruth()
    }
    guard !readsMasks else {
      throw DatasetsError(file: path, "only COCO's JSON files hold masks; a .json is expected.")
    }
    return GroundTruth(try Dataset.open(path: path, split: split, format: format))
  }

  /// Takes the samples of a dataset.
  package init(_ dataset: Dataset) {
    self.init(
      path: dataset.path,
      images: dataset.samples.map {
        ImageEntry(name: $0.imagePath, id: nil, width: $0.imageWidth, height: $0.imageHeight)
      },
      classNames: dataset.classNames, issues: dataset.issues, imageIds: IdTable([]),
      classIds: IdTable(Array(1..<dataset.classNames.count + 1)))
    for (image, sample) in dataset.samples.enumerated() {
      for annotation in sample.annotations { groundTruths.append(annotation, image: image) }
    }
  }

  /// Whether a box of an image can be used; notes what is wrong with it.
  func accepts(
    _ box: SizedBox, image: Int, place: @autoclosure () -> String,
    mismatches: inout ConsistencyIssues
  ) -> Bool {
    let (right, bottom) = (box.x + box.width, box.y + box.height)
    var text: String { "\(place()): the box [\(box.x), \(box.y), \(box.width), \(box.height)]" }
    guard box.width >= 0, box.height >= 0, box.area.isFinite, right.isFinite, bottom.isFinite else {
      mismatches.add(.impossibleBox, "\(text) has a negative or infinite size")
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
