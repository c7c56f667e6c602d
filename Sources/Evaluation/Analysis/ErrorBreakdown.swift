import Basics
import Imaging

/// Where average precision is lost: each kind of error, and what mending it alone would give.
///
/// The numbers are those of TIDE (see `ErrorKind`) as its program tidecv 1.0.1 reckons them. Where
/// the paper leaves a choice, this is what is done, by that program and here:
///
/// - AP is that at IoU 0.5 with at most 100 detections an image, all classes together; COCO's AP50
///   allows 100 a class.
/// - A class that is detected but has no ground truth counts as AP 0 in the mean; COCO leaves it out.
/// - A detection that lies more than half in a crowd of its class does not count. So it is with
///   objects that are marked difficult, which tidecv does not know.
/// - Mending a classification or localization error makes the highest-scoring such detection of a ground-truth object
///   right, and takes away the others; mending the other kinds takes the detections away; mending
///   missed ground-truth objects takes those out of the count.
/// - Of equal scores, wrong detections go first while something is mended.
/// - What mending would lose is told as 0.
package struct ErrorBreakdown: Sendable {
  /// AP at IoU 0.5 as it is, 0...1.
  package let ap: Double
  /// AP gained by mending all errors of a kind, 0...1, in the order of `ErrorKind.allCases`.
  package let costs: [Double]
  /// How many errors of a kind there are, in that order.
  package let counts: [Int]
  /// AP gained if no detection were wrong.
  package let falsePositiveCost: Double
  /// AP gained if no ground truth were left unfound.
  package let falseNegativeCost: Double
  /// What became of each detection; rows as in `EvaluationTable.detections`.
  package let matches: [DetectionMatch]
  /// Ground-truth objects that no detection is right about or would be once repaired; rows as in
  /// `EvaluationTable.groundTruths`.
  package let isMissed: [Bool]

  /// The AP that mending a kind would give.
  package func cost(_ kind: ErrorKind) -> Double { costs[kind.rawValue] }

  /// Finds out what became of each detection and ground truth, and what each kind of error costs.
  ///
  /// - Parameters:
  ///   - overlap: What the rows overlap by: boxes or masks.
  ///   - tasks: What runs parts of the images at the same time; results do not depend on it.
  package init(
    _ table: EvaluationTable, overlap: PairwiseIoU = .boxes, tasks: any ParallelExecutor = .serial
  ) {
    let parts = tasks.mapParts(of: table.imageNames.count, parts: 64) { images in
      images.map { ImageErrors(table, image: $0, overlap: overlap) }
    }
    var matches = [DetectionMatch](repeating: DetectionMatch(), count: table.detections.count)
    var isMissed = [Bool](repeating: false, count: table.groundTruths.count)
    var counts = ErrorKind.allCases.map { _ in 0 }
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
          ofClass: Int(table.groundTruths.classes[row]), isFound: image.isFound[place],
          isMissed: isMissed[row])
      }
    }
    self.matches = matches
    self.isMissed = isMissed
    self.counts = counts
    let ap = costs.asItIs()
    self.ap = ap
    costs.putWrongFirst()
    self.costs = ErrorKind.allCases.map { max(0, costs.mending($0) - ap) }
    falsePositiveCost = costs.withoutWrong() - ap
    falseNegativeCost = costs.withoutUnfound() - ap
  }
}
