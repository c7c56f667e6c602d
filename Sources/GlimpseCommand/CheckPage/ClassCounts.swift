import Glimpse

/// How often each class occurs in each split: objects or, where none are labeled, pictures.
struct ClassCounts {
  struct Row {
    let name: String
    /// One a split.
    let counts: [Int]
    var total: Int { counts.reduce(0, +) }
  }

  /// In the order of the data set.
  let rows: [Row]
  /// Whether objects are counted, and not pictures.
  let areObjects: Bool

  init(_ check: DatasetCheck) {
    let areObjects = check.splits.contains { $0.statistics.objects > 0 }
    let tables = check.splits.map { split in
      let counts = areObjects ? split.statistics.classObjects : split.statistics.classPictures
      return Dictionary(
        zip(split.dataset.classNames, counts), uniquingKeysWith: { first, _ in first })
    }
    self.areObjects = areObjects
    rows = check.classNames.map { name in
      Row(name: name, counts: tables.map { $0[name] ?? 0 })
    }
  }
}
