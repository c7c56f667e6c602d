import Imaging

/// Finds out what became of the detections and truths of an image at IoU 0.5.
///
/// Source: `TIDEExample` and `TIDERun._eval_image` of tidecv 1.0.1.
struct ImageFates {
  /// The IoU from which on a detection is right.
  static let positive = 0.5
  /// The IoU up to which a detection is on nothing.
  static let background = 0.1
  /// Detections of an image that are looked at, all classes together.
  static let limit = 100

  /// Rows of the detections that are looked at, the surest first.
  private(set) var detections: [Int] = []
  /// What became of them.
  private(set) var fates: [DetectionFate] = []
  /// Rows of the truths that count, in the order of the input.
  private(set) var truths: [Int] = []
  /// Truths that a detection is right about.
  private(set) var isFound: [Bool] = []
  /// Truths that a detection is right about or would be once repaired.
  private(set) var isReached: [Bool] = []

  private let cells: EvaluationCells
  private let overlap: CellOverlap
  /// Overlaps, a row a detection and a column a truth that counts.
  private var overlaps: [Double] = []

  init(_ cells: EvaluationCells, image: Int, overlap: CellOverlap) {
    self.cells = cells
    self.overlap = overlap
    let mine = cells.cells(ofImage: image)
    guard let first = mine.first, let last = mine.last else { return }
    let (scores, sources) = (cells.detections.scores, cells.detectionSources)
    let order = (first.detections.lowerBound..<last.detections.upperBound).sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : sources[$0] < sources[$1]
    }
    detections = Array(order.prefix(Self.limit))
    let labeled = (first.truths.lowerBound..<last.truths.upperBound).sorted {
      cells.truthSources[$0] < cells.truthSources[$1]
    }
    truths = labeled.filter { cells.truths.traits[$0].isEmpty }
    isFound = [Bool](repeating: false, count: truths.count)
    fates = [DetectionFate](repeating: DetectionFate(), count: detections.count)
    for detection in detections {
      for truth in truths {
        overlaps.append(overlap.pair(cells, detection, truth, false))
      }
    }
    match()
    ignore(labeled.filter { !cells.truths.traits[$0].isEmpty })
    isReached = isFound
    for place in fates.indices where !fates[place].isRight { findError(place) }
  }

  private func isSameClass(_ detection: Int, _ truth: Int) -> Bool {
    cells.detections.classes[detections[detection]] == cells.truths.classes[truths[truth]]
  }

  /// The truth of the highest overlap, the first of equal ones, among those that `isCandidate`.
  private func best(
    _ detection: Int, where isCandidate: (_ truth: Int) -> Bool
  ) -> (truth: Int, overlap: Double)? {
    var best: (truth: Int, overlap: Double)?
    for truth in truths.indices where isCandidate(truth) {
      let value = overlaps[detection * truths.count + truth]
      if value > best?.overlap ?? -1 { best = (truth, value) }
    }
    return best
  }

  /// Gives each detection the free truth of its class that it overlaps most, the surest first.
  private mutating func match() {
    for place in fates.indices {
      fates[place].isIgnored = false
      let found = best(place) { isSameClass(place, $0) && !isFound[$0] }
      if let found, found.overlap >= Self.positive {
        isFound[found.truth] = true
        fates[place].isRight = true
        fates[place].truth = Int32(truths[found.truth])
      }
    }
  }

  /// Leaves out what lies in regions of its class that do not count.
  private mutating func ignore(_ regions: [Int]) {
    for place in fates.indices where !fates[place].isRight {
      let row = detections[place]
      fates[place].isIgnored = regions.contains {
        cells.truths.classes[$0] == cells.detections.classes[row]
          && overlap.pair(cells, row, $0, true) > Self.positive
      }
    }
  }

  private mutating func findError(_ place: Int) {
    let own = best(place) { isSameClass(place, $0) }
    if let own, (Self.background...Self.positive).contains(own.overlap) {
      return note(.localization, place, truth: own.truth)
    }
    let other = best(place) { !isSameClass(place, $0) }
    if let other, other.overlap >= Self.positive {
      return note(.classification, place, truth: other.truth)
    }
    let taken = best(place) { isSameClass(place, $0) && isFound[$0] }
    if let taken, taken.overlap >= Self.positive {
      fates[place].error = .duplicate
      fates[place].truth = Int32(truths[taken.truth])
    } else {
      let nearest = max(own?.overlap ?? 0, other?.overlap ?? 0)
      fates[place].error = nearest <= Self.background ? .background : .both
    }
  }

  /// Notes an error about a truth. Detections come with falling scores: the first one that would be
  /// right about a truth is the one whose repair counts, the others would be duplicates of it.
  private mutating func note(_ error: ErrorKind, _ place: Int, truth: Int) {
    fates[place].error = error
    fates[place].truth = Int32(truths[truth])
    if !isReached[truth] {
      isReached[truth] = true
      fates[place].isRepairable = true
    }
  }
}
