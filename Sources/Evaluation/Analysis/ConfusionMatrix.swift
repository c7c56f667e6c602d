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

extension ConfusionMatrix {
  /// The matrix of a result at its settings' confidence and IoU.
  package init(_ result: EvaluationResult, tasks: any ParallelExecutor = .serial) {
    self.init(
      result.table, confidence: result.parameters.confidence, iou: result.parameters.matchIoU,
      overlap: result.overlap, tasks: tasks)
  }

  /// The classes that occur in order of index; if there are more than `most`, the most confused
  /// ones.
  package func shownClasses(most: Int) -> [Int] {
    let side = classCount + 1
    var (total, confused) = ([Int](repeating: 0, count: side), [Int](repeating: 0, count: side))
    for predicted in 0..<side {
      for groundTruth in 0..<side {
        let count = count(predicted: predicted, groundTruth: groundTruth)
        total[predicted] += count
        total[groundTruth] += count
        if predicted == groundTruth || max(predicted, groundTruth) == classCount { continue }
        confused[predicted] += count
        confused[groundTruth] += count
      }
    }
    let occurring = (0..<classCount).filter { total[$0] > 0 }
    guard occurring.count > most else { return occurring }
    return occurring.sorted { (confused[$1], $0) < (confused[$0], $1) }.prefix(most).sorted()
  }

  /// The matrix of some classes: a row per actual class, a column per predicted one, the background
  /// last in both.
  ///
  /// - Parameter shown: Class indices; nil for all.
  package func table(_ classNames: [String], shown: [Int]? = nil) -> Table {
    let indices = (shown ?? Array(0..<classCount)) + [classCount]
    let names = indices.map { $0 == classCount ? "background" : classNames[$0] }
    var table = Table(
      [.words("actual \\ predicted", key: "actual")] + names.map { .numbers($0) })
    for (name, groundTruth) in zip(names, indices) {
      table.add(
        [.text(name)]
          + indices.map { .integer(count(predicted: $0, groundTruth: groundTruth)) })
    }
    return table
  }
}

extension ConfusionMatrix {
  /// The matrices of several results for a CSV file; of more than one, with a column `run`.
  package static func csvTable(_ results: [EvaluationResult]) -> Table {
    let names = (results.first?.table.classNames ?? []) + ["background"]
    let isOne = results.count == 1
    var table = Table(
      (isOne ? [] : [.words("run")]) + [.words("actual")] + names.map { .numbers($0) })
    for result in results {
      let rows = ConfusionMatrix(result).table(result.table.classNames).rows
      for row in rows { table.add((isOne ? [] : [.text(result.name)]) + row) }
    }
    return table
  }
}

extension AdditionalMetric {
  /// The most classes of a confusion matrix in a terminal.
  private static let shownInText = 10

  /// In a terminal, of many classes the most confused ones.
  static let confusion = AdditionalMetric(
    name: "confusion", summary: "the confusion matrix",
    caption: { result in
      let (parameters, count) = (result.parameters, result.table.classNames.count)
      return "confusion matrix at confidence \(parameters.confidence.optionText) and IoU "
        + parameters.matchIoU.optionText
        + (count > shownInText ? ", the \(shownInText) most confused of \(count) classes" : "")
    }
  ) { result, tasks in
    let matrix = ConfusionMatrix(result, tasks: tasks)
    let names = result.table.classNames + ["background"]
    return (
      matrix.table(result.table.classNames, shown: matrix.shownClasses(most: shownInText)),
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
  package static let all = [voc, openImages, f1, counts, confusion]
}
