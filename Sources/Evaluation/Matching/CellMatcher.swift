/// Matches detections to truths greedily, the surest first, cell after cell.
///
/// Source: `COCOeval.evaluateImg`. Each detection takes the free truth of the highest overlap (of
/// equal ones the last); truths that count are tried before ignored ones, and once one of them is
/// held, no ignored one is looked at. Crowd truths stay free. A detection that matches an ignored
/// truth, or none while its own area is out of range, is ignored.
///
/// Unlike the reference a truth remembers *whether* it is taken, not by which annotation id, so an
/// id of 0 has no special meaning.
struct CellMatcher {
  /// What became of the detections of all cells matched so far.
  private(set) var fates = CellFates()

  /// A truth that a detection overlaps enough for the lowest threshold.
  private struct Candidate {
    /// Its place in the cell.
    var truth: Int
    var overlap: Double
  }

  private let cells: EvaluationCells
  private let overlap: CellOverlap
  private let parameters: EvaluationParameters
  /// What a match starts from, one a threshold: an overlap of 1 may be a hair less.
  private let floors: [Double]
  private let lowestFloor: Double
  private let everyThreshold: UInt16

  // Scratch, kept from cell to cell.
  private var overlaps: [Double] = []
  /// Of detection d: `candidateStarts[d]..<candidateStarts[d + 1]`.
  private var candidates: [Candidate] = []
  private var candidateStarts: [Int] = []
  /// Whether a truth is ignored in the range of areas at hand.
  private var isIgnored: [Bool] = []
  /// Thresholds at which a truth is taken.
  private var taken: [UInt16] = []

  init(_ cells: EvaluationCells, overlap: CellOverlap, parameters: EvaluationParameters) {
    precondition(
      parameters.iouThresholds.count <= UInt16.bitWidth, "at most 16 IoU thresholds fit a mask")
    self.cells = cells
    self.overlap = overlap
    self.parameters = parameters
    floors = parameters.iouThresholds.map { min($0, 1 - 1e-10) }
    lowestFloor = floors.min() ?? 1
    everyThreshold = UInt16((1 << parameters.iouThresholds.count) - 1)
  }

  /// Makes room for the fates of that many detections.
  mutating func reserve(_ detections: Int) {
    fates.matched.reserveCapacity(detections * parameters.areaRanges.count)
    fates.ignored.reserveCapacity(detections * parameters.areaRanges.count)
    fates.matchedTruths.reserveCapacity(detections * parameters.iouThresholds.count)
  }

  /// Appends the fates of a cell's detections.
  mutating func match(_ cell: EvaluationCell) {
    let areaCount = parameters.areaRanges.count
    let first = fates.matched.count / areaCount
    append(unmatched: cell)
    if cell.detections.isEmpty || cell.truths.isEmpty { return }
    let kept = min(cell.detections.count, parameters.largestLimit)
    findCandidates(in: cell, kept: kept)
    if candidates.isEmpty { return }
    for area in 0..<areaCount {
      prepareTruths(of: cell, area: area)
      for detection in 0..<kept where candidateStarts[detection] < candidateStarts[detection + 1] {
        match(detection, row: first + detection, cell: cell, area: area)
      }
    }
  }

  /// Appends detections that have no truth: ignored where their area is out of range or where they
  /// are beyond the limit.
  private mutating func append(unmatched cell: EvaluationCell) {
    let limit = cell.detections.lowerBound + parameters.largestLimit
    for row in cell.detections {
      for range in parameters.areaRanges {
        let counts = row < limit && range.contains(cells.detections.areas[row])
        fates.matched.append(0)
        fates.ignored.append(counts ? 0 : everyThreshold)
      }
    }
    fates.matchedTruths.append(
      contentsOf: repeatElement(
        -1, count: cell.detections.count * parameters.iouThresholds.count))
  }

  private mutating func findCandidates(in cell: EvaluationCell, kept: Int) {
    let truthCount = cell.truths.count
    if overlaps.count < kept * truthCount {
      overlaps = [Double](repeating: 0, count: kept * truthCount)
    }
    overlap.fill(cells, cell, kept, &overlaps)
    candidates.removeAll(keepingCapacity: true)
    candidateStarts.removeAll(keepingCapacity: true)
    for detection in 0..<kept {
      candidateStarts.append(candidates.count)
      for truth in 0..<truthCount {
        let value = overlaps[detection * truthCount + truth]
        if value >= lowestFloor { candidates.append(Candidate(truth: truth, overlap: value)) }
      }
    }
    candidateStarts.append(candidates.count)
  }

  private mutating func prepareTruths(of cell: EvaluationCell, area: Int) {
    let range = parameters.areaRanges[area]
    isIgnored.removeAll(keepingCapacity: true)
    taken.removeAll(keepingCapacity: true)
    for row in cell.truths {
      isIgnored.append(
        !cells.truths.traits[row].isEmpty || !range.contains(cells.truths.areas[row]))
      taken.append(0)
    }
  }

  /// Finds the truth of one detection at every threshold; `row` is the detection's place in `fates`.
  private mutating func match(_ detection: Int, row: Int, cell: EvaluationCell, area: Int) {
    let mine = candidateStarts[detection]..<candidateStarts[detection + 1]
    let place = row * parameters.areaRanges.count + area
    for threshold in floors.indices {
      let bit: UInt16 = 1 << UInt16(threshold)
      let counted = best(of: mine, ignored: false, floor: floors[threshold], bit: bit, cell)
      guard
        let truth = counted
          ?? best(of: mine, ignored: true, floor: floors[threshold], bit: bit, cell)
      else { continue }
      taken[truth] |= bit
      fates.matched[place] |= bit
      if isIgnored[truth] {
        fates.ignored[place] |= bit
      } else {
        fates.ignored[place] &= ~bit
      }
      if area == 0 {
        fates.matchedTruths[row * floors.count + threshold] = Int32(cell.truths.lowerBound + truth)
      }
    }
  }

  /// The free truth of the highest overlap, the last of equal ones, among those that are ignored or
  /// among those that are not.
  private func best(
    of mine: Range<Int>, ignored: Bool, floor: Double, bit: UInt16, _ cell: EvaluationCell
  ) -> Int? {
    var best = floor
    var holder: Int?
    for candidate in candidates[mine] where isIgnored[candidate.truth] == ignored {
      let isTaken = taken[candidate.truth] & bit != 0
      if isTaken, !cells.truths.traits[cell.truths.lowerBound + candidate.truth].contains(.crowd) {
        continue
      }
      if candidate.overlap < best { continue }
      best = candidate.overlap
      holder = candidate.truth
    }
    return holder
  }
}
