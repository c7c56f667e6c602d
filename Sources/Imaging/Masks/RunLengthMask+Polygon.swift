extension RunLengthMask {
  /// Rasterizes the union of polygons.
  ///
  /// Source: `rleFrPoly` in maskApi.c, including its rounding at edges: corners are rounded to
  /// fifths of a pixel, the boundary is traced in such steps, and each crossing of a column's
  /// middle cuts the column there. Pixels between an odd and an even cut are inside. Polygons are
  /// joined as in COCO's `annToRLE`.
  ///
  /// - Parameters:
  ///   - polygons: Lists x, y, x, y ... in pixels, each with at least three corners; polygons may
  ///     intersect themselves and extend beyond the image.
  ///   - isLenient: Whether polygons of fewer than three corners cover no pixel, and an odd last
  ///     number is ignored, as in pycocotools; if not, they are errors.
  /// - Throws: `ImagingError.invalidMask` for an odd count of numbers, fewer than three corners, a
  ///   coordinate that is not finite or larger than 2²⁰ pixels, and a boundary too long to trace.
  package init(
    width: Int, height: Int, polygons: [[Double]], isLenient: Bool = false
  ) throws(ImagingError) {
    _ = try Self.pixelCount(width: width, height: height)
    var whole = RunBuilder()
    for (place, listed) in polygons.enumerated() {
      var polygon = listed
      if isLenient {
        if polygon.count < 6 { continue }
        if polygon.count % 2 == 1 { polygon.removeLast() }
      }
      let runs = try Self.runs(width: width, height: height, polygon: polygon, place: place)
      if polygons.count == 1 {
        whole = runs
      } else {
        let part = RunLengthMask(width: width, height: height, runs)
        let before = RunLengthMask(width: width, height: height, whole)
        whole = before.joined(with: part)
      }
    }
    self.init(width: width, height: height, whole)
  }

  private static let farthest = 1_048_576.0
  /// The maximum number of steps along a boundary; enough for an image of 2³¹ pixels.
  private static let longestWalk = 1 << 28
  /// Steps per pixel.
  private static let fineness = 5

  private static func runs(
    width: Int, height: Int, polygon: [Double], place: Int
  ) throws(ImagingError) -> RunBuilder {
    func fail(_ reason: String) -> ImagingError {
      .invalidMask(width: width, height: height, reason: "polygon \(place) \(reason)")
    }
    guard polygon.count % 2 == 0, polygon.count >= 6 else {
      throw fail(
        "has \(polygon.count) numbers; an x and a y for each of three or more corners are expected")
    }
    for value in polygon where !(abs(value) <= farthest) {
      throw fail(
        "has a coordinate of \(value); coordinates are limited to \(Int(farthest)) either way")
    }
    // Truncated, as in a C cast.
    let corners = stride(from: 0, to: polygon.count, by: 2).map { at in
      (
        x: Int(Double(fineness) * polygon[at] + 0.5),
        y: Int(Double(fineness) * polygon[at + 1] + 0.5)
      )
    }
    var steps = 0
    var cuts: [UInt32] = []
    for (place, from) in corners.enumerated() {
      let to = corners[place + 1 < corners.count ? place + 1 : 0]
      steps += max(abs(to.x - from.x), abs(to.y - from.y))
      guard steps <= longestWalk else { throw fail("has a boundary that is too long") }
      let edge = Edge(from: from, to: to)
      edge.cut(width: width, height: height, into: &cuts)
    }
    cuts.sort()
    if cuts.count % 2 == 1 { cuts.append(UInt32(width * height)) }
    var runs = RunBuilder(capacity: cuts.count + 1)
    for at in stride(from: 0, to: cuts.count, by: 2) {
      runs.append(Int(cuts[at])..<Int(cuts[at + 1]))
    }
    return runs
  }

  /// An edge of a polygon, its ends in fifths of a pixel.
  private struct Edge {
    var from: (x: Int, y: Int)
    var to: (x: Int, y: Int)

    /// Appends the column-major indices of the pixels before which a column is cut.
    func cut(width: Int, height: Int, into cuts: inout [UInt32]) {
      let (dx, dy) = (abs(to.x - from.x), abs(to.y - from.y))
      if dx == 0 { return }
      let isFlat = dx >= dy
      // Rounding depends on the direction, which is the same for both polygons that share an edge.
      let isFlipped = isFlat ? from.x > to.x : from.y > to.y
      let (start, end) = isFlipped ? (to, from) : (from, to)
      let slope =
        isFlat ? Double(end.y - start.y) / Double(dx) : Double(end.x - start.x) / Double(dy)
      let count = max(dx, dy)
      var last = (x: 0, y: 0)
      for step in 0...count {
        let t = isFlipped ? count - step : step
        let point =
          isFlat
          ? (x: t + start.x, y: Int(Double(start.y) + slope * Double(t) + 0.5))
          : (x: Int(Double(start.x) + slope * Double(t) + 0.5), y: t + start.y)
        if step > 0, point.x != last.x {
          // The middle of a column is 2 of its fifths and a half from its left edge.
          let fifth = min(point.x, last.x)
          let column = fifth / fineness
          if fifth >= 0, fifth % fineness == 2, column < width {
            let y = (Double(min(point.y, last.y)) + 0.5) / Double(fineness) - 0.5
            let row = Int(min(max(y, 0), Double(height)).rounded(.up))
            cuts.append(UInt32(column * height + row))
          }
        }
        last = point
      }
    }
  }
}
