import Imaging

/// How the overlaps of a cell are found: of boxes, or of what is kept beside the rows, as masks.
///
/// Matching reads nothing but these overlaps, the areas and the traits.
package struct PairwiseIoU: Sendable {
  /// Fills `overlaps[d * groundTruths + t]` with the overlap, 0...1, of the cell's d-th detection, for
  /// the first `detections` of them, with its t-th ground truth; all places are asked to be written.
  package typealias Filling =
    @Sendable (
      _ table: EvaluationTable, _ pair: ImageClassPair, _ detections: Int,
      _ overlaps: inout [Double]
    ) -> Void

  /// The overlap, 0...1, of a detection with a ground-truth object of the same image and of any class, both by
  /// their rows; over the detection's own area where the ground truth is to be taken for a crowd.
  package typealias RowIoU =
    @Sendable (_ table: EvaluationTable, _ detection: Int, _ groundTruth: Int, _ isCrowd: Bool) ->
    Double

  /// Fills the overlaps of a cell.
  let fill: Filling
  /// The overlap of two rows.
  let iou: RowIoU

  /// Makes a source from the functions for a whole cell and for a pair, which must agree.
  package init(fill: @escaping Filling, iou: @escaping RowIoU) {
    self.fill = fill
    self.iou = iou
  }

  /// Makes a source from the function for a pair.
  package init(iou: @escaping RowIoU) {
    self.init(
      fill: { table, pair, detections, overlaps in
        var place = 0
        for row in pair.detections.prefix(detections) {
          for groundTruth in pair.groundTruths {
            overlaps[place] = iou(
              table, row, groundTruth, table.groundTruths.traits[groundTruth].contains(.crowd))
            place += 1
          }
        }
      }, iou: iou)
  }

  /// Intersection over union of boxes; over the detection's area for crowds.
  package static let boxes = PairwiseIoU(
    fill: { table, pair, detections, overlaps in
      var place = 0
      for row in pair.detections.prefix(detections) {
        let box = table.detections.boxes[row]
        for groundTruth in pair.groundTruths {
          overlaps[place] = box.overlap(
            with: table.groundTruths.boxes[groundTruth],
            isCrowd: table.groundTruths.traits[groundTruth].contains(.crowd))
          place += 1
        }
      }
    },
    iou: { table, detection, groundTruth, isCrowd in
      table.detections.boxes[detection].overlap(
        with: table.groundTruths.boxes[groundTruth], isCrowd: isCrowd)
    })

  /// Intersection over union of masks; over the detection's area for crowds.
  ///
  /// - Parameters:
  ///   - ground-truth objects: One mask a ground-truth object, in the order of the input.
  ///   - detections: One mask a detection, in the order of the input.
  package static func masks(
    groundTruths: [RunLengthMask], detections: [RunLengthMask]
  ) -> PairwiseIoU {
    PairwiseIoU { table, detection, groundTruth, isCrowd in
      detections[Int(table.detectionSources[detection])].iou(
        groundTruths[Int(table.groundTruthSources[groundTruth])], isCrowd: isCrowd)
    }
  }
}
