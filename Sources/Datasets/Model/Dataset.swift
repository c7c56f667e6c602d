import Basics
import Imaging

/// One split of a dataset: its images, their labels, and its issues.
package struct Dataset: Hashable, Sendable {
  /// The file or folder that was opened.
  package let path: String
  /// How it lies on disk.
  package let format: DatasetFormat
  /// The split: `train`, `val`, `test` or another name that the dataset gives.
  package let split: String
  /// The classes; the annotations' class indices count into them.
  package let classNames: [String]
  /// The images that can be used, in the dataset's order.
  package let samples: [Sample]
  /// Every issue, and how it was handled.
  package let issues: [DatasetIssue]

  /// Makes a dataset from its parts.
  package init(
    path: String, format: DatasetFormat, split: String, classNames: [String], samples: [Sample],
    issues: [DatasetIssue] = []
  ) {
    self.path = path
    self.format = format
    self.split = split
    self.classNames = classNames
    self.samples = samples
    self.issues = issues
  }

  /// Labeled objects in all images.
  package var annotationCount: Int { samples.reduce(0) { $0 + $1.annotations.count } }
}

/// The formats in which labeled images can lie on disk.
package enum DatasetFormat: String, CaseIterable, Sendable {
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
