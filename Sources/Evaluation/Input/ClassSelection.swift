/// The classes of an evaluation, and whether they are told apart.
public struct ClassSelection: Hashable, Sendable {
  /// The class indices to evaluate; nil for all.
  public var indices: Set<Int>?
  /// Whether detections of any class match objects of any class, as with pycocotools' `useCats = 0`:
  /// AP of proposals, and the micro average of other tools.
  public var isAgnostic: Bool

  /// All classes, each by itself.
  public static let all = ClassSelection()

  /// Makes a selection; by default all classes, each by itself.
  public init(indices: Set<Int>? = nil, isAgnostic: Bool = false) {
    self.indices = indices
    self.isAgnostic = isAgnostic
  }

  /// The name of the one class of an evaluation that does not tell classes apart.
  static let agnosticName = "object"

  /// The names of the classes that are evaluated, and for each class of the input its new index, or
  /// -1 if it is left out; nil if nothing changes.
  func mapping(_ names: [String]) -> (names: [String], indices: [Int32])? {
    if indices == nil && !isAgnostic { return nil }
    let kept = names.indices.filter { indices?.contains($0) ?? true }
    var map = [Int32](repeating: -1, count: names.count)
    for (place, index) in kept.enumerated() { map[index] = isAgnostic ? 0 : Int32(place) }
    return (isAgnostic ? [Self.agnosticName] : kept.map { names[$0] }, map)
  }
}
