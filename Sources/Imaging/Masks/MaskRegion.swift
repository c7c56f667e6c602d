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

/// Labels the 8-connected components of pixels of equal value.
private struct RegionTracer {
  private let values: [UInt8]
  private let width: Int
  private let height: Int
  /// The component of each pixel, from 1; 0 outside.
  private var labels: [Int32]

  init(_ values: [UInt8], width: Int, height: Int) {
    self.values = values
    self.width = width
    self.height = height
    labels = [Int32](repeating: 0, count: values.count)
  }

  consuming func regions() -> [MaskRegion] {
    var found: [(value: UInt8, area: Int)] = []
    for pixel in values.indices where values[pixel] != 0 && labels[pixel] == 0 {
      found.append((values[pixel], fill(from: pixel, with: Int32(found.count + 1))))
    }
    let boundaries = LabelBoundaries(labels, count: found.count, width: width, height: height)
    return found.indices.map { index in
      MaskRegion(
        value: found[index].value, area: found[index].area, box: boundaries.box(of: index + 1),
        polygon: boundaries.polygon(of: index + 1))
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
}
