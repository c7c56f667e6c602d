/// A flaw of a data set that can be lived with, but that nobody should have to discover alone.
///
/// Commands print them; nothing is left out of a data set without one.
public struct DatasetProblem: Hashable, CustomStringConvertible, Sendable {
  /// What sort of flaw it is.
  public enum Kind: String, CaseIterable, Sendable {
    /// A box with no width or no height; left out.
    case boxWithoutArea = "box without area"
    /// A box at most one pixel wide or high; kept.
    case tinyBox = "tiny box"
    /// A box that reaches more than a pixel beyond the picture; cut, or left out if wholly outside.
    case boxOutsideImage = "box outside of the picture"
    /// The label file states another picture size than the picture has.
    case sizeMismatch = "size mismatch"
    /// A listed picture that does not exist; left out.
    case missingImage = "missing picture"
    /// A picture that cannot be read; left out.
    case unreadableImage = "unreadable picture"
    /// A listed picture without the label file that its format demands; left out.
    case missingLabels = "missing label file"
    /// A label file that belongs to no picture; not read.
    case orphanedLabels = "label file without picture"
    /// Boxes of a class that was not asked for; left out.
    case unwantedClass = "class not asked for"
    /// A box of a picture or class that the file does not list; left out.
    case unlisted = "not listed"
    /// A picture whose name leads out of the data set's folder; left out.
    case pathOutside = "path out of the data set"
    /// A picture, id or class name that is listed twice; of pictures the first is taken.
    case duplicateEntry = "listed twice"
    /// Folders that are not where the description says; what was read instead.
    case layout = "unexpected layout"
  }

  /// What sort of flaw it is.
  public let kind: Kind
  /// The file that has the flaw.
  public let file: String
  /// The line in that file, from 1, where there is one.
  public let line: Int?
  /// What was found and what was done about it, one sentence.
  public let message: String

  /// Makes a problem.
  public init(kind: Kind, file: String, line: Int? = nil, message: String) {
    self.kind = kind
    self.file = file
    self.line = line
    self.message = message
  }

  /// As in `labels/a.txt:3: the box has no area; it is left out.`
  public var description: String {
    // What the codecs say begins with the file's name already.
    message.hasPrefix(file) ? message : file + (line.map { ":\($0)" } ?? "") + ": " + message
  }
}
