import Basics
import Imaging

/// One split of a dataset: its images, their labels, and its issues.
public struct Dataset: Hashable, Sendable {
  /// The file or folder that was opened.
  public let path: String
  /// How it lies on disk.
  public let format: DatasetFormat
  /// The split: `train`, `val`, `test` or another name that the dataset gives.
  public let split: String
  /// The classes; the annotations' class indices count into them.
  public internal(set) var classNames: [String]
  /// The images that can be used, in the dataset's order.
  public internal(set) var samples: [Sample]
  /// Every issue, and how it was handled.
  public internal(set) var issues: [DatasetIssue] = []

  /// Labeled objects in all images.
  public var annotationCount: Int { samples.reduce(0) { $0 + $1.annotations.count } }
}

/// An image on disk with what is labeled in it.
public struct Sample: Hashable, Sendable {
  /// The image's file.
  public var imagePath: String
  /// The width of the upright image (after its EXIF orientation), in pixels.
  public var imageWidth: Int
  /// The height of the upright image (after its EXIF orientation), in pixels.
  public var imageHeight: Int
  /// What is labeled, in pixels of the upright image; none for a background image.
  public var annotations: [Annotation]
  /// The class of the image as a whole, where it is labeled so (a folder for each class).
  public var imageClass: Int?
  /// The file of the image's mask, where it is labeled so (folders of images and masks).
  public var maskPath: String?
  /// For each class that the numbers of the mask's file count, its index among the dataset's classes,
  /// nil for one that was not asked for; nil where they are the same.
  public var maskClassIndices: [Int?]?
}

/// The formats in which labeled images can lie on disk.
public enum DatasetFormat: String, CaseIterable, Sendable {
  /// Pascal VOC: one XML file per image in `Annotations/`, splits in `ImageSets/Main/`.
  case voc
  /// YOLO: one text file per image in `labels/`, described by `data.yaml` or by its folders.
  case yolo
  /// COCO: one JSON file per split, alone or in a folder with its images.
  case coco
  /// CreateML: one JSON file per split, a list of images.
  case createml
  /// LabelMe: one JSON file per image, beside it.
  case labelme
  /// A folder of images for each class.
  case folders
  /// A folder of images and one of masks.
  case masks
}
