/// Matches detections to ground-truth objects greedily per image-class pair, the highest score
/// first.
///
/// Source: `COCOeval.evaluateImg`. Each detection matches the unmatched ground-truth object with
/// the highest IoU (the last one on ties). Ignored objects are considered only if no other object
/// matches. A crowd can be matched any number of times. A detection is ignored if it matches an
/// ignored object, or if it is unmatched and its own area is out of range.
///
/// The reference stores a match as the annotation id, so a match with id 0 counts as none: the
/// object is taken, but the detection stays unmatched.
struct DetectionMatcher {
  /// The match outcomes of all pairs so far, laid out as in `MatchTable`.
  private(set) var matched: [UInt16] = []
  private(set) var ignored: [UInt16] = []
  /// For each detection and IoU threshold the row of the matched object in the first area range, or
  /// -1; empty unless they are recorded.
  private(set) var groundTruths: [Int32] = []

  private let table: EvaluationTable
  private let overlap: PairwiseIoU
  private let parameters: EvaluationParameters
  /// The IoU thresholds, limited to 1 - 1e-10 as in the reference.
  private let floors: [Double]
  private let isNotExhaustive: [Bool]
  private let lowestFloor: Double
  private let everyThreshold: UInt16

  // Scratch memory, reused for each pair.
  private var overlaps: [Double] = []
  /// Ground-truth objects, by their index in the pair, whose IoU with a detection reaches the
  /// lowest threshold. Those of detection d are `candidateStarts[d]..<candidateStarts[d + 1]`.
  private var candidates: [(groundTruth: Int, overlap: Double)] = []
  private var candidateStarts: [Int] = []
  /// Whether a ground-truth object is ignored in the current area range.
  private var isIgnored: [Bool] = []
  /// Thresholds at which a ground-truth object is matched.
  private var taken: [UInt16] = []

  private let recordsGroundTruths: Bool

  init(
    _ table: EvaluationTable, overlap: PairwiseIoU, parameters: EvaluationParameters,
    recordsGroundTruths: Bool = false
  ) {
    self.recordsGroundTruths = recordsGroundTruths
    self.parameters = parameters
    self.table = table
    self.overlap = overlap
    isNotExhaustive = table.isNotExhaustive
    floors = parameters.iouThresholds.map { min($0, 1 - 1e-10) }
    lowestFloor = floors.min() ?? 1
    everyThreshold = parameters.everyThreshold
  }

  mutating func reserve(_ detections: Int) {
    matched.reserveCapacity(detections * parameters.areaRanges.count)
    ignored.reserveCapacity(detections * parameters.areaRanges.count)
  }

  /// Appends the match outcomes of the detections of a pair, given by its index.
  mutating func match(pairAt index: Int) {
    let pair = table.pairs[index]
    let areaCount = parameters.areaRanges.count
    let first = matched.count / areaCount
    append(unmatched: pair, areIgnored: !isNotExhaustive.isEmpty && isNotExhaustive[index])
    if pair.detections.isEmpty || pair.groundTruths.isEmpty { return }
    let kept = min(pair.detections.count, parameters.largestLimit)
    findCandidates(in: pair, kept: kept)
    if candidates.isEmpty { return }
    for area in 0..<areaCount {
      prepareGroundTruths(of: pair, area: area)
      for detection in 0..<kept where candidateStarts[detection] < candidateStarts[detection + 1] {
        match(detection, row: first + detection, pair: pair, area: area)
      }
    }
  }

  /// Appends detections as unmatched; they are ignored if their area is out of range, if they
  /// exceed the limit, or if not every object of their class is labeled.
  private mutating func append(unmatched pair: ImageClassPair, areIgnored: Bool) {
    let limit = pair.detections.lowerBound + parameters.largestLimit
    if recordsGroundTruths {
      let count = pair.detections.count * floors.count
      groundTruths.append(contentsOf: repeatElement(-1, count: count))
    }
    for row in pair.detections {
      for range in parameters.areaRanges {
        let counts = !areIgnored && row < limit && range.contains(table.detections.areas[row])
        matched.append(0)
        ignored.append(counts ? 0 : everyThreshold)
      }
    }
  }

  private mutating func findCandidates(in pair: ImageClassPair, kept: Int) {
    let groundTruthCount = pair.groundTruths.count
    if overlaps.count < kept * groundTruthCount {
      overlaps = [Double](repeating: 0, count: kept * groundTruthCount)
    }
    overlap.fill(table, pair, kept, &overlaps)
    candidates.removeAll(keepingCapacity: true)
    candidateStarts.removeAll(keepingCapacity: true)
    for detection in 0..<kept {
      candidateStarts.append(candidates.count)
      for groundTruth in 0..<groundTruthCount {
        let value = overlaps[detection * groundTruthCount + groundTruth]
        if value >= lowestFloor { candidates.append((groundTruth, value)) }
      }
    }
    candidateStarts.append(candidates.count)
  }

  private mutating func prepareGroundTruths(of pair: ImageClassPair, area: Int) {
    let range = parameters.areaRanges[area]
    isIgnored.removeAll(keepingCapacity: true)
    taken.removeAll(keepingCapacity: true)
    for row in pair.groundTruths {
      isIgnored.append(
        !table.groundTruths.traits[row].isCounted || !range.contains(table.groundTruths.areas[row])
      )
      taken.append(0)
    }
  }

  /// Finds the match of one detection at every threshold; `row` is the detection's row in
  /// `matched`.
  private mutating func match(_ detection: Int, row: Int, pair: ImageClassPair, area: Int) {
    let mine = candidateStarts[detection]..<candidateStarts[detection + 1]
    let place = row * parameters.areaRanges.count + area
    for threshold in floors.indices {
      let bit: UInt16 = 1 << UInt16(threshold)
      let counted = best(of: mine, ignored: false, floor: floors[threshold], bit: bit, pair)
      guard
        let groundTruth = counted
          ?? best(of: mine, ignored: true, floor: floors[threshold], bit: bit, pair)
      else { continue }
      taken[groundTruth] |= bit
      if recordsGroundTruths, area == 0 {
        groundTruths[row * floors.count + threshold] =
          Int32(pair.groundTruths.lowerBound + groundTruth)
      }
      let hasMark = !table.groundTruths.traits[pair.groundTruths.lowerBound + groundTruth]
        .contains(.zeroId)
      if hasMark { matched[place] |= bit }
      if isIgnored[groundTruth] {
        ignored[place] |= bit
      } else if hasMark {
        ignored[place] &= ~bit
      }
    }
  }

  /// The unmatched ground-truth object with the highest IoU, the last one on ties, among either the
  /// ignored objects or the others.
  private func best(
    of mine: Range<Int>, ignored: Bool, floor: Double, bit: UInt16, _ pair: ImageClassPair
  ) -> Int? {
    var best = floor
    var holder: Int?
    for candidate in candidates[mine] where isIgnored[candidate.groundTruth] == ignored {
      let isTaken = taken[candidate.groundTruth] & bit != 0
      if isTaken,
        !table.groundTruths.traits[pair.groundTruths.lowerBound + candidate.groundTruth].contains(
          .crowd)
      {
        continue
      }
      if candidate.overlap < best { continue }
      best = candidate.overlap
      holder = candidate.groundTruth
    }
    return holder
  }
}
