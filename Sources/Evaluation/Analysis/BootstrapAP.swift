import Basics
import Imaging

/// Reckons AP of a dataset in which images occur any number of times, from one matching.
///
/// Matching looks at one image at a time, so it stays as it is; what a draw changes is how often
/// each detection and ground truth counts. The detections are sorted once. With each image drawn once, all
/// numbers equal those of `DetectionMetrics` to the last bit.
struct BootstrapAP: Sendable {
  /// AP of one draw; -1 where no ground truth was drawn.
  struct Sample: Sendable {
    var ap: Double
    var ap50: Double
    /// A pair a class.
    var classes: [(ap: Double, ap50: Double)]
  }

  /// A class's detections over all images, the highest score first.
  private struct Track: Sendable {
    /// The image of each, as far down as any is right.
    var images: [Int32] = []
    /// For each threshold the places in `images` of right detections.
    var hits: [[Int32]]
    /// For each threshold the places in `images` of detections that are ignored there.
    var gaps: [[Int32]]
    /// The image of each ground truth that counts.
    var groundTruthImages: [Int32] = []
  }

  private let tracks: [Track]
  private let recallThresholds: [Double]
  private let thresholdCount: Int

  init(_ table: EvaluationTable, _ matches: MatchTable, tasks: any ParallelExecutor) {
    recallThresholds = matches.parameters.recallThresholds
    thresholdCount = matches.parameters.iouThresholds.count
    tracks = tasks.map(table.classNames.count) {
      Self.track(table, matches, classIndex: $0)
    }
  }

  private static func track(
    _ table: EvaluationTable, _ matches: MatchTable, classIndex: Int
  ) -> Track {
    let thresholds = matches.parameters.iouThresholds.count
    let everyThreshold = UInt16((1 << thresholds) - 1)
    let areaCount = matches.parameters.areaRanges.count
    var track = Track(
      hits: [[Int32]](repeating: [], count: thresholds),
      gaps: [[Int32]](repeating: [], count: thresholds))
    var rows: [Int] = []
    for number in table.pairs(ofClass: classIndex) {
      let pair = table.pairs[Int(number)]
      rows += pair.detections.prefix(matches.parameters.largestLimit).filter {
        matches.ignored[$0 * areaCount] != everyThreshold
      }
      for row in pair.groundTruths where table.groundTruths.traits[row].isEmpty {
        track.groundTruthImages.append(pair.image)
      }
    }
    let scores = table.detections.scores
    rows.sort { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
    for (place, row) in rows.enumerated() {
      let (matched, ignored) = (matches.matched[row * areaCount], matches.ignored[row * areaCount])
      for threshold in 0..<thresholds {
        let bit: UInt16 = 1 << UInt16(threshold)
        if ignored & bit != 0 {
          track.gaps[threshold].append(Int32(place))
        } else if matched & bit != 0 {
          track.hits[threshold].append(Int32(place))
        }
      }
    }
    let end = track.hits.compactMap(\.last).max().map { Int($0) + 1 } ?? 0
    track.images = rows.prefix(end).map { table.detections.images[$0] }
    return track
  }

  /// AP of a draw.
  func sample(_ draw: BootstrapSample) -> Sample {
    let points = recallThresholds.count
    var planes: [[Double]] = []
    var classes: [(ap: Double, ap50: Double)] = []
    for track in tracks {
      guard let plane = precision(track, draw) else {
        classes.append((-1, -1))
        continue
      }
      classes.append((Self.mean(plane[...]), Self.mean(plane[..<points])))
      planes.append(plane)
    }
    // In the order in which the reference adds: by threshold, recall and class.
    var values: [Double] = []
    values.reserveCapacity(planes.count * thresholdCount * points)
    for place in 0..<thresholdCount * points {
      for plane in planes { values.append(plane[place]) }
    }
    return Sample(
      ap: Self.mean(values[...]), ap50: Self.mean(values.prefix(planes.count * points)),
      classes: classes)
  }

  private static func mean(_ values: ArraySlice<Double>) -> Double {
    values.isEmpty ? -1 : pairwiseSum(values) / Double(values.count)
  }

  /// The precision envelope of a class at each threshold and recall point; nil without ground-truth objects.
  private func precision(_ track: Track, _ draw: BootstrapSample) -> [Double]? {
    let groundTruths = track.groundTruthImages.reduce(0) { $0 + Int(draw.counts[Int($1)]) }
    if groundTruths == 0 { return nil }
    // Detections down to each place, itself included.
    var counted = [Int32](repeating: 0, count: track.images.count)
    var sum: Int32 = 0
    for (place, image) in track.images.enumerated() {
      sum += draw.counts[Int(image)]
      counted[place] = sum
    }
    var plane: [Double] = []
    plane.reserveCapacity(thresholdCount * recallThresholds.count)
    for threshold in 0..<thresholdCount {
      var gaps = track.gaps[threshold][...]
      var (right, ignored) = (0, 0)
      var precisions: [Double] = []
      var rights: [Int] = []
      for place in track.hits[threshold] {
        let count = Int(draw.counts[Int(track.images[Int(place)])])
        if count == 0 { continue }
        while let gap = gaps.first, gap < place {
          ignored += Int(draw.counts[Int(track.images[Int(gap)])])
          gaps.removeFirst()
        }
        // Of copies of an image the last one's detection has the highest precision, and the envelope
        // takes that.
        right += count
        rights.append(right)
        precisions.append(
          Double(right) / (Double(Int(counted[Int(place)]) - ignored) + Double.ulpOfOne))
      }
      for place in stride(from: precisions.count - 1, to: 0, by: -1)
      where precisions[place] > precisions[place - 1] {
        precisions[place - 1] = precisions[place]
      }
      var place = 0
      for recall in recallThresholds {
        while place < rights.count && Double(rights[place]) / Double(groundTruths) < recall {
          place += 1
        }
        plane.append(place < rights.count ? precisions[place] : 0)
      }
    }
    return plane
  }
}
