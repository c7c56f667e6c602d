import Basics
import Imaging

/// The validation of a dataset: its issues and its statistics.
///
/// Every split is opened tolerantly, every image is decoded, and images are compared with each
/// other. Nothing is written but the index of images.
public struct DatasetCheck: Sendable {
  /// A split with the records of its images.
  package struct Split: Sendable {
    /// The samples and classes.
    package let dataset: Dataset
    /// For each sample the facts about its image; nil where it was not, or could not be, decoded.
    package let images: [ImageRecord?]
    /// Its numbers.
    package let statistics: DatasetStatistics

    /// Decoded images that are not stored upright.
    package var turnedImages: Int {
      images.count { ($0?.orientation ?? .upright) != .upright }
    }
  }

  /// What a check does, one after the other.
  public enum Stage: Sendable {
    /// Every image is read.
    case decoding
    /// Every image is sorted into a group of those that show the same.
    case comparing
    /// Every image of a group of several gets the one before it that it is most similar to; left out
    /// where there are none.
    case pairing
  }

  /// Receives how many images of a stage are done, of how many in this stage: rising, up to all of
  /// them; what it throws ends the work.
  public typealias Observer = (_ stage: Stage, _ done: Int, _ total: Int) throws -> Void

  /// The file or folder that was checked.
  public let path: String
  /// How it lies on disk.
  public let format: DatasetFormat
  /// The splits that could be opened, in their usual order.
  package let splits: [Split]
  /// Splits that only choose among the images of others, as VOC's `trainval` does; they are not
  /// counted again.
  package let selections: [String]
  /// The classes of all splits, which the class indices of each count into.
  public let classNames: [String]
  /// Every issue once, the worst kinds first, those of a kind in the order of the data.
  public private(set) var issues: [DatasetIssue]
  /// Duplicates and near-duplicates.
  package let pairs: [DuplicatePair]

  /// The numbers of all splits together.
  package let total: DatasetStatistics

  /// Checks the dataset at a path.
  ///
  /// - Parameters:
  ///   - splits: Which of the splits; nil for all that the dataset has.
  ///   - format: How the dataset lies on disk; found out from file names if nil.
  ///   - decodesImages: Whether images are opened and decoded. If not, labels are checked against the
  ///     sizes that they state.
  ///   - runner: What the work runs on.
  ///   - index: Where facts about images are kept from run to run.
  ///   - observe: Receives the progress, and may end the work.
  /// - Throws: `DatasetsError` where no split can be opened; else what `observe` throws.
  public init(
    path: String, splits names: [String]? = nil, format: DatasetFormat? = nil,
    decodesImages: Bool = true, runner: any ParallelExecutor = .serial,
    index: ImageIndex = ImageIndex(), observe: Observer = { _, _, _ in }
  ) throws {
    // As it begins the paths of files in it.
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
    splits = zip(opened.datasets, audit.records).map {
      Split(dataset: $0, images: $1, statistics: DatasetStatistics([$0]))
    }
    total = DatasetStatistics(opened.datasets)
    pairs = duplicates.pairs
    issues = opened.issues + audit.issues + duplicates.issues
    // Of some of the splits, a class may be in the others.
    if names == nil { reportEmptyClasses() }
    // Each issue once, though several splits may have it, by kind.
    var seen: Set<DatasetIssue> = []
    issues.removeAll { !seen.insert($0).inserted }
    issues = issuesByKind.flatMap(\.issues)
  }

  /// How many issues there are of a severity.
  public func count(_ severity: DatasetIssue.Severity) -> Int {
    issues.count { $0.kind.severity == severity }
  }

  /// The issues of each kind that occurs, the most severe kinds first.
  package var issuesByKind: [(kind: DatasetIssue.Kind, issues: [DatasetIssue])] {
    let byKind = Dictionary(grouping: issues, by: \.kind)
    return DatasetIssue.Kind.allCases.compactMap { kind in byKind[kind].map { (kind, $0) } }
  }

  /// Reports classes that no image shows.
  private mutating func reportEmptyClasses() {
    // Where classes are in masks alone, none can be counted.
    guard total.classImages.contains(where: { $0 > 0 }) else { return }
    for (name, count) in zip(classNames, total.classImages) where count == 0 {
      issues.report(.emptyClass, path, "no object has the class \"\(name)\".")
    }
  }
}
