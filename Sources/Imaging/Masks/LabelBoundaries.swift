/// The boundaries of the objects of a label map, along the edges of their pixels.
///
/// Boundaries are followed from pixel edge to pixel edge with the object on the right ("crack
/// following"): outer boundaries run clockwise, those of holes counterclockwise. Each object is
/// 4- or 8-connected, so that it has one outer boundary; where its pixels touch at a corner, the
/// boundary crosses over.
package struct LabelBoundaries {
  /// By label, less 1: the corners x, y, x, y ... of the outer boundary, then of the holes.
  private var boundaries: [[[Double]]]

  /// Traces the objects 1 to `count`; 0 is outside.
  ///
  /// - Parameter labels: One label per pixel, row by row.
  package init(_ labels: [Int32], count: Int, width: Int, height: Int) {
    precondition(labels.count == width * height, "there is one label per pixel")
    boundaries = [[[Double]]](repeating: [], count: count)
    // Pixels whose top edge belongs to a traced boundary.
    var isTraced = [Bool](repeating: false, count: labels.count)
    labels.withUnsafeBufferPointer { labels in
      for pixel in labels.indices where labels[pixel] != 0 && !isTraced[pixel] {
        // The outer boundary is met first: its topmost pixels are above those of all holes.
        if pixel < width || labels[pixel - width] != labels[pixel] {
          boundaries[Int(labels[pixel]) - 1].append(
            Self.boundary(
              from: pixel, in: labels, width: width, height: height, marking: &isTraced))
        }
      }
    }
  }

  /// The polygon of an object: corners x, y, x, y ... in pixels. Holes are joined to the outer boundary
  /// by bridges of no width. Rasterized by `RunLengthMask`, it gives the pixels of the object.
  package func polygon(of label: Int) -> [Double] {
    let own = boundaries[label - 1]
    guard own.count > 1 else { return own.first ?? [] }
    // Each hole begins and ends at its first corner, so that the connecting edges cancel out.
    let anchor = own[0][0..<2]
    return own.flatMap { $0 + $0[0..<2] + anchor }
  }

  /// The bounding box of an object, in pixels; of no size without pixels.
  package func box(of label: Int) -> Box {
    boundaries[label - 1].first.flatMap { Polygon($0).bounds } ?? Box(x1: 0, y1: 0, x2: 0, y2: 0)
  }

  /// The corners of the boundary that contains the top edge of a pixel, with the object on its right.
  private static func boundary(
    from pixel: Int, in labels: UnsafeBufferPointer<Int32>, width: Int, height: Int,
    marking isTraced: inout [Bool]
  ) -> [Double] {
    let start = (x: pixel % width, y: pixel / width)
    let label = labels[pixel]
    var (x, y) = start
    // Right, down, left, up.
    var direction = 0
    let steps = [(1, 0), (0, 1), (-1, 0), (0, -1)]
    /// For each direction, the pixels ahead to the right and to the left of a corner.
    let ahead = [((0, 0), (0, -1)), ((-1, 0), (0, 0)), ((-1, -1), (-1, 0)), ((0, -1), (-1, -1))]
    func isInside(_ offset: (Int, Int)) -> Bool {
      let (column, row) = (x + offset.0, y + offset.1)
      return column >= 0 && column < width && row >= 0 && row < height
        && labels[row * width + column] == label
    }
    var corners: [Double] = []
    repeat {
      if direction == 0 { isTraced[y * width + x] = true }
      x += steps[direction].0
      y += steps[direction].1
      let turn = isInside(ahead[direction].1) ? 3 : isInside(ahead[direction].0) ? 0 : 1
      if turn != 0 { corners += [Double(x), Double(y)] }
      direction = (direction + turn) % 4
    } while (x, y) != start || direction != 0
    return corners
  }
}
