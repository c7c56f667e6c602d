import Imaging

/// The content of a format's files, before images are read.
struct ParsedDataset {
  /// The names that the objects' class indices count into.
  var classNames: [String] = []
  /// In the order in which the format gives them.
  var images: [ParsedImage] = []
  /// Issues found while parsing.
  var issues: [DatasetIssue] = []
}

/// An image with its label file, not yet opened.
struct ParsedImage {
  var imagePath: String
  /// The label file, for messages.
  var labelPath: String
  /// The size that the label file states, in pixels, if any.
  var statedSize: (width: Int, height: Int)?
  var objects: [ParsedObject] = []
  /// The class of the image as a whole, an index.
  var imageClass: Int?
  /// The file of the image's mask.
  var maskPath: String?
  var labels = LabelFile.LabelState.given
}

/// A labeled object before its box is put into pixels and checked.
struct ParsedObject {
  /// A box as the formats give them.
  enum Extent: Equatable {
    /// Continuous corners in pixels.
    case pixels(Box)
    /// Continuous corners as fractions of the image's width and height.
    case fractions(Box)
    /// Left upper corner, size and area in pixels, as COCO scores them.
    case stated(StatedExtent)
  }

  var classIndex: Int
  var extent: Extent
  /// In the unit of the extent.
  var segmentation: Segmentation?
  var isCrowd = false
  var isDifficult = false
  var isTruncated = false
  var isOccluded = false
  /// The number that the file gives the object.
  var id: Int?
  /// The line of the label file, from 1; nil where lines have no meaning.
  var line: Int?
}
