import Imaging

/// Classifies the errors of an image at IoU 0.5.
///
/// Source: `TIDEExample` and `TIDERun._eval_image` of tidecv 1.0.1.
struct ImageErrors {
  /// The minimum IoU of a match.
  static let positive = 0.5
  /// The maximum IoU of a detection on background.
  static let background = 0.1
  /// Maximum detections per image, over all classes.
  static let limit = 100

  /// Rows of the detections by descending score.
  private(set) var detections: [Int] = []
  private(set) var matches: [DetectionMatch] = []
  /// Rows of the ground-truth objects that are not ignored, in the order of the input.
  private(set) var groundTruths: [Int] = []
  private(set) var isMatched: [Bool] = []
  /// Whether a detection matches each object, or would match it after correction.
  private(set) var isReached: [Bool] = []

  private let table: EvaluationTable
  private let overlap: PairwiseIoU
  /// The IoU matrix, row-major: one row per detection, one column per ground-truth object.
  private var overlaps: [Double] = []

  init(_ table: EvaluationTable, image: Int, overlap: PairwiseIoU) {
    self.table = table
    self.overlap = overlap
    let mine = table.pairs(ofImage: image)
    let (scores, sources) = (table.detections.scores, table.detectionSources)
    let order = mine.detections.sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : sources[$0] < sources[$1]
    }
    detections = Array(order.prefix(Self.limit))
    let labeled = mine.groundTruths.sorted {
      table.groundTruthSources[$0] < table.groundTruthSources[$1]
    }
    groundTruths = labeled.filter { table.groundTruths.traits[$0].isCounted }
    isMatched = [Bool](repeating: false, count: groundTruths.count)
    matches = [DetectionMatch](repeating: DetectionMatch(), count: detections.count)
    for detection in detections {
      for groundTruth in groundTruths {
        overlaps.append(overlap.iou(table, detection, groundTruth, false))
      }
    }
    match()
    ignore(labeled.filter { !table.groundTruths.traits[$0].isCounted })
    isReached = isMatched
    for place in matches.indices where !matches[place].isTruePositive { findError(place) }
  }

  private func isSameClass(_ detection: Int, _ groundTruth: Int) -> Bool {
    table.detections.classes[detections[detection]]
      == table.groundTruths.classes[groundTruths[groundTruth]]
  }

  /// The candidate ground-truth object with the highest IoU; the first one on ties.
  private func best(
    _ detection: Int, where isCandidate: (_ groundTruth: Int) -> Bool
  ) -> (groundTruth: Int, overlap: Double)? {
    var best: (groundTruth: Int, overlap: Double)?
    for groundTruth in groundTruths.indices where isCandidate(groundTruth) {
      let value = overlaps[detection * groundTruths.count + groundTruth]
      if value > best?.overlap ?? -1 { best = (groundTruth, value) }
    }
    return best
  }

  /// Matches each detection, by descending score, with the unmatched object of its class with the
  /// highest IoU.
  private mutating func match() {
    for place in matches.indices {
      matches[place].isIgnored = false
      let match = best(place) { isSameClass(place, $0) && !isMatched[$0] }
      if let match, match.overlap >= Self.positive {
        isMatched[match.groundTruth] = true
        matches[place].isTruePositive = true
        matches[place].groundTruth = Int32(groundTruths[match.groundTruth])
      }
    }
  }

  /// Ignores unmatched detections on crowds and ignored objects of their class.
  private mutating func ignore(_ regions: [Int]) {
    for place in matches.indices where !matches[place].isTruePositive {
      let row = detections[place]
      matches[place].isIgnored = regions.contains {
        table.groundTruths.classes[$0] == table.detections.classes[row]
          && overlap.iou(table, row, $0, true) > Self.positive
      }
    }
  }

  private mutating func findError(_ place: Int) {
    let own = best(place) { isSameClass(place, $0) }
    if let own, (Self.background...Self.positive).contains(own.overlap) {
      return record(.localization, place, groundTruth: own.groundTruth)
    }
    let other = best(place) { !isSameClass(place, $0) }
    if let other, other.overlap >= Self.positive {
      return record(.classification, place, groundTruth: other.groundTruth)
    }
    let taken = best(place) { isSameClass(place, $0) && isMatched[$0] }
    if let taken, taken.overlap >= Self.positive {
      record(.duplicate, place, groundTruth: taken.groundTruth)
    } else {
      let nearest = max(own?.overlap ?? 0, other?.overlap ?? 0)
      matches[place].error = nearest <= Self.background ? .background : .both
    }
  }

  /// Records an error on a ground-truth object. Only the first error, which has the highest score,
  /// is correctable; the others would become duplicates.
  private mutating func record(_ error: ErrorKind, _ place: Int, groundTruth: Int) {
    matches[place].error = error
    matches[place].groundTruth = Int32(groundTruths[groundTruth])
    if !isReached[groundTruth] {
      isReached[groundTruth] = true
      matches[place].isCorrectable = true
    }
  }
}
