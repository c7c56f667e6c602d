import Basics

/// A hierarchy of classes: an object of a class is an object of each class above it, too.
///
/// Source: the challenge of Open Images and `oid_hierarchical_labels_expansion.py` of TensorFlow's
/// object_detection. Detections are expanded like the ground truth.
public struct ClassHierarchy: Hashable, Sendable {
  /// For each class the classes above it.
  private let ancestors: [[Int32]]

  /// Makes a hierarchy from pairs of a class and the class directly above it.
  ///
  /// A class may have several parents; names that are not among `classNames` only connect others.
  public init(parents: [(child: String, parent: String)], classNames: [String]) {
    let indices = Dictionary(
      classNames.enumerated().map { ($0.element, Int32($0.offset)) },
      uniquingKeysWith: { first, _ in first })
    let above = Dictionary(grouping: parents, by: \.child).mapValues { $0.map(\.parent) }
    ancestors = classNames.map { name in
      var found: Set<String> = [name]
      var queue = [name]
      while let next = queue.popLast() {
        for parent in above[next] ?? [] where found.insert(parent).inserted { queue.append(parent) }
      }
      return found.subtracting([name]).compactMap { indices[$0] }.sorted()
    }
  }

  /// The number of classes that lie below others.
  package var childCount: Int { ancestors.count { !$0.isEmpty } }

  /// Adds a copy of each object and detection for each class above its own. A class that is known to
  /// be absent from an image makes all classes below it absent, and one that is present all above it
  /// present.
  public func expand(_ input: inout EvaluationInput) {
    input.groundTruths.appendCopies(ancestors)
    input.detections.appendCopies(ancestors)
    guard let federation = input.federation else { return }
    input.federation?.present = federation.present.map { classes in
      Set(classes.flatMap { [$0] + ancestors[Int($0)] }).sorted()
    }
    input.federation?.absent = federation.absent.map { classes in
      let known = Set(classes)
      return ancestors.indices.map { Int32($0) }.filter {
        known.contains($0) || !known.isDisjoint(with: ancestors[Int($0)])
      }
    }
  }
}
