import Imaging

/// What became of each detection at each IoU threshold and in each range of areas.
///
/// Bit t of a mask stands for `parameters.iouThresholds[t]`. A detection is right where it is
/// matched and not ignored, wrong where it is neither. Those beyond the limit of their cell (100)
/// are not looked at; they are ignored throughout.
public struct MatchTable: Sendable {
  /// The thresholds and ranges of areas that the masks count through.
  public let parameters: EvaluationParameters
  /// Thresholds at which a detection has a truth: the mask of row d and area range a is at
  /// `d * parameters.areaRanges.count + a`, rows as in `EvaluationCells.detections`.
  public private(set) var matched: [UInt16]
  /// Thresholds at which a detection counts neither as right nor as wrong; places as in `matched`.
  public private(set) var ignored: [UInt16]
  /// The row in `EvaluationCells.truths` that a detection matched, or -1, in the first range of
  /// areas, which is all of them: row d and threshold t are at
  /// `d * parameters.iouThresholds.count + t`.
  public private(set) var matchedTruths: [Int32]
  /// Truths that count, of class c in area range a, at `c * parameters.areaRanges.count + a`.
  public let truthCounts: [Int]

  /// Matches the detections of every cell.
  ///
  /// - Parameters:
  ///   - overlap: What the cells' rows overlap by: boxes or masks.
  ///   - tasks: What runs parts of the images at the same time; results do not depend on it.
  public init(
    _ cells: EvaluationCells, overlap: CellOverlap = .boxes,
    parameters: EvaluationParameters = .coco, tasks: TaskRunner = .serial
  ) {
    self.parameters = parameters
    let parts = tasks.mapParts(of: cells.cells.count, parts: 64) { part in
      var matcher = CellMatcher(cells, overlap: overlap, parameters: parameters)
      if let first = part.first, let last = part.last {
        let rows =
          cells.cells[last].detections.upperBound - cells.cells[first].detections.lowerBound
        matcher.reserve(rows)
      }
      for cell in cells.cells[part] { matcher.match(cell) }
      return matcher.fates
    }
    matched = []
    ignored = []
    matchedTruths = []
    matched.reserveCapacity(cells.detections.count * parameters.areaRanges.count)
    ignored.reserveCapacity(cells.detections.count * parameters.areaRanges.count)
    matchedTruths.reserveCapacity(cells.detections.count * parameters.iouThresholds.count)
    for part in parts {
      matched += part.matched
      ignored += part.ignored
      matchedTruths += part.matchedTruths
    }
    truthCounts = Self.truthCounts(cells, parameters: parameters)
  }

  private static func truthCounts(
    _ cells: EvaluationCells, parameters: EvaluationParameters
  ) -> [Int] {
    let areaCount = parameters.areaRanges.count
    var counts = [Int](repeating: 0, count: cells.classNames.count * areaCount)
    for row in 0..<cells.truths.count where cells.truths.traits[row].isEmpty {
      let place = Int(cells.truths.classes[row]) * areaCount
      for (area, range) in parameters.areaRanges.enumerated()
      where range.contains(cells.truths.areas[row]) {
        counts[place + area] += 1
      }
    }
    return counts
  }
}

/// The columns of a match table for some of the cells, laid out as there.
struct CellFates {
  var matched: [UInt16] = []
  var ignored: [UInt16] = []
  var matchedTruths: [Int32] = []
}
