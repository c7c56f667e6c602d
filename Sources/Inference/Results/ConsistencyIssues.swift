/// Mismatches between predictions and annotations, or within a file.
///
/// Metrics computed in spite of them would be low without a reason given. Of each kind the first few are
/// kept in words, the rest are counted.
package struct ConsistencyIssues: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// A row of an image that the ground truth does not list.
    case unknownImage = "unknown image"
    /// A row of a class that the ground truth does not list.
    case unknownClass = "unknown class"
    /// A box that has no pixel in common with its image.
    case boxOutsideImage = "box outside the image"
    /// A box of negative or infinite size.
    case impossibleBox = "invalid box"
    /// An id, or an image, that is repeated.
    case duplicate = "duplicate entry"
    /// An image whose size is stated otherwise in the ground truth.
    case otherSize = "image size mismatch"
  }

  /// How many sentences of a kind are kept.
  package static let kept = 5

  private var counts: [Kind: Int] = [:]
  private var sentences: [Kind: [String]] = [:]

  /// Of all kinds.
  package var count: Int { counts.values.reduce(0, +) }

  package func count(_ kind: Kind) -> Int { counts[kind] ?? 0 }

  /// The kept sentences of a kind: file, place, reason.
  package func sentences(_ kind: Kind) -> [String] { sentences[kind] ?? [] }

  /// Counts one; its sentence is made only where it is kept.
  mutating func add(_ kind: Kind, _ sentence: @autoclosure () -> String) {
    counts[kind, default: 0] += 1
    if sentences[kind, default: []].count < Self.kept {
      sentences[kind, default: []].append(sentence())
    }
  }

  /// Adds those of another list behind these.
  package mutating func add(_ other: ConsistencyIssues) {
    for (kind, count) in other.counts {
      counts[kind, default: 0] += count
      let room = Self.kept - sentences(kind).count
      sentences[kind, default: []] += other.sentences(kind).prefix(max(room, 0))
    }
  }
}
