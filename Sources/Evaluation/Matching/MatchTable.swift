import Basics
import Imaging

/// The match outcome of each detection at each IoU threshold and in each area range.
///
/// Bit t of a mask stands for `parameters.iouThresholds[t]`. A detection is a true positive where it
/// is matched and not ignored, a false positive where it is neither. Detections beyond the limit of
/// 100 per image and class are ignored.
package struct MatchTable: Sendable {
  package let parameters: EvaluationParameters
  /// Thresholds at which a detection is matched: the mask of row d and area range a is at
  /// `d * parameters.areaRanges.count + a`, rows as in `EvaluationTable.detections`.
  package private(set) var matched: [UInt16]
  /// Thresholds at which a detection is neither a true nor a false positive; laid out as `matched`.
  package private(set) var ignored: [UInt16]
  /// The row in `EvaluationTable.groundTruths` that a detection matched, or -1, over all areas: row d
  /// and threshold t are at `d * parameters.iouThresholds.count + t`.
  package private(set) var matchedGroundTruths: [Int32]
  /// Ground-truth objects that are not ignored, of class c in area range a, at
  /// `c * parameters.areaRanges.count + a`.
  package let groundTruthCounts: [Int]

  /// Matches the detections of every image-class pair; results do not depend on `tasks`.
  package init(
    _ table: EvaluationTable, overlap: PairwiseIoU = .boxes,
    parameters: EvaluationParameters = .coco, tasks: any ParallelExecutor = .serial
  ) {
    self.parameters = parameters
    let parts = tasks.mapParts(of: table.pairs.count, parts: 64) { part in
      var matcher = DetectionMatcher(table, overlap: overlap, parameters: parameters)
      if let first = part.first, let last = part.last {
        let rows =
          table.pairs[last].detections.upperBound - table.pairs[first].detections.lowerBound
        matcher.reserve(rows)
      }
      for pair in table.pairs[part] { matcher.match(pair) }
      return matcher.columns
    }
    matched = []
    ignored = []
    matchedGroundTruths = []
    matched.reserveCapacity(table.detections.count * parameters.areaRanges.count)
    ignored.reserveCapacity(table.detections.count * parameters.areaRanges.count)
    matchedGroundTruths.reserveCapacity(table.detections.count * parameters.iouThresholds.count)
    for part in parts {
      matched += part.matched
      ignored += part.ignored
      matchedGroundTruths += part.matchedGroundTruths
    }
    groundTruthCounts = Self.groundTruthCounts(table, parameters: parameters)
  }

  private static func groundTruthCounts(
    _ table: EvaluationTable, parameters: EvaluationParameters
  ) -> [Int] {
    let areaCount = parameters.areaRanges.count
    var counts = [Int](repeating: 0, count: table.classNames.count * areaCount)
    for row in 0..<table.groundTruths.count where table.groundTruths.traits[row].isEmpty {
      let place = Int(table.groundTruths.classes[row]) * areaCount
      for (area, range) in parameters.areaRanges.enumerated()
      where range.contains(table.groundTruths.areas[row]) {
        counts[place + area] += 1
      }
    }
    return counts
  }
}

/// The columns of a match table for some of the pairs, laid out as there.
struct MatchColumns {
  var matched: [UInt16] = []
  var ignored: [UInt16] = []
  var matchedGroundTruths: [Int32] = []
}
