/// The splits that a check validates, with one list of classes for all of them.
struct OpenedSplits {
  private(set) var datasets: [Dataset] = []
  /// Splits whose images are all listed in other splits, such as VOC's `trainval`.
  private(set) var selections: [String] = []
  private(set) var issues: [DatasetIssue] = []

  /// Opens the splits; throws if none can be opened.
  init(
    _ names: [String]?, path: String, format: DatasetFormat, reading: DatasetReading
  ) throws(DatasetsError) {
    var failures: [DatasetsError] = []
    let all = if let names { names } else { try Dataset.splits(path: path, format: format) }
    for name in all {
      do throws(DatasetsError) {
        datasets.append(
          try Dataset.open(path: path, split: name, format: format, reading: reading))
      } catch {
        failures.append(error)
        // Splits requested by name must exist.
        if names != nil { throw error }
        issues.append(DatasetIssue(.unreadableSplit, path, error))
      }
    }
    if datasets.isEmpty, let first = failures.first { throw first }
    if names == nil {
      // The images of an unreadable split are unknown.
      if failures.isEmpty {
        issues += UnlistedImages.issues(
          of: datasets, reader: try format.reader.init(path: path))
      }
      leaveSelectionsOut()
    }
    datasets = Dataset.joined(datasets)
    issues = datasets.flatMap(\.issues) + issues
  }

  /// Removes nonstandard splits, such as `trainval`, whose images are all listed in other splits.
  private mutating func leaveSelectionsOut() {
    let usual = datasets.filter { SplitName.usual.contains($0.split) }
    let images = Set(usual.flatMap { $0.samples.map(\.imagePath) })
    let isSelection = { (dataset: Dataset) in
      !SplitName.usual.contains(dataset.split) && !usual.isEmpty
        && dataset.samples.allSatisfy { images.contains($0.imagePath) }
    }
    selections = datasets.filter(isSelection).map(\.split)
    datasets.removeAll(where: isSelection)
  }
}
