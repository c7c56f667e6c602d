import Imaging

/// Finds out what became of the detections and ground-truth objects of an image at IoU 0.5.
///
/// Source: `TIDEExample` and `TIDERun._eval_image` of tidecv 1.0.1.
struct ImageErrors {
  /// The IoU from which on a detection is right.
  static let positive = 0.5
  /// The IoU up to which a detection is on nothing.
  static let background = 0.1
  /// Detections of an image that are looked at, all classes together.
  static let limit = 100

  /// Rows of the detections that are looked at, the highest score first.
  private(set) var detections: [Int] = []
  /// What became of them.
  private(set) var matches: [DetectionMatch] = []
  /// Rows of the ground-truth objects that count, in the order of the input.
  private(set) var groundTruths: [Int] = []
  /// Ground-truth objects that a detection is right about.
  private(set) var isFound: [Bool] = []
  /// Ground-truth objects that a detection is right about or would be once repaired.
  private(set) var isReached: [Bool] = []

  private let table: EvaluationTable
  private let overlap: PairwiseIoU
  /// Overlaps, a row a detection and a column a ground-truth object that counts.
  private var overlaps: [Double] = []

  init(_ table: EvaluationTable, image: Int, overlap: PairwiseIoU) {
    self.table = table
    self.overlap = overlap
    let mine = table.pairs(ofImage: image)
    guard let first = mine.first, let last = mine.last else { return }
    let (scores, sources) = (table.detections.scores, table.detectionSources)
    let order = (first.detections.lowerBound..<last.detections.upperBound).sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : sources[$0] < sources[$1]
    }
    detections = Array(order.prefix(Self.limit))
    let labeled = (first.groundTruths.lowerBound..<last.groundTruths.upperBound).sorted {
      table.groundTruthSources[$0] < table.groundTruthSources[$1]
    }
    groundTruths = labeled.filter { table.groundTruths.traits[$0].isEmpty }
    isFound = [Bool](repeating: false, count: groundTruths.count)
    matches = [DetectionMatch](repeating: DetectionMatch(), count: detections.count)
    for detection in detections {
      for groundTruth in groundTruths {
        overlaps.append(overlap.iou(table, detection, groundTruth, false))
      }
    }
    match()
    ignore(labeled.filter { !table.groundTruths.traits[$0].isEmpty })
    isReached = isFound
    for place in matches.indices where !matches[place].isRight { findError(place) }
  }

  private func isSameClass(_ detection: Int, _ groundTruth: Int) -> Bool {
    table.detections.classes[detections[detection]]
      == table.groundTruths.classes[groundTruths[groundTruth]]
  }

  /// The ground truth of the highest overlap, the first of equal ones, among those that `isCandidate`.
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

  /// Gives each detection the free ground truth of its class that it overlaps most, the highest score first.
  private mutating func match() {
    for place in matches.indices {
      matches[place].isIgnored = false
      let found = best(place) { isSameClass(place, $0) && !isFound[$0] }
      if let found, found.overlap >= Self.positive {
        isFound[found.groundTruth] = true
        matches[place].isRight = true
        matches[place].groundTruth = Int32(groundTruths[found.groundTruth])
      }
    }
  }

  /// Leaves out what lies in regions of its class that do not count.
  private mutating func ignore(_ regions: [Int]) {
    for place in matches.indices where !matches[place].isRight {
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
      return note(.localization, place, groundTruth: own.groundTruth)
    }
    let other = best(place) { !isSameClass(place, $0) }
    if let other, other.overlap >= Self.positive {
      return note(.classification, place, groundTruth: other.groundTruth)
    }
    let taken = best(place) { isSameClass(place, $0) && isFound[$0] }
    if let taken, taken.overlap >= Self.positive {
      matches[place].error = .duplicate
      matches[place].groundTruth = Int32(groundTruths[taken.groundTruth])
    } else {
      let nearest = max(own?.overlap ?? 0, other?.overlap ?? 0)
      matches[place].error = nearest <= Self.background ? .background : .both
    }
  }

  /// Notes an error about a ground-truth object. Detections come with falling scores: the first one that would be
  /// right about a ground-truth object is the one whose repair counts, the others would be duplicates of it.
  private mutating func note(_ error: ErrorKind, _ place: Int, groundTruth: Int) {
    matches[place].error = error
    matches[place].groundTruth = Int32(groundTruths[groundTruth])
    if !isReached[groundTruth] {
      isReached[groundTruth] = true
      matches[place].isRepairable = true
    }
  }
}
