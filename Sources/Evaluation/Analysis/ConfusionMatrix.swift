import Basics
import Imaging

/// The confusion matrix: predicted and true classes, with a row and a column for the background.
///
/// In each image the detections above a confidence threshold are matched with ground-truth objects
/// of any class, each at most once, in order of descending IoU (ties: the higher score, then the
/// earlier object). A match counts under its two classes, an unmatched object as predicted
/// background, an unmatched detection as true background. Unmatched detections on an ignored object
/// or a crowd are left out.
package struct ConfusionMatrix: Hashable, Sendable {
  /// Confidence threshold.
  package let confidence: Double
  /// IoU threshold of a match, 0...1.
  package let iou: Double
  /// The number of classes, which is also the index of the background.
  package let classCount: Int
  /// Row-major: the count of predicted class p and true class t is at `p * (classCount + 1) + t`.
  package private(set) var counts: [Int]

  /// The number of objects of class `groundTruth` predicted as class `predicted`; `classCount` is
  /// the background.
  package func count(predicted: Int, groundTruth: Int) -> Int {
    counts[predicted * (classCount + 1) + groundTruth]
  }

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
        Self.pairs(table, image: $0, confidence: confidence, iou: iou, overlap: overlap)
      }
    }
    for pair in parts.joined() { counts[pair.predicted * (classCount + 1) + pair.groundTruth] += 1 }
  }

  /// The matched and unmatched boxes of one image as class indices; the number of classes is the
  /// background.
  private static func pairs(
    _ table: EvaluationTable, image: Int, confidence: Double, iou: Double, overlap: PairwiseIoU
  ) -> [(predicted: Int, groundTruth: Int)] {
    let own = table.pairs(ofImage: image)
    let background = table.classNames.count
    let (detections, groundTruths) = (table.detections, table.groundTruths)
    let rows = own.detections.filter { detections.scores[$0] >= confidence }
    let groundTruthRows = own.groundTruths
    var candidates: [(overlap: Double, detection: Int, groundTruth: Int)] = []
    var onIgnored: Set<Int> = []
    for row in rows {
      for groundTruth in groundTruthRows {
        let isCrowd = groundTruths.traits[groundTruth].contains(.crowd)
        let value = overlap.iou(table, row, groundTruth, isCrowd)
        guard value >= iou else { continue }
        if groundTruths.traits[groundTruth].isCounted {
          candidates.append((value, row, groundTruth))
        } else {
          onIgnored.insert(row)
        }
      }
    }
    candidates.sort { a, b in
      (b.overlap, detections.scores[b.detection], a.detection, a.groundTruth)
        < (a.overlap, detections.scores[a.detection], b.detection, b.groundTruth)
    }
    var pairs: [(predicted: Int, groundTruth: Int)] = []
    var takenDetections: Set<Int> = []
    var takenGroundTruths: Set<Int> = []
    for pair in candidates
    where !takenDetections.contains(pair.detection) && !takenGroundTruths.contains(pair.groundTruth)
    {
      takenDetections.insert(pair.detection)
      takenGroundTruths.insert(pair.groundTruth)
      pairs.append(
        (Int(detections.classes[pair.detection]), Int(groundTruths.classes[pair.groundTruth])))
    }
    for row in rows where !takenDetections.contains(row) && !onIgnored.contains(row) {
      pairs.append((Int(detections.classes[row]), background))
    }
    for groundTruth in groundTruthRows
    where groundTruths.traits[groundTruth].isCounted && !takenGroundTruths.contains(groundTruth) {
      pairs.append((background, Int(groundTruths.classes[groundTruth])))
    }
    return pairs
  }
}

extension AdditionalMetric {
  /// Prints the most frequent confusions, since a matrix of many classes is too wide for a
  /// terminal.
  static let confusion = AdditionalMetric(
    name: "confusion", summary: "the confusion matrix"
  ) { result, tasks in
    let matrix = ConfusionMatrix(result.table, overlap: result.overlap, tasks: tasks)
    let names = result.table.classNames + ["background"]
    let confusions = names.indices.flatMap { predicted in
      names.indices.filter { $0 != predicted }.map { groundTruth in
        (predicted, groundTruth, matrix.count(predicted: predicted, groundTruth: groundTruth))
      }
    }.filter { $0.2 > 0 }.sorted { ($1.2, $0.0, $0.1) < ($0.2, $1.0, $1.1) }
    var table = Table([.words("predicted"), .words("actual"), .numbers("count")])
    for (predicted, groundTruth, count) in confusions.prefix(12) {
      table.add([.text(names[predicted]), .text(names[groundTruth]), .integer(count)])
    }
    let rest = confusions.dropFirst(12).reduce(0) { $0 + $1.2 }
    if rest > 0 { table.add([.text("others"), .blank, .integer(rest)]) }
    let correct = names.indices.reduce(0) { $0 + matrix.count(predicted: $1, groundTruth: $1) }
    table.add([.text("correct"), .blank, .integer(correct)])
    return (
      table,
      [
        "confidence": .number(matrix.confidence), "iou": .number(matrix.iou),
        "classes": .array(names.map { .string($0) }),
        "confusion": .array(
          names.indices.map { predicted in
            .array(
              names.indices.map {
                .integer(matrix.count(predicted: predicted, groundTruth: $0))
              })
          }),
      ]
    )
  }

  /// The metrics besides COCO's, in the order in which `evaluate --also` prints them.
  package static let all = [voc, f1, confusion]
}
