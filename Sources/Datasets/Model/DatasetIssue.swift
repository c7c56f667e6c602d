import Basics

/// A dataset issue: kind, severity, location, message.
///
/// Commands print every issue; no label is ignored without one.
public struct DatasetIssue: Error, Hashable, CustomStringConvertible {
  /// How severe an issue is.
  public enum Severity: String, Sendable {
    /// Labels or images are lost or invalid.
    case error
    /// Worth checking; no label is lost.
    case warning
  }

  /// The kind of an issue; the raw value is its printed name.
  public enum Kind: String, CaseIterable, Sendable {
    // Errors
    /// A split that cannot be read.
    case unreadableSplit = "unreadable split"
    /// Text in a label file that violates its format.
    case malformedLabels = "malformed label"
    /// A class index outside of the dataset's class list.
    case unknownClass = "unknown class"
    /// A box of zero width or height; ignored.
    case boxWithoutArea = "zero-area box"
    /// A box that does not overlap its image; ignored.
    case boxOutsideImage = "box outside the image"
    /// The image size stated in the label file differs from the actual size.
    case sizeMismatch = "size mismatch"
    /// Labels that refer to the stored image, before its EXIF orientation is applied.
    case orientationMismatch = "labels ignore EXIF orientation"
    /// Boxes that are all fractions of the image where pixels are expected, or the reverse.
    case boxUnit = "boxes in another unit"
    /// A listed image that does not exist; ignored.
    case missingImage = "missing image"
    /// An image that cannot be read; ignored.
    case unreadableImage = "unreadable image"
    /// A listed image without the label file that its format requires; ignored.
    case missingLabels = "missing label file"
    /// A label file that several images share; one of them gets the labels of another.
    case sharedLabels = "shared label file"
    /// An object whose image or class is not listed in the file; ignored.
    case unlisted = "unlisted image or class"
    /// An image path that leads out of the dataset's folder; ignored.
    case pathOutside = "path outside the dataset"
    /// The same image, byte for byte or pixel for pixel, in two splits.
    case sharedImage = "train/val leakage"

    // Warnings
    /// A box at most one pixel wide or high; kept.
    case tinyBox = "tiny box"
    /// A box that extends more than a pixel beyond its image; clipped.
    case boxBeyondImage = "box clipped to the image"
    /// Boxes that leave the image, and would not with their numbers in another layout.
    case boxLayout = "boxes in another layout"
    /// A box with the same class and coordinates as an earlier one; kept.
    case duplicateBox = "duplicate box"
    /// An invalid polygon or mask; the object's box is kept.
    case invalidSegmentation = "invalid segmentation"
    /// Shapes that LabelMe's exporters leave out, too; ignored.
    case ignoredShapes = "ignored shapes"
    /// An annotation id with which pycocotools counts an object as unmatched.
    case zeroId = "annotation id 0"
    /// An image without labels.
    case unlabeledImage = "background image"
    /// A label file without an image; not read.
    case orphanedLabels = "orphan label file"
    /// Annotations of a kind that is not read, such as key points.
    case ignoredAnnotations = "annotations not read"
    /// Boxes of a class that was not requested; ignored.
    case unwantedClass = "class not requested"
    /// Splits whose class lists differ in order or content.
    case classOrder = "class order differs"
    /// A class without objects.
    case emptyClass = "class without objects"
    /// A class, or a dataset, with no other objects than crowd regions.
    case onlyCrowds = "only crowd regions"
    /// A class, or a dataset, with no other objects than those marked difficult.
    case onlyDifficult = "only difficult objects"
    /// Annotations without a box, for which that of their polygons or mask is used.
    case missingBox = "missing box"
    /// A repeated image, id or class name; of repeated images, the first is used.
    case duplicateEntry = "duplicate entry"
    /// An image whose file extension does not match its content.
    case misnamedImage = "misnamed image"
    /// An image that decodes with warnings.
    case imageWarning = "decoder warning"
    /// Two of train, val and test that list the same images, as small example datasets do.
    case identicalSplits = "identical splits"
    /// Duplicate images within a split, under different names.
    case repeatedImage = "duplicate image"
    /// Near-duplicates in different splits.
    case similarImage = "near-duplicate across splits"
    /// Folders that differ from the description; the message names those used instead.
    case layout = "unexpected layout"

