import Glimpse

/// How often each class occurs in each split: objects or, where none are labeled, images.
struct ClassCounts {
  struct Row {
    let name: String
    /// One a split.
    let counts: [Int]
    var total: Int { counts.reduce(0, +) }
  }

  /// In the order of the dataset.
  let rows: [Row]
  /// Whether objects are counted, and not images.
  let areObjects: Bool

  init(_ check: DatasetCheck) {
    let areObjects = check.splits.contains { $0.statistics.objects > 0 }
    let counts = check.splits.map {
      areObjects ? $0.statistics.classObjects : $0.statistics.classImages
    }
    self.areObjects = areObjects
    rows = check.classNames.enumerated().map { index, name in
      Row(name: name, counts: counts.map { $0[index] })
    }
  }
}
