import Basics
import Imaging

/// TIDE error analysis: the AP gained if all errors of one type, and no others, were corrected.
///
/// Results equal those of tidecv 1.0.1 (see `ErrorKind` for the paper). Choices that the paper
/// leaves open:
///
/// - AP is at IoU 0.5 with at most 100 detections per image over all classes; COCO's AP50 allows
///   100 per class.
/// - A class with detections but without ground truth counts as AP 0 in the mean; COCO leaves it
///   out.
/// - A detection of which more than half lies in a crowd of its class is ignored. The same holds
///   for difficult objects, which tidecv does not have.
/// - Correcting classification or localization errors makes the highest-scoring such detection of
///   an object a true positive and removes the others. Correcting the other types removes the
///   detections, or the missed objects from the ground truth.
/// - On ties of scores, false positives rank first while errors are corrected.
/// - A negative gain is reported as 0.
package struct ErrorBreakdown: Sendable {
  /// AP at IoU 0.5, 0...1.
  package let ap: Double
  /// AP gained by correcting all errors of a type, 0...1, in the order of `ErrorKind.allCases`.
  package let costs: [Double]
  /// The number of errors of each type, in the order of `ErrorKind.allCases`.
  package private(set) var counts: [Int]
  /// AP gained if all false positives were corrected.
  package let falsePositiveCost: Double
  /// AP gained if all false negatives were corrected.
  package let falseNegativeCost: Double
  /// The match outcome of each row of `EvaluationTable.detections`.
  package private(set) var matches: [DetectionMatch]
  /// Whether each row of `EvaluationTable.groundTruths` is missed.
  package private(set) var isMissed: [Bool]

  /// The AP gained by correcting a type.
  package func cost(_ kind: ErrorKind) -> Double { costs[kind.rawValue] }

  /// Classifies all errors; results do not depend on `tasks`.
  package init(
    _ table: EvaluationTable, overlap: PairwiseIoU = .boxes, tasks: any ParallelExecutor = .serial
  ) {
    let parts = tasks.mapParts(of: table.imageNames.count, parts: 64) { images in
      images.map { ImageErrors(table, image: $0, overlap: overlap) }
    }
    matches = [DetectionMatch](repeating: DetectionMatch(), count: table.detections.count)
    isMissed = [Bool](repeating: false, count: table.groundTruths.count)
    counts = ErrorKind.allCases.map { _ in 0 }
    var costs = OracleAP(classCount: table.classNames.count)
    for image in parts.joined() {
      for (row, match) in zip(image.detections, image.matches) {
        matches[row] = match
        if let error = match.error { counts[error.rawValue] += 1 }
        costs.add(match, row: row, table)
      }
      for (place, row) in image.groundTruths.enumerated() {
        isMissed[row] = !image.isReached[place]
        if isMissed[row] { counts[ErrorKind.missed.rawValue] += 1 }
        costs.addGroundTruth(
          ofClass: Int(table.groundTruths.classes[row]), isMatched: image.isMatched[place],
          isMissed: isMissed[row])
      }
    }
    let ap = costs.meanAP()
    self.ap = ap
    costs.rankFalsePositivesFirst()
    self.costs = ErrorKind.allCases.map { max(0, costs.correcting($0) - ap) }
    falsePositiveCost = costs.withoutFalsePositives() - ap
    falseNegativeCost = costs.withoutFalseNegatives() - ap
  }
}

extension ErrorBreakdown {
  /// A table of the error types with their count and AP50 gain; for several results, only the gains
  /// side by side.
  package static func table(_ results: [ErrorBreakdown]) -> Table {
    let isSingle = results.count == 1
    var table = Table(
      [.words("error")] + (isSingle ? [.numbers("count")] : [])
        + results.indices.map {
          .numbers(isSingle ? "dAP50" : "(\($0 + 1)) dAP50", key: "cost")
        })
    func add(
      _ name: String, _ count: (ErrorBreakdown) -> Table.Value, _ cost: (ErrorBreakdown) -> Double
    ) {
      table.add(
        [.text(name)] + (isSingle ? results.map(count) : [])
          + results.map { .number(cost($0), digits: 3) })
    }
    for kind in ErrorKind.allCases {
      add(kind.name, { .integer($0.counts[kind.rawValue]) }, { $0.cost(kind) })
    }
    add("false positives", { _ in .blank }, \.falsePositiveCost)
    add("false negatives", { _ in .blank }, \.falseNegativeCost)
    return table
  }
}
