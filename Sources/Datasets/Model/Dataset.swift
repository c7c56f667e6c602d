import Basics
import Imaging

/// One split of a dataset: its images, their labels, and its issues.
public struct Dataset: Hashable, Sendable {
  /// The file or folder that was opened.
  public let path: String
  /// The dataset's format.
  public let format: DatasetFormat
  /// The split's name: `train`, `val`, `test` or another name that the dataset uses.
  public let split: String
  /// The class names; class indices refer to this list.
  public internal(set) var classNames: [String]
  /// The usable images, in the dataset's order.
  public internal(set) var samples: [Sample]
  /// All issues, each with how it was handled.
  public internal(set) var issues: [DatasetIssue] = []
  /// The classes of the files that have boxes and were not requested.
  package internal(set) var ignoredClasses: [String] = []
  /// All classes of the files, requested or not.
  package internal(set) var ownClasses: [String] = []
  /// The number of images that were kept although their size could not be found.
  package internal(set) var unmeasuredCount = 0

  /// The id of each class in a COCO file; empty unless ids were kept, nil for a class without one.
  package internal(set) var classIds: [ItemId?] = []
  /// Members of the label files that were not read; empty unless they were counted.
  package internal(set) var unread = UnreadMembers()
  /// How frequent each class is, as LVIS states it: r, c or f; empty unless it was read.
  package internal(set) var classFrequencies: [String?] = []
  /// Whether the label files have keypoints, which are not read.
  package internal(set) var hasKeypoints = false

  /// The number of labels that were skipped because they cannot be parsed.
  public var skippedLabelCount: Int { issues.count(where: \.kind.isInvalidLabel) }

  /// The number of labeled objects in all images.
  public var annotationCount: Int { samples.reduce(0) { $0 + $1.annotations.count } }
}

/// An image file with its labels.
public struct Sample: Hashable, Sendable {
  /// The path of the image file.
  public var imagePath: String
  /// The width of the upright image (after its EXIF orientation), in pixels.
  public var imageWidth: Int
  /// The height of the upright image (after its EXIF orientation), in pixels.
  public var imageHeight: Int
  /// The labeled objects, in pixels of the upright image; empty for a background image.
  public var annotations: [Annotation]
  /// The class index of the whole image, in datasets with image-level labels (one folder per
  /// class).
  public var imageClass: Int?
  /// The path of the image's class mask, in datasets of images and masks; of a folder, if each object
  /// has a file.
  public var maskPath: String?
  /// Maps the class numbers of the mask file to class indices of the dataset, nil for a class that
  /// was not requested. The array is nil if the numbers need no mapping.
  public var maskClassIndices: [Int?]?
  /// How the pixels of the mask are meant.
  package var maskEncoding = MaskEncoding.numbers
  /// The path of a file of object numbers that belongs to the class mask; nil if there is none.
  package var objectMaskPath: String?
  /// Which classes are labeled, in federated datasets; nil if all are, or if it was not read.
  package var labeledClasses: LabeledClasses?
  /// The ids of the image and its objects, if they were kept.
  package var ids: SourceIds?
}

/// The supported dataset formats.
public enum DatasetFormat: String, CaseIterable, Sendable {
  /// Pascal VOC: one XML file per image in `Annotations/`, splits listed in `ImageSets/Main/`.
  case voc
  /// YOLO: one text file per image in `labels/`, with a `data.yaml` or a standard folder layout.
  case yolo
  /// COCO: one JSON file per split, alone or in a folder with its images.
  case coco
  /// CreateML: one JSON file per split, a list of images.
  case createml
  /// LabelMe: one JSON file per image, beside it.
  case labelme
  /// Image classification: one folder of images per class.
  case folders
  /// Semantic segmentation: a folder of images and a folder of masks.
  case masks
}