    /// Whether a label cannot be used as it is written, so that it is refused or skipped.
    package var isInvalidLabel: Bool { self == .malformedLabels || self == .unknownClass }

    /// Whether the image is ignored because of this issue.
    package var losesImage: Bool {
      [.missingImage, .unreadableImage, .missingLabels, .pathOutside].contains(self)
    }

    /// The severity of this kind of issue.
    public var severity: Severity {
      switch self {
      case .unreadableSplit, .malformedLabels, .unknownClass, .boxWithoutArea, .boxOutsideImage,
        .sizeMismatch, .orientationMismatch, .boxUnit, .missingImage, .unreadableImage,
        .missingLabels, .sharedLabels, .unlisted, .pathOutside, .sharedImage:
        .error
      case .tinyBox, .boxBeyondImage, .boxLayout, .duplicateBox, .invalidSegmentation,
        .ignoredShapes, .ignoredAnnotations, .zeroId, .onlyCrowds, .onlyDifficult, .missingBox,
        .unlabeledImage, .orphanedLabels, .unwantedClass, .classOrder, .emptyClass, .duplicateEntry,
        .misnamedImage, .imageWarning, .identicalSplits, .repeatedImage, .similarImage, .layout:
        .warning
      }
    }
  }

  /// The kind of the issue.
  public let kind: Kind
  /// The file with the issue.
  public let file: String
  /// The line in that file, from 1; nil where not applicable.
  public let line: Int?
  /// What was found and how it was handled, in one sentence.
  public let message: String

  package init(_ kind: Kind, _ file: String, line: Int? = nil, _ message: String) {
    self.kind = kind
    self.file = file
    self.line = line
    self.message = message
  }

  /// Makes an issue from an error about a file or its content.
  init(_ kind: Kind, _ file: String, _ error: DatasetsError) {
    self.init(
      kind, error.diagnostic.file ?? file, line: error.diagnostic.line, error.diagnostic.what)
  }

  /// For example, `labels/a.txt:3: the box has no area; ignored.`
  public var description: String {
    file + (line.map { ":\($0)" } ?? "") + ": " + message
  }
}

extension [DatasetIssue] {
  /// Adds an issue.
  mutating func report(
    _ kind: DatasetIssue.Kind, _ file: String, line: Int? = nil, _ message: String
  ) {
    append(DatasetIssue(kind, file, line: line, message))
  }

  /// Adds the issue of a list element that violates its format.
  mutating func report(_ fault: JSONFault, _ file: String, line: Int) {
    report(
      .malformedLabels, file, line: line, "\(fault.message) (byte \(fault.offset)); ignored.")
  }
}

/// A dataset that cannot be read or written.
public struct DatasetsError: ModuleError {
  /// The file, the line, and what was expected and found.
  public let diagnostic: Diagnostic

  /// Makes an error from a diagnostic.
  public init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }

  /// Makes an error in a file, or at a line of it, counted from 1.
  public init(file: String, line: Int? = nil, _ sentence: String) {
    self.init(Diagnostic(sentence, in: file, line: line))
  }
}

extension DatasetsError {
  /// Makes an error of a path that is missing or cannot be written, which has another exit code
  /// than invalid content.
  init(path: String, _ sentence: String) {
    var diagnostic = Diagnostic(sentence, in: path)
    diagnostic.isInaccessible = true
    self.init(diagnostic)
  }

  /// The error of a path that does not exist.
  package static func missing(_ path: String) -> DatasetsError {
    guard let link = FileContents.brokenLink(on: path) else {
      return DatasetsError(path: path, "there is no file or folder of this name.")
    }
    return DatasetsError(
      path: path,
      "\(link.path == path ? "it" : link.path) is a symbolic link to \(link.target), which does not "
        + "exist.")
  }

  /// Makes an error from a JSON fault, with its byte offset.
  init(_ fault: JSONFault, file: String, line: Int) {
    self.init(file: file, line: line, "\(fault.message) (byte \(fault.offset)).")
  }
}

extension LoadedFile {
  /// Makes an error from a JSON fault, with its line and byte offset.
  package func error(_ fault: JSONFault) -> DatasetsError {
    DatasetsError(fault, file: path, line: line(at: fault.offset))
  }
}
