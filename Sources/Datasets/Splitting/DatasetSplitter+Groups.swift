import Basics
import Imaging

extension DatasetSplitter {
  /// Groups duplicates and near-duplicates: equal files, equal pixels, and similar images.
  /// See `DuplicateGroups`.
  ///
  /// - Parameters:
  ///   - data: Splits whose images are all compared with each other.
  ///   - index: Where records of images are looked up and stored.
  ///   - runner: What images are decoded on.
  ///   - observe: Receives the progress, and may end the work.
  /// - Returns: For each sample, in order, the number of its group, and an issue for each image
  ///   that cannot be decoded, which is a group of its own.
  package static func groups(
    of data: [Dataset], index: ImageIndex, runner: any ParallelExecutor,
    observe: DatasetCheck.Observer
  ) throws -> (groups: [Int], issues: [DatasetIssue]) {
    let reading = DatasetReading(runner: runner, images: index)
    let audit = try ImageAudit(data, reading) { try observe(.decoding, $0, $1) }
    let groups = try DuplicateGroups(audit.records.flatMap { $0 }) {
      try observe(.comparing, $0, $1)
    }
    return (groups.indices, audit.issues)
  }
}
