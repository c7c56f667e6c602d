import Imaging

/// The numbers of objects of one class in an image.
public struct ObjectCounts: Hashable, Sendable {
  /// The IoU thresholds of matches: 0.50, 0.55 ... 0.95.
  public static let thresholds = (0..<10).map { Double(50 + 5 * $0) / 100 }

  /// The objects of the ground truth.
  public internal(set) var groundTruth = 0
  /// The predicted objects.
  public internal(set) var predicted = 0
  /// The matched objects at each threshold.
  public internal(set) var matched = [Int](repeating: 0, count: thresholds.count)

  /// Precision, recall and F1 at a threshold, given by its index.
  ///
  /// Precision is nil without predicted objects, recall without true ones; F1 is 1 without either.
  public func rates(_ threshold: Int) -> (precision: Double?, recall: Double?, f1: Double) {
    let found = Double(matched[threshold])
    return (
      predicted > 0 ? found / Double(predicted) : nil,
      groundTruth > 0 ? found / Double(groundTruth) : nil,
      groundTruth + predicted > 0 ? 2 * found / Double(groundTruth + predicted) : 1
    )
  }

  mutating func add(_ other: ObjectCounts, times: Int = 1) {
    groundTruth += other.groundTruth * times
    predicted += other.predicted * times
    for place in matched.indices { matched[place] += other.matched[place] * times }
  }
}

/// Matches the objects of an image: the 4-connected components of each class.
///
/// A predicted object matches a true one of its class at an IoU above the threshold. As thresholds
/// are at least 0.5, an object has at most one match. Ignored pixels do not count in the IoU, and a
/// predicted object with more than half of its pixels there is ignored.
struct ObjectMatching {
  private let truth: ConnectedComponents
  private let found: ConnectedComponents

  /// The counts of each class that has objects, by pixel value.
  let counts: [UInt8: ObjectCounts]

  init(_ pair: LabelMapPair) {
    truth = ConnectedComponents(
      of: pair.groundTruth, width: pair.width, height: pair.height, ignored: LabelMapPair.ignored)
    found = ConnectedComponents(of: pair.predicted, width: pair.width, height: pair.height)
    let ignored = Self.ignoredPixels(of: found, pair)
    var counts: [UInt8: ObjectCounts] = [:]
    for object in truth.components {
      counts[object.value, default: ObjectCounts()].groundTruth += 1
    }
    for (object, ignored) in zip(found.components, ignored) where 2 * ignored <= object.area {
      counts[object.value, default: ObjectCounts()].predicted += 1
    }
    for (objects, shared) in Self.overlaps(truth, found) {
      let own = truth.components[objects.truth]
      let other = found.components[objects.found]
      let area = other.area - ignored[objects.found]
      guard own.value == other.value, 2 * ignored[objects.found] <= other.area else { continue }
      let iou = Double(shared) / Double(own.area + area - shared)
      for (place, threshold) in ObjectCounts.thresholds.enumerated() where iou > threshold {
        counts[own.value]?.matched[place] += 1
      }
    }
    self.counts = counts
  }

  private struct Pair: Hashable {
    let truth: Int
    let found: Int
  }

  /// The number of common pixels of each pair of components that share any.
  private static func overlaps(
    _ truth: ConnectedComponents, _ found: ConnectedComponents
  ) -> [Pair: Int] {
    var shared: [Pair: Int] = [:]
    var (own, other) = (0, 0)
    while own < truth.runs.count, other < found.runs.count {
      let (a, b) = (truth.runs[own], found.runs[other])
      guard a.row == b.row else {
        if a.row < b.row { own += 1 } else { other += 1 }
        continue
      }
      let common = min(a.end, b.end) - max(a.start, b.start)
      if common > 0 {
        shared[Pair(truth: Int(a.component), found: Int(b.component)), default: 0] += Int(common)
      }
      if a.end < b.end { own += 1 } else { other += 1 }
    }
    return shared
  }

  /// The number of ignored pixels in each predicted object.
  private static func ignoredPixels(of found: ConnectedComponents, _ pair: LabelMapPair) -> [Int] {
    var counts = [Int](repeating: 0, count: found.components.count)
    guard pair.ignoredCount > 0 else { return counts }
    for run in found.runs {
      let row = Int(run.row) * pair.width
      for place in row + Int(run.start)..<row + Int(run.end)
      where pair.groundTruth[place] == LabelMapPair.ignored {
        counts[Int(run.component)] += 1
      }
    }
    return counts
  }
}
