import Imaging

/// Which class was found where which class is, with a row and a column for the background.
///
/// In each image the detections of at least a confidence are paired with truths of any class, the pair
/// of the highest overlap first (of equal ones the surer detection, then the earlier truth), each
/// at most once. A pair is counted under its classes, an unpaired truth as found as background, an
/// unpaired detection as background found as its class. Detections that are left without a truth,
/// but overlap an ignored one or a crowd enough, are not counted.
public struct ConfusionMatrix: Hashable, Sendable {
  /// The lowest score of a detection that is looked at.
  public let confidence: Double
  /// The overlap that a pair must reach, 0...1.
  public let iou: Double
  /// How many classes there are; the background has this index.
  public let classCount: Int
  /// Detections found as class f where class t is, at `f * (classCount + 1) + t`.
  public private(set) var counts: [Int]

  /// How often class `truth` was found as class `found`; `classCount` is the background.
  public func count(found: Int, truth: Int) -> Int { counts[found * (classCount + 1) + truth] }

  /// Pairs detections and truths of every image.
  public init(
    _ cells: EvaluationCells, confidence: Double = 0.25, iou: Double = 0.5,
    overlap: CellOverlap = .boxes, tasks: TaskRunner = .serial
  ) {
    self.confidence = confidence
    self.iou = iou
    let classCount = cells.classNames.count
    self.classCount = classCount
    counts = [Int](repeating: 0, count: (classCount + 1) * (classCount + 1))
    let parts = tasks.mapParts(of: cells.imageNames.count, parts: 64) { images in
      images.flatMap {
        ImagePairing(cells, image: $0, confidence: confidence, iou: iou, overlap: overlap).pairs
      }
    }
    for pair in parts.joined() { counts[pair.found * (classCount + 1) + pair.truth] += 1 }
  }
}

/// The pairs of one image, by their classes.
private struct ImagePairing {
  /// What was found and what is there; the number of classes stands for the background.
  private(set) var pairs: [(found: Int, truth: Int)] = []

  private struct Candidate {
    var overlap: Double
    var detection: Int
    var truth: Int
  }

  init(
    _ cells: EvaluationCells, image: Int, confidence: Double, iou: Double, overlap: CellOverlap
  ) {
    let own = cells.cells(ofImage: image)
    guard let first = own.first, let last = own.last else { return }
    let background = cells.classNames.count
    let (found, truths) = (cells.detections, cells.truths)
    let rows = (first.detections.lowerBound..<last.detections.upperBound)
      .filter { found.scores[$0] >= confidence }
    let truthRows = first.truths.lowerBound..<last.truths.upperBound
    var candidates: [Candidate] = []
    var meetsIgnored: Set<Int> = []
    for row in rows {
      for truth in truthRows {
        let isCrowd = truths.traits[truth].contains(.crowd)
        let value = overlap.pair(cells, row, truth, isCrowd)
        guard value >= iou else { continue }
        if truths.traits[truth].isEmpty {
          candidates.append(Candidate(overlap: value, detection: row, truth: truth))
        } else {
          meetsIgnored.insert(row)
        }
      }
    }
    candidates.sort { a, b in
      if a.overlap != b.overlap { return a.overlap > b.overlap }
      let (scoreA, scoreB) = (found.scores[a.detection], found.scores[b.detection])
      if scoreA != scoreB { return scoreA > scoreB }
      return (a.detection, a.truth) < (b.detection, b.truth)
    }
    var takenDetections: Set<Int> = []
    var takenTruths: Set<Int> = []
    for pair in candidates
    where !takenDetections.contains(pair.detection) && !takenTruths.contains(pair.truth) {
      takenDetections.insert(pair.detection)
      takenTruths.insert(pair.truth)
      pairs.append((Int(found.classes[pair.detection]), Int(truths.classes[pair.truth])))
    }
    for row in rows where !takenDetections.contains(row) && !meetsIgnored.contains(row) {
      pairs.append((Int(found.classes[row]), background))
    }
    for truth in truthRows where truths.traits[truth].isEmpty && !takenTruths.contains(truth) {
      pairs.append((background, Int(truths.classes[truth])))
    }
  }
}
