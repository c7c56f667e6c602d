/// A closed polygon of either orientation, convex or not. If it intersects itself, the areas on the
/// two sides of the crossing cancel out.
package struct Polygon: Hashable, Sendable {
  /// A corner, in pixels.
  package struct Corner: Hashable, Sendable {
    package var x: Double
    package var y: Double

    package init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// The corners in order; the last is connected to the first.
  package var corners: [Corner]

  package init(_ corners: [Corner]) { self.corners = corners }

  /// Makes a polygon from x, y, x, y ...; an odd last number is ignored.
  package init(_ numbers: [Double]) {
    corners = stride(from: 0, to: numbers.count - 1, by: 2).map {
      Corner(numbers[$0], numbers[$0 + 1])
    }
  }

  package init(_ box: Box) {
    corners = [
      Corner(box.x1, box.y1), Corner(box.x2, box.y1), Corner(box.x2, box.y2),
      Corner(box.x1, box.y2),
    ]
  }

  /// The corners as x, y, x, y ...
  package var numbers: [Double] { corners.flatMap { [$0.x, $0.y] } }

  /// The area in square pixels.
  package var area: Double {
    guard let first = corners.first else { return 0 }
    var sum = 0.0
    var last = corners[corners.count - 1]
    for corner in corners {
      // Relative to the first corner, which preserves the precision of small polygons far from the
      // origin.
      sum += (last.x - first.x) * (corner.y - first.y) - (corner.x - first.x) * (last.y - first.y)
      last = corner
    }
    return abs(sum) / 2
  }

  /// The bounding box of all corners; nil if there are none.
  package var bounds: Box? {
    corners.reduce(nil) { box, corner in
      let point = Box(x1: corner.x, y1: corner.y, x2: corner.x, y2: corner.y)
      return box?.union(point) ?? point
    }
  }

  /// The part inside a box. Source: Sutherland and Hodgman, Reentrant Polygon Clipping, 1974.
  package func clipped(to box: Box) -> Polygon {
    Polygon(
      Self.clip(corners.map { Place(x: $0.x, y: $0.y, z: 1) }, to: box).map {
        Corner($0.x / $0.z, $0.y / $0.z)
      })
  }

  /// The transformed polygon, clipped to a box.
  ///
  /// Clipping precedes the perspective division, so that parts behind the camera are not mirrored.
  package func transformed(
    by transform: ProjectiveTransform, clippedTo box: Box? = nil
  ) -> Polygon {
    var places = corners.map { corner in
      Place(
        x: transform.x.at(corner.x, corner.y), y: transform.y.at(corner.x, corner.y),
        z: transform.z.at(corner.x, corner.y))
    }
    if !transform.isAffine { places = Self.cut(places) { $0.z - Self.nearest } }
    if let box { places = Self.clip(places, to: box) }
    return Polygon(places.map { Corner($0.x / $0.z, $0.y / $0.z) })
  }

  /// The minimum depth; at depth 1, perspective does not change sizes.
  private static let nearest = 1e-3

  /// A point in homogeneous coordinates.
  private struct Place {
    var x: Double
    var y: Double
    var z: Double
  }

  private static func clip(_ places: [Place], to box: Box) -> [Place] {
    var rest = cut(places) { $0.x - box.x1 * $0.z }
    rest = cut(rest) { box.x2 * $0.z - $0.x }
    rest = cut(rest) { $0.y - box.y1 * $0.z }
    return cut(rest) { box.y2 * $0.z - $0.y }
  }

  /// Clips to the side of a line on which a linear function is 0 or more.
  private static func cut(_ places: [Place], _ side: (Place) -> Double) -> [Place] {
    guard var last = places.last else { return [] }
    var lastSide = side(last)
    var kept: [Place] = []
    for place in places {
      let here = side(place)
      if (here >= 0) != (lastSide >= 0) {
        let t = lastSide / (lastSide - here)
        kept.append(
          Place(
            x: last.x + t * (place.x - last.x), y: last.y + t * (place.y - last.y),
            z: last.z + t * (place.z - last.z)))
      }
      if here >= 0 { kept.append(place) }
      (last, lastSide) = (place, here)
    }
    return kept
  }
}
