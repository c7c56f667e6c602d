import Basics

/// Creates new splits of a dataset: stratified by class, with duplicates and near-duplicates kept
/// in the same split.
package struct DatasetSplitter: Sendable {
  /// The random seed.
  package let seed: UInt64

  /// Makes a splitter.
  package init(seed: UInt64 = 0) {
    self.seed = seed
  }

  /// Splits the samples by the given ratios.
  ///
  /// - Parameters:
  ///   - data: Splits with the same class names; their samples are pooled and split again.
  ///   - groups: The group index of each sample, from 0, in the order of `data`. A group is never
  ///     divided.
  ///   - ratios: The name and ratio of each new split. Ratios are above 0 and need not sum to 1.
  /// - Returns: The new splits in the order of `ratios`; samples keep their order.
  package func split(
    _ data: [Dataset], groups: [Int], ratios: [(name: String, ratio: Double)]
  ) -> [Dataset] {
    let total = ratios.reduce(0) { $0 + $1.ratio }
    let parts = parts(data, groups: groups, fractions: ratios.map { $0.ratio / total })
    return datasets(
      data, names: ratios.map(\.name), membership: ratios.indices.map { part in { $0 == part } },
      parts: parts)
  }

  /// Makes k folds; in each, one part is `val` and the others are `train`.
  ///
  /// - Parameters:
  ///   - data: Splits with the same class names; their samples are pooled and split again.
  ///   - groups: The group index of each sample, from 0, in the order of `data`. A group is never
  ///     divided.
  ///   - count: The number of folds k, 2 or more.
  /// - Returns: The `train` and `val` splits of each fold, created lazily: all folds at once would
  ///   hold as many copies of the dataset.
  package func folds(
    _ data: [Dataset], groups: [Int], count: Int
  ) -> some RandomAccessCollection<[Dataset]> {
    precondition(count >= 2, "the number of folds is 2 or more, not \(count)")
    let parts = parts(
      data, groups: groups,
      fractions: [Double](repeating: 1 / Double(count), count: count))
    return (0..<count).lazy.map { fold in
      datasets(
        data, names: ["train", "val"], membership: [{ $0 != fold }, { $0 == fold }], parts: parts)
    }
  }

  /// The part index of each sample.
  private func parts(_ data: [Dataset], groups: [Int], fractions: [Double]) -> [Int] {
    let samples = data.flatMap(\.samples)
    precondition(groups.count == samples.count, "each sample has one group")
    var tallies = [StratifiedPartition.Group](repeating: .init(), count: (groups.max() ?? -1) + 1)
    for (sample, group) in zip(samples, groups) {
      tallies[group].images += 1
      let classes = sample.annotations.map(\.classIndex) + (sample.imageClass.map { [$0] } ?? [])
      for index in Set(classes) { tallies[group].imagesOfClass[index, default: 0] += 1 }
    }
    let parts = StratifiedPartition(
      tallies, classCount: data.first?.classNames.count ?? 0, fractions: fractions, seed: seed
    ).parts
    return groups.map { parts[$0] }
  }

  private func datasets(
    _ data: [Dataset], names: [String], membership: [(Int) -> Bool], parts: [Int]
  ) -> [Dataset] {
    let samples = data.flatMap(\.samples)
    return zip(names, membership).map { name, belongs in
      Dataset(
        path: data[0].path, format: data[0].format, split: name, classNames: data[0].classNames,
        samples: zip(samples, parts).filter { belongs($0.1) }.map(\.0),
        issues: name == names[0] ? data.flatMap(\.issues) : [])
    }
  }
}

extension DatasetSplitter {
  /// Groups duplicates and near-duplicates: equal bytes, equal pixels, or similar signatures (see
  /// `DuplicateGroups`).
  ///
  /// - Parameters:
  ///   - data: Splits whose images are all compared with each other.
  ///   - index: Where records of images are looked up and stored.
  ///   - runner: The executor that decodes images.
  ///   - observe: Receives the progress; it may throw to cancel.
  /// - Returns: The group index of each sample, in order, and an issue for each image that cannot
  ///   be decoded; such an image is a group of its own.
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
