import Imaging

/// How the overlaps of a cell are found: of boxes, or of what is kept beside the rows, as masks.
///
/// Matching reads nothing but these overlaps, the areas and the traits.
public struct CellOverlap: Sendable {
  /// Fills `overlaps[d * truths + t]` with the overlap, 0...1, of the cell's d-th detection, for
  /// the first `detections` of them, with its t-th truth; all places are asked to be written.
  public typealias Filling =
    @Sendable (
      _ cells: EvaluationCells, _ cell: EvaluationCell, _ detections: Int,
      _ overlaps: inout [Double]
    ) -> Void

  /// The overlap, 0...1, of a detection with a truth of the same image and of any class, both by
  /// their rows; over the detection's own area where the truth is to be taken for a crowd.
  public typealias Pair =
    @Sendable (_ cells: EvaluationCells, _ detection: Int, _ truth: Int, _ isCrowd: Bool) -> Double

  /// Fills the overlaps of a cell.
  let fill: Filling
  /// The overlap of two rows.
  let pair: Pair

  /// Makes a source from the functions for a whole cell and for a pair, which must agree.
  public init(fill: @escaping Filling, pair: @escaping Pair) {
    self.fill = fill
    self.pair = pair
  }

  /// Makes a source from the function for a pair.
  public init(pair: @escaping Pair) {
    self.init(
      fill: { cells, cell, detections, overlaps in
        var place = 0
        for row in cell.detections.prefix(detections) {
          for truth in cell.truths {
            overlaps[place] = pair(
              cells, row, truth, cells.truths.traits[truth].contains(.crowd))
            place += 1
          }
        }
      }, pair: pair)
  }

  /// Intersection over union of boxes; over the detection's area for crowds.
  public static let boxes = CellOverlap(
    fill: { cells, cell, detections, overlaps in
      var place = 0
      for row in cell.detections.prefix(detections) {
        let box = cells.detections.boxes[row]
        for truth in cell.truths {
          overlaps[place] = box.overlap(
            with: cells.truths.boxes[truth], isCrowd: cells.truths.traits[truth].contains(.crowd))
          place += 1
        }
      }
    },
    pair: { cells, detection, truth, isCrowd in
      cells.detections.boxes[detection].overlap(with: cells.truths.boxes[truth], isCrowd: isCrowd)
    })

  /// Intersection over union of masks; over the detection's area for crowds.
  ///
  /// - Parameters:
  ///   - truths: One mask a truth, in the order of the input.
  ///   - detections: One mask a detection, in the order of the input.
  public static func masks(
    truths: [RunLengthMask], detections: [RunLengthMask]
  ) -> CellOverlap {
    CellOverlap { cells, detection, truth, isCrowd in
      detections[Int(cells.detectionSources[detection])].iou(
        truths[Int(cells.truthSources[truth])], isCrowd: isCrowd)
    }
  }
}
