import Basics
import Imaging

/// The validation of a dataset: its issues and its statistics.
///
/// Every split is opened tolerantly, every image is decoded, and images are compared with each
/// other. Only the index of images is written.
public struct DatasetCheck: Sendable {
  /// A split with the records of its images.
  package struct Split: Sendable {
    /// The samples and classes.
    package let dataset: Dataset
    /// The record of each sample's image; nil where it was not decoded or could not be.
    package let images: [ImageRecord?]
    /// The statistics of this split.
    package let statistics: DatasetStatistics

    /// The number of decoded images whose EXIF orientation is not upright.
    package var turnedImages: Int {
      images.count { ($0?.orientation ?? .upright) != .upright }
    }
  }

  /// The stages of a check, in order.
  public enum Stage: Sendable {
    /// Decoding every image.
    case decoding
    /// Grouping duplicates and near-duplicates.
    case comparing
    /// Finding, for each image of a group of two or more, the most similar earlier image; skipped
    /// if there are no such groups.
    case pairing
  }

  /// Receives the number of images done and the total number of the current stage. `done` rises up
  /// to `total`; an error that the observer throws ends the check.
  public typealias Observer = (_ stage: Stage, _ done: Int, _ total: Int) throws -> Void

  /// The file or folder that was checked.
  public let path: String
  /// The dataset's format.
  public let format: DatasetFormat
  /// The splits that could be opened: `train`, `val`, `test`, then others by name.
  package let splits: [Split]
  /// Splits that only list images of other splits, such as VOC's `trainval`; they are not counted
  /// again.
  package let selections: [String]
  /// The class names of all splits; class indices refer to this list.
  public let classNames: [String]
  /// Every issue once, grouped by kind, the most severe kinds first; within a kind in dataset
  /// order.
  public private(set) var issues: [DatasetIssue]
  /// Duplicates and near-duplicates.
  package let pairs: [DuplicatePair]

  /// The statistics of all splits together.
  package let total: DatasetStatistics

  /// Checks the dataset at a path.
  ///
  /// - Parameters:
  ///   - splits: The names of the splits to check; nil for all.
  ///   - format: The dataset's format; detected from file names if nil.
  ///   - decodesImages: Whether images are opened and decoded. If not, labels are checked against
  ///     the image sizes stated in the label files.
  ///   - runner: The executor for parallel work.
  ///   - index: The cache of image records, kept between runs.
  ///   - observe: Receives the progress; it may throw to cancel the check.
  /// - Throws: `DatasetsError` if no split can be opened, and any error that `observe` throws.
  public init(
    path: String, splits names: [String]? = nil, format: DatasetFormat? = nil,
    decodesImages: Bool = true, runner: any ParallelExecutor = .serial,
    index: ImageIndex = ImageIndex(), observe: Observer = { _, _, _ in }
  ) throws {
    // Normalized like the paths of the dataset's files, which begin with it.
    let path = FilePath.normalized(path)
    self.path = path
    self.format = try DatasetFormat.sniff(path, unless: format)
    let reading = DatasetReading(
      segmentations: true, validates: true, measuresImages: decodesImages, runner: runner,
      images: index)
    let opened = try OpenedSplits(names, path: path, format: self.format, reading: reading)
    let audit = try ImageAudit(opened.datasets, reading) { try observe(.decoding, $0, $1) }
    let duplicates = try DuplicateSearch(opened.datasets, audit.records, observe: observe)
    selections = opened.selections
    classNames = opened.datasets.first?.classNames ?? []
    splits = opened.datasets.indices.map { place in
      let dataset = opened.datasets[place]
      return Split(
        dataset: dataset, images: audit.records[place],
        statistics: DatasetStatistics([dataset], masks: [audit.masks[place]]))
    }
    total = DatasetStatistics(opened.datasets, masks: audit.masks)
    pairs = duplicates.pairs
    issues = opened.issues + audit.issues + duplicates.issues
    // A class without objects may occur in a split that was not requested.
    if names == nil { reportEmptyClasses() }
    reportUncounted()
    // Several splits may have the same issue: each is kept once. Sorted by kind.
    var seen: Set<DatasetIssue> = []
    issues.removeAll { !seen.insert($0).inserted }
    issues = issuesByKind.flatMap(\.issues)
  }

  /// The number of issues of a severity.
  public func count(_ severity: DatasetIssue.Severity) -> Int {
    issues.count { $0.kind.severity == severity }
  }

  /// The issues of each kind that occurs, the most severe kinds first.
  package var issuesByKind: [(kind: DatasetIssue.Kind, issues: [DatasetIssue])] {
    let byKind = Dictionary(grouping: issues, by: \.kind)
    return DatasetIssue.Kind.allCases.compactMap { kind in byKind[kind].map { (kind, $0) } }
  }

  /// Reports classes, or a whole dataset, whose objects are all crowd regions, from which training
  /// does not learn, or do not count in an evaluation because the others are marked difficult.
  private mutating func reportUncounted() {
    let classes = classNames.indices.filter { total.classObjects[$0] > 0 }
    let crowds = classes.filter { total.classCrowds[$0] == total.classObjects[$0] }
    let difficult = classes.filter {
      total.classDifficult[$0] > 0
        && total.classCrowds[$0] + total.classDifficult[$0] == total.classObjects[$0]
    }
    reportUncounted(
      .onlyCrowds, crowds, of: classes, "crowd regions (iscrowd 1), which are no training targets",
      " CVAT marks brush masks so: set iscrowd to 0 for single objects.")
    reportUncounted(
      .onlyDifficult, difficult, of: classes,
      "marked difficult" + (total.classCrowds.contains { $0 > 0 } ? " or crowd regions" : "")
        + ", which an evaluation ignores", " \"evaluate --count-difficult\" counts them.")
  }

  /// Reports the classes of which no object counts; in one issue if that is all of them.
  private mutating func reportUncounted(
    _ kind: DatasetIssue.Kind, _ found: [Int], of classes: [Int], _ what: String, _ advice: String
  ) {
    if found.count == classes.count, !found.isEmpty {
      issues.report(
        kind, path, "all \(Sentence.count(total.objects, "object")) are \(what).\(advice)")
      return
    }
    for index in found {
      issues.report(
        kind, path,
        "\(Sentence.count(total.classObjects[index], "object")) of the class \"\(classNames[index])\" "
          + "are all \(what).")
    }
  }

  /// Reports classes that occur in no image.
  private mutating func reportEmptyClasses() {
    // Without decoded masks, every count of a dataset of masks is 0.
    guard total.classImages.contains(where: { $0 > 0 }) else { return }
    for (name, count) in zip(classNames, total.classImages) where count == 0 {
      issues.report(
        .emptyClass, path,
        total.classPixels.isEmpty
          ? "no object has the class \"\(name)\"." : "no pixel of a mask has the class \"\(name)\"."
      )
    }
  }
}
