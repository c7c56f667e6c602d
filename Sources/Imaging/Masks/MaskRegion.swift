/// A connected component of a mask, outlined by a polygon along the edges of its pixels.
///
/// Pixels that touch at a side or a corner are connected, as in OpenCV's `connectedComponents`.
package struct MaskRegion: Hashable, Sendable {
  /// The value of its pixels.
  package let value: UInt8
  /// The number of pixels.
  package let area: Int
  /// The bounding box, in pixels.
  package let box: Box
  /// Corners x, y, x, y ... in pixels. Holes are joined to the outer boundary by bridges of no width.
  /// Rasterized by `RunLengthMask`, it gives the pixels of the region.
  package let polygon: [Double]
}

extension MaskRegion {
  /// The regions of pixels of equal value, from top to bottom; pixels of value 0 are outside.
  ///
  /// - Parameter values: One byte per pixel, row by row.
  package static func regions(of values: [UInt8], width: Int, height: Int) -> [MaskRegion] {
    precondition(values.count == width * height, "there is one value per pixel")
    return RegionTracer(values, width: width, height: height).regions()
  }
}

extension RunLengthMask {
  /// The polygons of the connected components of the mask.
  package var polygons: [[Double]] {
    // Only the bounding rectangle is traced: most objects are far smaller than their image.
    let bounds = bounds
    var values = [UInt8](repeating: 0, count: bounds.area)
    forEachRun { run in
      for pixel in run {
        values[(pixel % height - bounds.y) * bounds.width + pixel / height - bounds.x] = 1
      }
    }
    let origin = [Double(bounds.x), Double(bounds.y)]
    return MaskRegion.regions(of: values, width: bounds.width, height: bounds.height).map {
      $0.polygon.enumerated().map { $0.element + origin[$0.offset % 2] }
    }
  }
}

/// Labels connected components and traces their boundaries.
private struct RegionTracer {
  private let values: [UInt8]
  private let width: Int
  private let height: Int
  /// The component of each pixel, from 1; 0 outside.
  private var labels: [Int32]
  /// Pixels whose top edge belongs to a traced boundary.
  private var isTraced: [Bool]

  init(_ values: [UInt8], width: Int, height: Int) {
    self.values = values
    self.width = width
    self.height = height
    labels = [Int32](repeating: 0, count: values.count)
    isTraced = [Bool](repeating: false, count: values.count)
  }

  consuming func regions() -> [MaskRegion] {
    var areas: [Int] = []
    var boundaries: [[[Double]]] = []
    var values: [UInt8] = []
    for pixel in self.values.indices where self.values[pixel] != 0 {
      if labels[pixel] == 0 {
        areas.append(fill(from: pixel, with: Int32(areas.count + 1)))
        boundaries.append([])
        values.append(self.values[pixel])
      }
      let label = labels[pixel]
      // The outer boundary is met first: its topmost pixels are above those of all holes.
      if !isTraced[pixel], pixel < width || labels[pixel - width] != label {
        boundaries[Int(label) - 1].append(boundary(from: pixel, label))
      }
    }
    return areas.indices.map { index in
      let outer = boundaries[index][0]
      return MaskRegion(
        value: values[index], area: areas[index],
        box: Polygon(outer).bounds ?? Box(x1: 0, y1: 0, x2: 0, y2: 0),
        polygon: Self.joined(boundaries[index]))
    }
  }

  /// Labels the pixels that are connected to one; returns their number.
  private mutating func fill(from pixel: Int, with label: Int32) -> Int {
    var waiting = [pixel]
    labels[pixel] = label
    var area = 0
    while let pixel = waiting.popLast() {
      area += 1
      let (x, y) = (pixel % width, pixel / width)
      for row in max(y - 1, 0)...min(y + 1, height - 1) {
        for column in max(x - 1, 0)...min(x + 1, width - 1) {
          let neighbor = row * width + column
          if labels[neighbor] == 0, values[neighbor] == values[pixel] {
            labels[neighbor] = label
            waiting.append(neighbor)
          }
        }
      }
    }
    return area
  }

  /// The corners of the boundary that contains the top edge of a pixel, with the region on its right.
  private mutating func boundary(from pixel: Int, _ label: Int32) -> [Double] {
    let start = (x: pixel % width, y: pixel / width)
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

  /// Joins holes to the outer boundary: each begins and ends at its first corner, so that the
  /// connecting edges cancel out.
  private static func joined(_ boundaries: [[Double]]) -> [Double] {
    guard boundaries.count > 1 else { return boundaries[0] }
    let anchor = boundaries[0][0..<2]
    return boundaries.flatMap { $0 + $0[0..<2] + anchor }
  }
}
