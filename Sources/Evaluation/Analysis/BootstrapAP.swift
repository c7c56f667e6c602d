import Basics
import Imaging

/// Computes AP of bootstrap resamples, in which each image occurs 0, 1 or more times, from one
/// matching.
///
/// Matching is per image and does not change; a resample changes only the weight of each detection
/// and ground-truth object. The detections are sorted once. If each image occurs once, the results
/// equal `DetectionMetrics` bit for bit.
struct BootstrapAP: Sendable {
  /// AP of one resample; -1 without ground truth.
  struct Sample: Sendable {
    var ap: Double
    var ap50: Double
    var classes: [(ap: Double, ap50: Double)]
  }

  /// A class's detections over all images by descending score.
  private struct Track: Sendable {
    /// The image index of each detection, up to the last true positive of any threshold.
    var images: [Int32] = []
    /// Per IoU threshold: indices into `images` of the true positives.
    var hits: [[Int32]]
    /// Per IoU threshold: indices into `images` of the ignored detections.
    var gaps: [[Int32]]
    /// The image index of each ground-truth object that is not ignored.
    var groundTruthImages: [Int32] = []

    init(_ table: EvaluationTable, _ matches: MatchTable, classIndex: Int) {
      let thresholds = matches.parameters.iouThresholds.count
      let everyThreshold = matches.parameters.everyThreshold
      let areaCount = matches.parameters.areaRanges.count
      hits = [[Int32]](repeating: [], count: thresholds)
      gaps = hits
      var rows: [Int] = []
      for number in table.pairs(ofClass: classIndex) {
        let pair = table.pairs[Int(number)]
        rows += pair.detections.prefix(matches.parameters.largestLimit).filter {
          matches.ignored[$0 * areaCount] != everyThreshold
        }
        for row in pair.groundTruths where table.groundTruths.traits[row].isCounted {
          groundTruthImages.append(pair.image)
        }
      }
      let scores = table.detections.scores
      rows.sort { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
      for (place, row) in rows.enumerated() {
        let matched = matches.matched[row * areaCount]
        let ignored = matches.ignored[row * areaCount]
        for threshold in 0..<thresholds {
          let bit: UInt16 = 1 << UInt16(threshold)
          if ignored & bit != 0 {
            gaps[threshold].append(Int32(place))
          } else if matched & bit != 0 {
            hits[threshold].append(Int32(place))
          }
        }
      }
      let end = hits.compactMap(\.last).max().map { Int($0) + 1 } ?? 0
      images = rows.prefix(end).map { table.detections.images[$0] }
    }
  }

  private let tracks: [Track]
  private let recallThresholds: [Double]
  private let usesEveryRecall: Bool
  private let thresholdCount: Int
  /// The index of the threshold 0.5; nil if it is not among them.
  private let half: Int?

  init(_ table: EvaluationTable, _ matches: MatchTable, tasks: any ParallelExecutor) {
    recallThresholds = matches.parameters.recallThresholds
    usesEveryRecall = matches.parameters.recallPoints == .every
    half = matches.parameters.index(ofIoU: 0.5)
    thresholdCount = matches.parameters.iouThresholds.count
    tracks = tasks.map(table.classNames.count) {
      Track(table, matches, classIndex: $0)
    }
  }

  /// - Parameter counts: The number of times that each image occurs.
  func sample(_ counts: [Int32]) -> Sample {
    let points = usesEveryRecall ? 1 : recallThresholds.count
    let classes = tracks.map { precision($0, counts) }
    let planes = classes.compactMap(\.self)
    // Same summation order as pycocotools: by threshold, recall and class.
    var values: [Double] = []
    values.reserveCapacity(planes.count * thresholdCount * points)
    for place in 0..<thresholdCount * points {
      for plane in planes { values.append(plane[place]) }
    }
    /// The values at IoU 0.5 among those of all thresholds, `count` each.
    func atHalf(_ values: [Double], _ count: Int) -> Double {
      half.map { meanOrMissing(values[$0 * count..<($0 + 1) * count]) } ?? -1
    }
    return Sample(
      ap: meanOrMissing(values[...]), ap50: atHalf(values, planes.count * points),
      classes: classes.map { plane in
        plane.map { (meanOrMissing($0[...]), atHalf($0, points)) } ?? (-1, -1)
      })
  }

  /// The precision envelope of a class at each threshold and recall point, or the area under it at
  /// each threshold; nil without ground truth.
  private func precision(_ track: Track, _ counts: [Int32]) -> [Double]? {
    let groundTruths = track.groundTruthImages.reduce(0) { $0 + Int(counts[Int($1)]) }
    if groundTruths == 0 { return nil }
    // The number of detections up to and including each index, copies included.
    var counted = [Int32](repeating: 0, count: track.images.count)
    var sum: Int32 = 0
    for (place, image) in track.images.enumerated() {
      sum += counts[Int(image)]
      counted[place] = sum
    }
    var plane: [Double] = []
    plane.reserveCapacity(thresholdCount * recallThresholds.count)
    for threshold in 0..<thresholdCount {
      var gaps = track.gaps[threshold][...]
      var (truePositives, ignored) = (0, 0)
      var precisions: [Double] = []
      var hits: [Int] = []
      for place in track.hits[threshold] {
        let count = Int(counts[Int(track.images[Int(place)])])
        if count == 0 { continue }
        while let gap = gaps.first, gap < place {
          ignored += Int(counts[Int(track.images[Int(gap)])])
          gaps.removeFirst()
        }
        // Precision rises with each copy of a true positive, so the envelope only needs the value
        // after the last copy.
        truePositives += count
        hits.append(truePositives)
        precisions.append(
          Double(truePositives) / (Double(Int(counted[Int(place)]) - ignored) + Double.ulpOfOne))
      }
      precisions.makeEnvelope()
      if usesEveryRecall {
        var (sum, before) = (0.0, 0)
        for (hit, precision) in zip(hits, precisions) {
          sum += Double(hit - before) * precision
          before = hit
        }
        plane.append(sum / Double(groundTruths))
        continue
      }
      var place = 0
      for recall in recallThresholds {
        while place < hits.count && Double(hits[place]) / Double(groundTruths) < recall {
          place += 1
        }
        plane.append(place < hits.count ? precisions[place] : 0)
      }
    }
    return plane
  }
}
