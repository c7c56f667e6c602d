import Basics
import Imaging

/// The parsed content of a dataset's label files, before images are read.
struct ParsedDataset {
  /// The class names; the objects' class indices refer to this list.
  var classNames: [String] = []
  /// The images, in the order of the format's files.
  var images: [ParsedImage] = []
  /// The unit and layout of boxes that the format prescribes.
  var conventions = BoxConventions(nil)
  /// The id of each class, in formats with ids.
  var classIds: [ItemId?] = []
  /// Members of the label files that are not read, if they are counted.
  var unread = UnreadMembers()
  /// How frequent each class is, in LVIS's files.
  var classFrequencies: [String?] = []
  var hasKeypoints = false
  /// Issues found while parsing.
  var issues: [DatasetIssue] = []
}

/// An image and its labels, not yet opened.
struct ParsedImage {
  var imagePath: String
  /// The path of the label file, for messages.
  var labelPath: String
  /// The image size stated in the label file, in pixels.
  var statedSize: (width: Int, height: Int)?
  var objects: [ParsedObject] = []
  /// The id of the image, in formats with ids.
  var id: ItemId?
  /// Which classes are labeled, in LVIS's files.
  var labeledClasses: LabeledClasses?
  /// The class index of the whole image.
  var imageClass: Int?
  /// The path of the image's mask.
  var maskPath: String?
  var maskEncoding = MaskEncoding.numbers
  /// The path of a file of object numbers beside the mask.
  var objectMaskPath: String?
  var labels = LabelFile.LabelState.given
}

/// A labeled object before its box is converted to pixels and validated.
struct ParsedObject: Equatable {
  /// A box in one of the formats' conventions.
  enum Extent: Equatable {
    /// Corners in pixels, continuous.
    case pixels(Box)
    /// Corners as fractions of the image's width and height, continuous.
    case fractions(Box)
    /// COCO's top-left corner, size and area in pixels, kept exactly for evaluation.
    case stated(StatedExtent)
  }

  var classIndex: Int
  var extent: Extent
  /// In the same unit as the extent.
  var segmentation: Segmentation?
  var isCrowd = false
  var isDifficult = false
  var isTruncated = false
  var isOccluded = false
  /// The object's id in the file.
  var id: ItemId?
  /// The byte offset in the label file; nil where lines are enough.
  var byte: Int?
  /// The line in the label file, from 1; nil where lines are not meaningful.
  var line: Int?
}
