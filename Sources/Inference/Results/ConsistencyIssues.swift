/// Mismatches between predictions and annotations, or within a file.
///
/// Unreported mismatches would silently lower the metrics. All are counted; the first messages of
/// each kind are kept.
package struct ConsistencyIssues: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// A row of an image that the ground truth does not list.
    case unknownImage = "unknown image"
    /// A row of a class that the ground truth does not list.
    case unknownClass = "unknown class"
    /// A box that does not intersect its image.
    case boxOutsideImage = "box outside the image"
    /// A box of negative or infinite size.
    case impossibleBox = "invalid box"
    /// An id or an image that occurs more than once.
    case duplicate = "duplicate entry"
    /// An image whose size differs from that in the ground truth.
    case otherSize = "image size mismatch"
  }

  /// The maximum number of messages that are kept per kind.
  package static let kept = 5

  private var counts: [Kind: Int] = [:]
  private var sentences: [Kind: [String]] = [:]

  /// The number of mismatches of all kinds.
  package var count: Int { counts.values.reduce(0, +) }

  package func count(_ kind: Kind) -> Int { counts[kind] ?? 0 }

  /// The kept messages of a kind: file, position, reason.
  package func sentences(_ kind: Kind) -> [String] { sentences[kind] ?? [] }

  /// Counts a mismatch; its message is evaluated only if it is kept.
  mutating func add(_ kind: Kind, _ sentence: @autoclosure () -> String) {
    counts[kind, default: 0] += 1
    if sentences[kind, default: []].count < Self.kept {
      sentences[kind, default: []].append(sentence())
    }
  }

  /// Appends the mismatches of another list.
  package mutating func add(_ other: ConsistencyIssues) {
    for (kind, count) in other.counts {
      counts[kind, default: 0] += count
      let room = Self.kept - sentences(kind).count
      sentences[kind, default: []] += other.sentences(kind).prefix(max(room, 0))
    }
  }
}
