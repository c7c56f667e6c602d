import Basics

/// A dataset issue: kind, severity, location, message.
///
/// Commands print them; no label is ignored without one.
public struct DatasetIssue: Error, Hashable, CustomStringConvertible {
  /// How bad it is.
  public enum Severity: String, Sendable {
    /// Labels or images are lost or invalid.
    case error
    /// Worth checking; no label is lost.
    case warning
  }

  /// What sort of issue it is.
  public enum Kind: String, CaseIterable, Sendable {
    // Errors
    /// A split that cannot be read.
    case unreadableSplit = "unreadable split"
    /// Text of a label file that is not what its format demands.
    case malformedLabels = "malformed label"
    /// A class number that the dataset does not have.
    case unknownClass = "unknown class"
    /// A box with no width or no height; ignored.
    case boxWithoutArea = "zero-area box"
    /// A box that has no pixel in common with its image; ignored.
    case boxOutsideImage = "box outside the image"
    /// The label file states another image size than the image has.
    case sizeMismatch = "size mismatch"
    /// Labels of the image as stored, without its EXIF orientation.
    case orientationMismatch = "labels ignore EXIF orientation"
    /// A listed image that does not exist; ignored.
    case missingImage = "missing image"
    /// An image that cannot be read; ignored.
    case unreadableImage = "unreadable image"
    /// A listed image without the label file that its format requires; ignored.
    case missingLabels = "missing label file"
    /// A box of an image or class that the file does not list; ignored.
    case unlisted = "unlisted image or class"
    /// An image whose name leads out of the dataset's folder; ignored.
    case pathOutside = "path outside the dataset"
    /// The same image, byte for byte or pixel for pixel, in two splits.
    case sharedImage = "train/val leakage"

    // Warnings
    /// A box at most one pixel wide or high; kept.
    case tinyBox = "tiny box"
    /// A box that reaches more than a pixel beyond its image; clipped.
    case boxBeyondImage = "box clipped to the image"
    /// A box of the same class and place as one before it; kept.
    case duplicateBox = "duplicate box"
    /// A polygon or mask that cannot be one; its box is kept.
    case invalidSegmentation = "invalid segmentation"
    /// An image without labels.
    case unlabeledImage = "background image"
    /// A label file that belongs to no image; not read.
    case orphanedLabels = "orphan label file"
    /// Boxes of a class that was not requested; ignored.
    case unwantedClass = "class not requested"
    /// Splits that list their classes in different orders, or not the same ones.
    case classOrder = "class order differs"
    /// A class that no object has.
    case emptyClass = "class without objects"
    /// An image, id or class name that is repeated; of images the first is used.
    case duplicateEntry = "duplicate entry"
    /// An image whose file name's ending does not fit its content.
    case misnamedImage = "misnamed image"
    /// An image that decodes with warnings.
    case imageWarning = "decoder warning"
    /// An image that is in the split twice, under two names.
    case repeatedImage = "duplicate image"
    /// Near-duplicates in two splits.
    case similarImage = "near-duplicate across splits"
    /// Folders that are not where the description expects them; what was used instead.
    case layout = "unexpected layout"

    /// Whether the image is ignored because of it.
    package var losesImage: Bool {
      [.missingImage, .unreadableImage, .missingLabels, .pathOutside].contains(self)
    }

    /// How bad issues of this kind are.
    public var severity: Severity {
      switch self {
      case .unreadableSplit, .malformedLabels, .unknownClass, .boxWithoutArea, .boxOutsideImage,
        .sizeMismatch, .orientationMismatch, .missingImage, .unreadableImage, .missingLabels,
        .unlisted,
        .pathOutside, .sharedImage:
        .error
      default: .warning
      }
    }
  }

  /// What sort of issue it is.
  public let kind: Kind
  /// The file that has the issue.
  public let file: String
  /// The line in that file, from 1, where there is one.
  public let line: Int?
  /// What was found and how it was handled, one sentence.
  public let message: String

  package init(_ kind: Kind, _ file: String, line: Int? = nil, _ message: String) {
    self.kind = kind
    self.file = file
    self.line = line
    self.message = message
  }

  /// Makes an issue of an error about a file or its content.
  init(_ kind: Kind, _ file: String, _ error: DatasetsError) {
    self.init(
      kind, error.diagnostic.file ?? file, line: error.diagnostic.line, error.diagnostic.what)
  }

  /// As in `labels/a.txt:3: the box has no area; ignored.`
  public var description: String {
    // Messages of codecs begin with the file's name already.
    message.hasPrefix(file) ? message : file + (line.map { ":\($0)" } ?? "") + ": " + message
  }
}

extension [DatasetIssue] {
  /// Adds an issue.
  mutating func report(
    _ kind: DatasetIssue.Kind, _ file: String, line: Int? = nil, _ message: String
  ) {
    append(DatasetIssue(kind, file, line: line, message))
  }
}

/// A dataset that cannot be read or written.
public struct DatasetsError: ModuleError {
  /// What was expected and found, and where.
  public let diagnostic: Diagnostic

  /// An error with a diagnostic.
  public init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }

  /// An error in a file or at a line of it, from 1.
  public init(file: String, line: Int? = nil, _ sentence: String) {
    self.init(Diagnostic(sentence, in: file, line: line))
  }
}

extension DatasetsError {
  /// The error of a fault in JSON, with its byte.
  init(_ fault: JSONFault, file: String, line: Int) {
    self.init(file: file, line: line, "\(fault.message) (byte \(fault.offset)).")
  }
}

extension MappedFile {
  /// The error of a fault in JSON, with its line and byte.
  package func error(_ fault: JSONFault) -> DatasetsError {
    DatasetsError(fault, file: path, line: line(at: fault.offset))
  }
}
