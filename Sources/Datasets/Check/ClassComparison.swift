/// The classes of several splits beside each other.
struct ClassComparison {
  /// All names, in the order in which the splits have them.
  private(set) var names: [String] = []
  private(set) var problems: [DatasetProblem] = []

  /// - Parameter areAllSplits: Whether a class that none of the splits has is in no picture at all.
  init(
    _ datasets: [Dataset], _ statistics: [DatasetStatistics], path: String, areAllSplits: Bool
  ) {
    /// Pictures that show each class.
    var counts: [String: Int] = [:]
    for (dataset, numbers) in zip(datasets, statistics) {
      for (name, count) in zip(dataset.classNames, numbers.classPictures) {
        if counts[name] == nil { names.append(name) }
        counts[name, default: 0] += count
      }
    }
    if let first = datasets.first {
      for dataset in datasets.dropFirst() { compare(dataset, with: first, path: path) }
    }
    // Where classes are in masks alone, none can be counted.
    let areCounted = counts.values.contains { $0 > 0 }
    for name in names where areAllSplits && areCounted && counts[name] == 0 {
      problems.append(
        DatasetProblem(
          kind: .emptyClass, file: path, message: "nothing is of the class \"\(name)\"."))
    }
  }

  private mutating func compare(_ dataset: Dataset, with first: Dataset, path: String) {
    guard dataset.classNames != first.classNames else { return }
    let missing = dataset.classNames.filter { !first.classNames.contains($0) }
    let message: String
    if missing.isEmpty {
      message =
        "the split \"\(dataset.split)\" has its classes in another order, or fewer of them, than "
        + "\"\(first.split)\"; they are joined by name."
    } else {
      message =
        "the split \"\(dataset.split)\" has classes that \"\(first.split)\" does not have: "
        + missing.map { "\"\($0)\"" }.joined(separator: ", ") + "."
    }
    problems.append(DatasetProblem(kind: .layout, file: path, message: message))
  }
}
