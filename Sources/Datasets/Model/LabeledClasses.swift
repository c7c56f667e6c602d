/// What a federated dataset such as LVIS states about the classes of an image, by class index: an
/// image is not labeled for every class.
package struct LabeledClasses: Hashable, Sendable {
  /// The classes that are known to be absent.
  package var absent: [Int]
  /// The classes of which not every object is labeled.
  package var notExhaustive: [Int]

  /// - Parameter place: The new index of a class; nil for one that is dropped.
  func mapped(_ place: (Int) -> Int?) -> LabeledClasses {
    LabeledClasses(
      absent: absent.compactMap(place), notExhaustive: notExhaustive.compactMap(place))
  }
}
