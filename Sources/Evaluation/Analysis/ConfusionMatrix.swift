import Basics
import Imaging

/// Which class was found where which class is, with a row and a column for the background.
///
/// In each image the detections of at least a confidence are paired with ground-truth objects of any class, the pair
/// of the highest overlap first (of equal ones the higher-scoring detection, then the earlier ground truth), each
/// at most once. A pair is counted under its classes, an unpaired ground truth as found as background, an
/// unpaired detection as background found as its class. Detections that are left without a ground-truth object,
/// but overlap an ignored one or a crowd enough, are not counted.
package struct ConfusionMatrix: Hashable, Sendable {
  /// The lowest score of a detection that is looked at.
  package let confidence: Double
  /// The overlap that a pair must reach, 0...1.
  package let iou: Double
  /// How many classes there are; the background has this index.
  package let classCount: Int
  /// Detections found as class f where class t is, at `f * (classCount + 1) + t`.
  package private(set) var counts: [Int]

  /// How often class `groundTruth` was found as class `found`; `classCount` is the background.
  package func count(found: Int, groundTruth: Int) -> Int {
    counts[found * (classCount + 1) + groundTruth]
  }

  /// Pairs detections and ground-truth objects of every image.
  package init(
    _ table: EvaluationTable, confidence: Double = 0.25, iou: Double = 0.5,
    overlap: PairwiseIoU = .boxes, tasks: any ParallelExecutor = .serial
  ) {
    self.confidence = confidence
    self.iou = iou
    let classCount = table.classNames.count
    self.classCount = classCount
    counts = [Int](repeating: 0, count: (classCount + 1) * (classCount + 1))
    let parts = tasks.mapParts(of: table.imageNames.count, parts: 64) { images in
      images.flatMap {
        ImagePairing(table, image: $0, confidence: confidence, iou: iou, overlap: overlap).pairs
      }
    }
    for pair in parts.joined() { counts[pair.found * (classCount + 1) + pair.groundTruth] += 1 }
  }
}

/// The pairs of one image, by their classes.
private struct ImagePairing {
  /// What was found and what is there; the number of classes stands for the background.
  private(set) var pairs: [(found: Int, groundTruth: Int)] = []

  private struct Candidate {
    var overlap: Double
    var detection: Int
    var groundTruth: Int
  }

  init(
    _ table: EvaluationTable, image: Int, confidence: Double, iou: Double, overlap: PairwiseIoU
  ) {
    let own = table.pairs(ofImage: image)
    guard let first = own.first, let last = own.last else { return }
    let background = table.classNames.count
    let (found, groundTruths) = (table.detections, table.groundTruths)
    let rows = (first.detections.lowerBound..<last.detections.upperBound)
      .filter { found.scores[$0] >= confidence }
    let groundTruthRows = first.groundTruths.lowerBound..<last.groundTruths.upperBound
    var candidates: [Candidate] = []
    var meetsIgnored: Set<Int> = []
    for row in rows {
      for groundTruth in groundTruthRows {
        let isCrowd = groundTruths.traits[groundTruth].contains(.crowd)
        let value = overlap.iou(table, row, groundTruth, isCrowd)
        guard value >= iou else { continue }
        if groundTruths.traits[groundTruth].isEmpty {
          candidates.append(Candidate(overlap: value, detection: row, groundTruth: groundTruth))
        } else {
          meetsIgnored.insert(row)
        }
      }
    }
    candidates.sort { a, b in
      if a.overlap != b.overlap { return a.overlap > b.overlap }
      let (scoreA, scoreB) = (found.scores[a.detection], found.scores[b.detection])
      if scoreA != scoreB { return scoreA > scoreB }
      return (a.detection, a.groundTruth) < (b.detection, b.groundTruth)
    }
    var takenDetections: Set<Int> = []
    var takenGroundTruths: Set<Int> = []
    for pair in candidates
    where !takenDetections.contains(pair.detection) && !takenGroundTruths.contains(pair.groundTruth)
    {
      takenDetections.insert(pair.detection)
      takenGroundTruths.insert(pair.groundTruth)
      pairs.append(
        (Int(found.classes[pair.detection]), Int(groundTruths.classes[pair.groundTruth])))
    }
    for row in rows where !takenDetections.contains(row) && !meetsIgnored.contains(row) {
      pairs.append((Int(found.classes[row]), background))
    }
    for groundTruth in groundTruthRows
    where groundTruths.traits[groundTruth].isEmpty && !takenGroundTruths.contains(groundTruth) {
      pairs.append((background, Int(groundTruths.classes[groundTruth])))
    }
  }
}
