import Basics
import Imaging

/// Computes the IoU of detections with ground-truth objects: of their boxes or of their masks.
///
/// Matching depends only on these values, the areas and the flags.
public struct PairwiseIoU: Sendable {
  /// Fills `overlaps[d * groundTruths + t]` with the IoU of the pair's d-th detection, for the
  /// first `detections` of them, with its t-th ground-truth object. All elements must be written.
  package typealias Filling =
    @Sendable (
      _ table: EvaluationTable, _ pair: ImageClassPair, _ detections: Int,
      _ overlaps: inout [Double]
    ) -> Void

  /// The IoU of a detection with a ground-truth object of the same image and of any class, both by
  /// row. For a crowd: the intersection over the detection's own area.
  package typealias RowIoU =
    @Sendable (_ table: EvaluationTable, _ detection: Int, _ groundTruth: Int, _ isCrowd: Bool) ->
    Double

  let fill: Filling
  /// Must return the same values as `fill`.
  let iou: RowIoU
}

extension PairwiseIoU {
  init(iou: @escaping RowIoU) {
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

  /// The IoU of boxes; for crowds, the intersection over the detection's area.
  public static let boxes = PairwiseIoU(
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

  /// The smaller one of the IoU of masks and of their boundaries; for crowds that of masks.
  ///
  /// Source: B. Cheng et al., Boundary IoU, 2021, section 5: a boundary alone would also match masks
  /// with other insides.
  package static func boundaries(
    groundTruths: [RunLengthMask], detections: [RunLengthMask],
    tasks: any ParallelExecutor = .serial
  ) -> PairwiseIoU {
    let objectEdges = tasks.map(groundTruths.count) { groundTruths[$0].boundary() }
    let foundEdges = tasks.map(detections.count) { detections[$0].boundary() }
    return PairwiseIoU { table, detection, groundTruth, isCrowd in
      let row = Int(table.detectionSources[detection])
      let object = Int(table.groundTruthSources[groundTruth])
      let whole = detections[row].iou(groundTruths[object], isCrowd: isCrowd)
      if isCrowd || whole == 0 { return whole }
      return min(whole, foundEdges[row].iou(objectEdges[object]))
    }
  }

  /// The IoU of masks; for crowds, the intersection over the detection's area.
  ///
  /// - Parameters:
  ///   - groundTruths: One mask per ground-truth object, in the order of the input.
  ///   - detections: One mask per detection, in the order of the input.
  package static func masks(
    groundTruths: [RunLengthMask], detections: [RunLengthMask]
  ) -> PairwiseIoU {
    PairwiseIoU { table, detection, groundTruth, isCrowd in
      detections[Int(table.detectionSources[detection])].iou(
        groundTruths[Int(table.groundTruthSources[groundTruth])], isCrowd: isCrowd)
    }
  }
}
