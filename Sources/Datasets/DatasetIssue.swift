/// An issue of a dataset that can be lived with, but that nobody should have to discover alone.
///
/// Commands print them; nothing is left out of a dataset without one.
package struct DatasetIssue: Hashable, CustomStringConvertible, Sendable {
  /// How bad it is.
  package enum Severity: String, Sendable {
    /// Labels or images are lost or wrong.
    case error
    /// Worth a look; nothing is lost.
    case warning
  }

  /// What sort of issue it is.
  package enum Kind: String, CaseIterable, Sendable {
    // Errors
    /// A split of which nothing can be read.
    case unreadableSplit = "unreadable split"
    /// Text of a label file that is not what its format demands.
    case malformedLabels = "malformed label"
    /// A class number that the dataset does not have.
    case unknownClass = "unknown class"
    /// A box with no width or no height; left out.
    case boxWithoutArea = "box without area"
    /// A box that has no pixel in common with its image; left out.
    case boxOutsideImage = "box outside of the image"
    /// The label file states another image size than the image has.
    case sizeMismatch = "size mismatch"
    /// Labels made on the image as it is stored, though its EXIF orientation turns it.
    case orientationMismatch = "labels of the unturned image"
    /// A listed image that does not exist; left out.
    case missingImage = "missing image"
    /// An image that cannot be read; left out.
    case unreadableImage = "unreadable image"
    /// A listed image without the label file that its format demands; left out.
    case missingLabels = "missing label file"
    /// A box of an image or class that the file does not list; left out.
    case unlisted = "not listed"
    /// An image whose name leads out of the dataset's folder; left out.
    case pathOutside = "path out of the dataset"
    /// The same image, byte for byte or pixel for pixel, in two splits.
    case sharedImage = "image in two splits"

    // Warnings
    /// A box at most one pixel wide or high; kept.
    case tinyBox = "tiny box"
    /// A box that reaches more than a pixel beyond its image; cut.
    case boxBeyondImage = "box beyond the image"
    /// A box of the same class and place as one before it; kept.
    case duplicateBox = "box twice"
    /// A polygon or mask that cannot be one; its box is kept.
    case invalidSegmentation = "invalid polygon"
    /// An image in which nothing is labeled.
    case unlabeledImage = "image without labels"
    /// A label file that belongs to no image; not read.
    case orphanedLabels = "label file without image"
    /// Boxes of a class that was not asked for; left out.
    case unwantedClass = "class not asked for"
    /// Splits that list their classes in different orders, or not the same ones.
    case classOrder = "classes in another order"
    /// A class that no object has.
    case emptyClass = "class without objects"
    /// An image, id or class name that is listed twice; of images the first is taken.
    case duplicateEntry = "listed twice"
    /// An image whose file name ends otherwise than its content demands.
    case misnamedImage = "misnamed image"
    /// An image that decodes with complaints.
    case imageWarning = "image with a warning"
    /// An image that is in the split twice, under two names.
    case repeatedImage = "image twice"
    /// Images of two splits that look alike.
    case similarImage = "similar images in two splits"
    /// Folders that are not where the description says; what was read instead.
    case layout = "unexpected layout"

    /// Whether an image is left out because of it.
    package var losesImage: Bool {
      switch self {
      case .missingImage, .unreadableImage, .missingLabels, .pathOutside: true
      default: false
      }
    }

    /// How bad issues of this kind are.
    package var severity: Severity {
      switch self {
      case .unreadableSplit, .malformedLabels, .unknownClass, .boxWithoutArea, .boxOutsideImage,
        .sizeMismatch,
        .orientationMismatch, .missingImage, .unreadableImage, .missingLabels, .unlisted,
        .pathOutside, .sharedImage:
        .error
      case .tinyBox, .boxBeyondImage, .duplicateBox, .invalidSegmentation, .unlabeledImage,
        .orphanedLabels, .unwantedClass, .classOrder, .emptyClass, .duplicateEntry, .misnamedImage,
        .imageWarning, .repeatedImage, .similarImage, .layout:
        .warning
      }
    }
  }

  /// What sort of issue it is.
  package let kind: Kind
  /// The file that has the issue.
  package let file: String
  /// The line in that file, from 1, where there is one.
  package let line: Int?
  /// What was found and what was done about it, one sentence.
  package let message: String

  /// Makes a problem.
  package init(kind: Kind, file: String, line: Int? = nil, message: String) {
    self.kind = kind
    self.file = file
    self.line = line
    self.message = message
  }

  /// Makes an issue of an error about a file or its content.
  init(kind: Kind, _ error: DatasetsError, file: String) {
    self.init(
      kind: kind, file: error.diagnostic.file ?? file, line: error.diagnostic.line,
      message: error.diagnostic.what)
  }

  /// As in `labels/a.txt:3: the box has no area; it is left out.`
  package var description: String {
    // What the codecs say begins with the file's name already.
    message.hasPrefix(file) ? message : file + (line.map { ":\($0)" } ?? "") + ": " + message
  }
}
