import Imaging

/// What a format's files say, before pictures are looked at.
struct RawDataset {
  /// The names that the objects' class indices count into.
  var classNames: [String]
  /// In the order in which the format gives them.
  var pictures: [RawPicture]
  /// Flaws met on the way.
  var problems: [DatasetProblem]
}

/// A picture with its label file, not yet opened.
struct RawPicture {
  var imagePath: String
  /// The label file, for messages.
  var labelPath: String
  /// The size that the label file states, in pixels, if any.
  var statedSize: (width: Int, height: Int)?
  var objects: [RawObject]
}

/// A labeled object before its box is put into pixels and checked.
struct RawObject {
  /// A box as the formats give them.
  enum Extent {
    /// Continuous corners in pixels.
    case pixels(Box)
    /// Continuous corners as fractions of the picture's width and height.
    case fractions(Box)
    /// Left upper corner, size and area in pixels, as COCO scores them.
    case stated(StatedExtent)
  }

  var classIndex: Int
  var extent: Extent
  var isCrowd = false
  var isDifficult = false
  /// The line of the label file, from 1; nil where files have no lines that say anything.
  var line: Int?
}

/// A format in which data sets lie on disk: one conforming type a file, listed in `DatasetFormat`.
protocol FormatReader {
  /// Whether a path looks like this format; asks only for names of files and folders.
  static func recognizes(_ path: String) -> Bool
  /// What the format looks like, for the message when no format fits.
  static var appearance: String { get }

  /// Opens the description of a data set.
  init(path: String) throws(DatasetsError)
  /// The splits that there are, `train` first where there is one.
  var splits: [String] { get }
  /// Reads one of the splits. Where class names are given and the format names classes in its label
  /// files, it need not look for others.
  func read(split: String, classNames: [String]?) throws(DatasetsError) -> RawDataset
}
