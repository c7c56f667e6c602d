/// The classes of several splits beside each other.
struct ClassComparison {
  /// All names, in the order in which the splits have them.
  private(set) var names: [String] = []
  private(set) var problems: [DatasetProblem] = []

  /// - Parameter areAllSplits: Whether a class that none of the splits has an object of has none
  ///   at all.
  init(_ datasets: [Dataset], path: String, areAllSplits: Bool) {
    var counts: [String: Int] = [:]
    for dataset in datasets {
      for (name, count) in zip(dataset.classNames, dataset.annotationCounts) {
        if counts[name] == nil { names.append(name) }
        counts[name, default: 0] += count
      }
    }
    if let first = datasets.first {
      for dataset in datasets.dropFirst() { compare(dataset, with: first, path: path) }
    }
    let hasBoxes = counts.values.contains { $0 > 0 }
    for name in names where areAllSplits && hasBoxes && counts[name] == 0 {
      problems.append(
        DatasetProblem(
          kind: .emptyClass, file: path, message: "no object is of the class \"\(name)\"."))
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
