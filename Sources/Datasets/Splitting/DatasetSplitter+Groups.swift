import Basics
import Imaging

extension DatasetSplitter {
  /// Finds out which images show the same: equal ones, copies that were packed anew, and those that
  /// look alike. See `DuplicateGroups`.
  ///
  /// - Parameters:
  ///   - data: Splits whose images are all compared with each other.
  ///   - index: Where what is known of images is looked up and kept.
  ///   - runner: What images are decoded on.
  ///   - observe: Is told how far it is, and may end it.
  /// - Returns: For each sample, in order, the number of its group, and a problem for each image
  ///   that cannot be decoded, which is a group of its own.
  package static func groups(
    of data: [Dataset], index: ImageIndex, runner: any ParallelExecutor,
    observe: DatasetCheck.Observer
  ) throws -> (groups: [Int], issues: [DatasetIssue]) {
    let options = DatasetCheck.Options(runner: runner, index: index)
    let examination = try ImageAudit(data, options: options) {
      try observe(.decoding, $0, $1)
    }
    let groups = try DuplicateGroups(examination.facts.flatMap { $0 }) {
      try observe(.comparing, $0, $1)
    }
    return (groups.indices, examination.issues)
  }
}
