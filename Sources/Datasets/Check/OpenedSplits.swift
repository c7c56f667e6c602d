/// The splits that a check validates, with one list of classes for all of them.
struct OpenedSplits {
  private(set) var datasets: [Dataset] = []
  /// Splits whose images all lie in others.
  private(set) var selections: [String] = []
  var issues: [DatasetIssue] = []

  /// Opens the splits; throws where none can be.
  init(
    path: String, format: DatasetFormat, options: DatasetCheck.Options
  ) throws(DatasetsError) {
    let names: [String] =
      if let splits = options.splits { splits } else {
        try Dataset.splits(path: path, format: format)
      }
    let reading = DatasetReading(
      segmentations: true, validates: true, measuresImages: options.decodesImages,
      runner: options.runner, images: options.index)
    var failures: [DatasetsError] = []
    for name in names {
      do throws(DatasetsError) {
        datasets.append(
          try Dataset.open(path: path, split: name, format: format, reading: reading))
      } catch {
        failures.append(error)
        // Splits that were asked for by name must be there.
        if options.splits != nil { throw error }
        issues.append(DatasetIssue(kind: .unreadableSplit, error, file: path))
      }
    }
    if datasets.isEmpty, let first = failures.first { throw first }
    // What an unreadable split lists is unknown.
    if options.splits == nil, failures.isEmpty {
      issues += UnlistedImages.issues(
        of: datasets, reader: try format.reader.init(path: path))
    }
    if options.splits == nil { leaveSelectionsOut() }
    datasets = Dataset.joined(datasets)
    issues = datasets.flatMap(\.issues) + issues
  }

  /// Leaves out unusual splits, as `trainval`, whose images all lie in other ones.
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
