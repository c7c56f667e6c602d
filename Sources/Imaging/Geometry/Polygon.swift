/// A closed line of straight sides, and what is inside of it.
///
/// It may run either way around, and be concave. Where it crosses itself, areas on the two sides of
/// the crossing cancel out.
package struct Polygon: Hashable, Sendable {
  /// A corner, in pixels.
  package struct Corner: Hashable, Sendable {
    /// From the left.
    package var x: Double
    /// From the top.
    package var y: Double

    /// Makes a corner.
    package init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// In order; the last is joined to the first.
  package var corners: [Corner]

  /// Makes a polygon of its corners.
  package init(_ corners: [Corner]) { self.corners = corners }

  /// Makes a polygon of the corners x, y, x, y ...; a number too many is left out.
  package init(_ numbers: [Double]) {
    corners = stride(from: 0, to: numbers.count - 1, by: 2).map {
      Corner(numbers[$0], numbers[$0 + 1])
    }
  }

  /// A box's four corners.
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
      // About the first corner, so that small polygons far out keep their digits.
      sum += (last.x - first.x) * (corner.y - first.y) - (corner.x - first.x) * (last.y - first.y)
      last = corner
    }
    return abs(sum) / 2
  }

  /// The smallest box around all corners; nil without corners.
  package var bounds: Box? {
    guard let first = corners.first else { return nil }
    var box = Box(x1: first.x, y1: first.y, x2: first.x, y2: first.y)
    for corner in corners {
      box.x1 = min(box.x1, corner.x)
      box.y1 = min(box.y1, corner.y)
      box.x2 = max(box.x2, corner.x)
      box.y2 = max(box.y2, corner.y)
    }
    return box
  }

  /// What lies inside of a box. Source: Sutherland and Hodgman, Reentrant Polygon Clipping, 1974.
  package func clipped(to box: Box) -> Polygon {
    Polygon(
      Self.clip(corners.map { Place($0.x, $0.y, 1) }, to: box).map {
        Corner($0.x / $0.z, $0.y / $0.z)
      })
  }

  /// Where a transform takes it: the part before the eye.
  package func transformed(by transform: ProjectiveTransform) -> Polygon {
    transformed(by: transform, clippedTo: nil)
  }

  /// The part of it that a transform takes into a box.
  ///
  /// It is cut before the division by depth, so that what lies behind the eye does not come back
  /// upside down.
  package func transformed(by transform: ProjectiveTransform, clippedTo box: Box?) -> Polygon {
    var places = corners.map { corner in
      Place(
        transform.x.at(corner.x, corner.y), transform.y.at(corner.x, corner.y),
        transform.z.at(corner.x, corner.y))
    }
    if !transform.isAffine { places = Self.cut(places) { $0.z - Self.nearest } }
    if let box { places = Self.clip(places, to: box) }
    return Polygon(places.map { Corner($0.x / $0.z, $0.y / $0.z) })
  }

  /// The least depth that is drawn; at depth 1 things have the size that scales alone give them.
  private static let nearest = 1e-3

  /// A place in the plane in homogeneous coordinates.
  private struct Place {
    var x: Double
    var y: Double
    var z: Double

    init(_ x: Double, _ y: Double, _ z: Double) {
      self.x = x
      self.y = y
      self.z = z
    }
  }

  private static func clip(_ places: [Place], to box: Box) -> [Place] {
    var rest = cut(places) { $0.x - box.x1 * $0.z }
    rest = cut(rest) { box.x2 * $0.z - $0.x }
    rest = cut(rest) { $0.y - box.y1 * $0.z }
    return cut(rest) { box.y2 * $0.z - $0.y }
  }

  /// Keeps the side of a line on which a linear function is 0 or more.
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
            last.x + t * (place.x - last.x), last.y + t * (place.y - last.y),
            last.z + t * (place.z - last.z)))
      }
      if here >= 0 { kept.append(place) }
      (last, lastSide) = (place, here)
    }
    return kept
  }
}
