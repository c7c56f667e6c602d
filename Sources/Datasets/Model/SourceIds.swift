import Basics

/// The ids of an image and its objects in a COCO file, kept for conversion.
package struct SourceIds: Hashable, Sendable {
  /// The id of the image; nil if its file has none.
  package var image: ItemId?
  /// The id of each annotation, in their order; nil where the file has none.
  package var annotations: [ItemId?] = []
}

/// Members of label files that Glimpse does not read, by name, with the number of their values.
///
/// A name is that of its list and its member, such as `annotations.keypoints`.
package struct UnreadMembers: Hashable, Sendable {
  package private(set) var counts: [String: Int] = [:]
  /// Whether members are counted; if not, they are skipped without their names being read.
  let isCounting: Bool

  init(isCounting: Bool = true) { self.isCounting = isCounting }

  mutating func add(_ name: String, count: Int = 1) {
    if isCounting, count > 0 { counts[name, default: 0] += count }
  }

  mutating func add(_ other: UnreadMembers) {
    for (name, count) in other.counts { add(name, count: count) }
  }

  /// Skips the value of a member and counts it unless it is empty.
  mutating func skip(
    _ scanner: inout JSONScanner, _ key: JSONScanner.Text, of list: StaticString
  ) throws(JSONFault) {
    guard isCounting else { return try scanner.skip() }
    scanner.skipSpace()
    let start = scanner.offset
    try scanner.skip()
    // An empty string, list or object has two characters of syntax and nothing between them.
    let length = scanner.offset - start
    if length == 2, scanner.isEmptyValue(at: start) { return }
    let name = try scanner.string(key)
    add(list.utf8CodeUnitCount == 0 ? name : "\(list).\(name)")
  }
}
