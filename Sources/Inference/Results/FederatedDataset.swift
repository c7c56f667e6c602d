import Datasets
import Evaluation

extension FederatedLabels {
  /// LVIS's labels of a dataset's images, in their order; nil if no image has any.
  package init?(_ dataset: Dataset) {
    let labels = dataset.samples.map(\.labeledClasses)
    guard labels.contains(where: { $0 != nil }) else { return nil }
    self.init(
      absent: labels.map { $0?.absent.map { Int32($0) } ?? [] },
      notExhaustive: labels.map { $0?.notExhaustive.map { Int32($0) } ?? [] },
      groups: Self.groups(dataset.classFrequencies))
  }

  /// LVIS's groups of rare, common and frequent classes.
  static func groups(_ frequencies: [String?]) -> [Group] {
    ["r", "c", "f"].map { name in
      Group(name: name, classes: frequencies.indices.filter { frequencies[$0] == name })
    }
  }
}
