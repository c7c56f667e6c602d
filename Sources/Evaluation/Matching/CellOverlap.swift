/// How the overlaps of a cell are found: of boxes, or of what is kept beside the rows, as masks.
///
/// Matching reads nothing but these overlaps, the areas and the traits. A source of masks captures
/// its masks, which stand in the input's order, and finds them by `EvaluationCells.truthSources`
/// and `detectionSources`.
public struct CellOverlap: Sendable {
  /// Fills `overlaps[d * truths + t]` with the overlap, 0...1, of the cell's d-th detection, for
  /// the first `detections` of them, with its t-th truth; all places are asked to be written.
  public typealias Filling =
    @Sendable (
      _ cells: EvaluationCells, _ cell: EvaluationCell, _ detections: Int,
      _ overlaps: inout [Double]
    ) -> Void

  /// Fills the overlaps of a cell.
  let fill: Filling

  /// Makes a source from the function that fills a cell's overlaps.
  public init(_ fill: @escaping Filling) {
    self.fill = fill
  }

  /// Intersection over union of boxes; over the detection's area for crowds.
  public static let boxes = CellOverlap { cells, cell, detections, overlaps in
    var place = 0
    for row in cell.detections.prefix(detections) {
      let box = cells.detections.boxes[row]
      for truth in cell.truths {
        overlaps[place] = box.overlap(
          with: cells.truths.boxes[truth], isCrowd: cells.truths.traits[truth].contains(.crowd))
        place += 1
      }
    }
  }
}
