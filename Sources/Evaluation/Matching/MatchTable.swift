import Basics
import Imaging

/// The match outcome of each detection at each IoU threshold and in each area range.
///
/// Bit t of a mask belongs to `parameters.iouThresholds[t]`. A detection is a true positive if it
/// is matched and not ignored, a false positive if it is neither. Detections beyond the largest
/// limit per image and class are ignored.
package struct MatchTable: Sendable {
  package let parameters: EvaluationParameters
  /// Thresholds at which a detection is matched: the mask of row d and area range a is at
  /// `d * parameters.areaRanges.count + a`, rows as in `EvaluationTable.detections`.
  package let matched: [UInt16]
  /// Thresholds at which a detection is neither a true nor a false positive; laid out as `matched`.
  package let ignored: [UInt16]
  /// Ground-truth objects that are not ignored, of class c in area range a, at
  /// `c * parameters.areaRanges.count + a`.
  package private(set) var groundTruthCounts: [Int]

  /// Matches the detections of every image-class pair; results do not depend on `tasks`.
  package init(
    _ table: EvaluationTable, overlap: PairwiseIoU = .boxes,
    parameters: EvaluationParameters = .coco, tasks: any ParallelExecutor = .serial
  ) {
    self.parameters = parameters
    let parts = tasks.mapParts(of: table.pairs.count, parts: 64) { part in
      var matcher = DetectionMatcher(table, overlap: overlap, parameters: parameters)
      matcher.reserve(table.pairs[part].detections.count)
      for index in part { matcher.match(pairAt: index) }
      return (matched: matcher.matched, ignored: matcher.ignored)
    }
    matched = parts.flatMap(\.matched)
    ignored = parts.flatMap(\.ignored)
    let ranges = parameters.areaRanges
    groundTruthCounts = [Int](repeating: 0, count: table.classNames.count * ranges.count)
    for row in 0..<table.groundTruths.count where table.groundTruths.traits[row].isCounted {
      let place = Int(table.groundTruths.classes[row]) * ranges.count
      for (area, range) in ranges.enumerated()
      where range.contains(table.groundTruths.areas[row]) {
        groundTruthCounts[place + area] += 1
      }
    }
  }

  /// For each detection and IoU threshold the row of the ground-truth object that it matches, or -1.
  static func groundTruths(
    _ table: EvaluationTable, overlap: PairwiseIoU, parameters: EvaluationParameters,
    tasks: any ParallelExecutor
  ) -> [Int32] {
    tasks.mapParts(of: table.pairs.count, parts: 64) { part in
      var matcher = DetectionMatcher(
        table, overlap: overlap, parameters: parameters, recordsGroundTruths: true)
      for index in part { matcher.match(pairAt: index) }
      return matcher.groundTruths
    }.flatMap { $0 }
  }

  /// The bit of `parameters.matchIoU`; the table must have been made with it among its thresholds.
  var operatingBit: UInt16 {
    guard let index = parameters.index(ofIoU: parameters.matchIoU) else {
      preconditionFailure("no matches at IoU \(parameters.matchIoU)")
    }
    return 1 << UInt16(index)
  }

  /// Matches at `parameters.matchIoU`: this table if that is one of its thresholds.
  func atMatchIoU(
    _ table: EvaluationTable, overlap: PairwiseIoU, tasks: any ParallelExecutor
  ) -> MatchTable {
    if parameters.index(ofIoU: parameters.matchIoU) != nil { return self }
    var own = EvaluationParameters(
      iouThresholds: [parameters.matchIoU], areaRanges: [],
      detectionLimits: parameters.detectionLimits)
    own.matchIoU = parameters.matchIoU
    return MatchTable(table, overlap: overlap, parameters: own, tasks: tasks)
  }
}
