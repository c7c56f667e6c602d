/// Mismatches between predictions and annotations, or within a file.
///
/// Unreported mismatches would silently lower the metrics. All are counted; the first messages of
/// each kind are kept.
package struct ConsistencyIssues: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    // Errors: rows that do not belong to this ground truth
    /// A row of an image that the ground truth does not list; left out.
    case unknownImage = "unknown image"
    /// A row of a class that the ground truth does not list; left out.
    case unknownClass = "unknown class"
    /// An image whose detections occur in several places.
    case duplicate = "duplicate entry"
    /// An image whose size differs from that in the ground truth.
    case otherSize = "image size mismatch"
    /// A labeled object without a mask where masks are compared, which is left out; or an image
    /// without a predicted mask, which counts as background.
    case missingMask = "missing mask"
    /// A mask file that cannot be read as one. The image is left out if it is the ground truth's, and
    /// counts as background if it is predicted.
    case invalidMask = "invalid mask"

    // Warnings: rows that pycocotools accepts, too
    /// A box that does not intersect its image.
    case boxOutsideImage = "box outside the image"
    /// A box of negative size: a detection is left out, an object cannot be matched.
    case impossibleBox = "invalid box"
    /// An id that occurs more than once.
    case repeatedId = "repeated id"
    /// An annotation with the id 0.
    case zeroId = "annotation id 0"
    /// A mask whose size is not that of its image: its IoU with every other mask is 0.
    case maskSize = "mask size mismatch"
    /// A polygon that covers nothing or is cut, because it lacks numbers.
    case invalidPolygon = "invalid polygon"
    /// An object without a box where boxes are compared: the box of its mask is used.
    case missingBox = "missing box"
    /// A detection without a mask where masks are compared: its box is used.
    case boxAsMask = "box used as mask"
    /// Boxes that appear to be in another convention than that of the format.
    case boxConvention = "box convention"
    /// Scores that are probably no confidences.
    case suspectScores = "suspect scores"

    /// Whether the evaluation stops unless mismatches are allowed.
    package var isError: Bool {
      [
        .unknownImage, .unknownClass, .duplicate, .otherSize, .missingMask, .invalidMask,
      ].contains(self)
    }
  }

  /// The maximum number of messages that are kept per kind.
  package static let kept = 5

  /// A class that rows are of and the ground truth does not list.
  private struct UnknownClass: Hashable {
    /// Its name, or its id where it has none.
    let name: String
    var count: Int
    /// What is wrong.
    let sentence: String
    /// Where it occurs first.
    let place: String
  }

  /// The maximum number of unknown classes that are listed.
  private static let keptClasses = 20

  private var counts: [Kind: Int] = [:]
  private var sentences: [Kind: [String]] = [:]
  private var unknownClasses: [UnknownClass] = []
  /// Indices into `unknownClasses` by name.
  private var unknownClassIndices: [String: Int] = [:]

  /// The number of mismatches of all kinds.
  package var count: Int { counts.values.reduce(0, +) }
  /// The number of mismatches that stop the evaluation.
  package var errorCount: Int { counts.reduce(0) { $0 + ($1.key.isError ? $1.value : 0) } }

  package func count(_ kind: Kind) -> Int { counts[kind] ?? 0 }

  /// The kept messages of a kind: file, position, reason.
  package func sentences(_ kind: Kind) -> [String] {
    let classes = kind == .unknownClass ? unknownClasses.prefix(Self.keptClasses) : []
    return (sentences[kind] ?? [])
      + classes.map {
        "\($0.sentence) (" + ($0.count > 1 ? "\($0.count) times, first " : "") + "at \($0.place))"
      }
  }

  /// The names of the unknown classes, in the order of their first rows.
  package var unknownClassNames: [String] { unknownClasses.map(\.name) }

  /// The number of mismatches of a kind without a message.
  package func restCount(_ kind: Kind) -> Int {
    let classes = kind == .unknownClass ? unknownClasses : []
    let single = count(kind) - classes.reduce(0) { $0 + $1.count }
    return single - (sentences[kind]?.count ?? 0) + max(classes.count - Self.keptClasses, 0)
  }

  /// Counts a mismatch; its message is evaluated only if it is kept.
  mutating func add(_ kind: Kind, _ sentence: @autoclosure () -> String) {
    counts[kind, default: 0] += 1
    if sentences[kind, default: []].count < Self.kept {
      sentences[kind, default: []].append(sentence())
    }
  }

  /// Counts a row of an unknown class; every class has one message, of its first row.
  mutating func add(
    unknownClass name: String, _ sentence: @autoclosure () -> String,
    at place: @autoclosure () -> String
  ) {
    counts[.unknownClass, default: 0] += 1
    if let index = unknownClassIndices[name] {
      unknownClasses[index].count += 1
    } else {
      append(UnknownClass(name: name, count: 1, sentence: sentence(), place: place()))
    }
  }

  private mutating func append(_ unknown: UnknownClass) {
    unknownClassIndices[unknown.name] = unknownClasses.count
    unknownClasses.append(unknown)
  }

  /// Appends the mismatches of another list.
  package mutating func add(_ other: ConsistencyIssues) {
    for unknown in other.unknownClasses {
      if let index = unknownClassIndices[unknown.name] {
        unknownClasses[index].count += unknown.count
      } else {
        append(unknown)
      }
    }
    for (kind, count) in other.counts {
      counts[kind, default: 0] += count
      let room = Self.kept - (sentences[kind]?.count ?? 0)
      sentences[kind, default: []] += (other.sentences[kind] ?? []).prefix(max(room, 0))
    }
  }
}
