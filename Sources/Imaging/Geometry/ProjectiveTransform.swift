/// A projective transform (homography), from pixels of a source to pixels of a target.
///
/// `x' = (a x + b y + tx) / z`, `y' = (c x + d y + ty) / z`, with `z = p x + q y + r`. Points with
/// z <= 0 lie behind the camera and are not mapped. Coordinates are continuous: the center of the
/// first pixel is (0.5, 0.5).
package struct ProjectiveTransform: Hashable, Sendable {
  /// The first row of its matrix: a, b, tx.
  package var x: Row
  /// The second row of its matrix: c, d, ty.
  package var y: Row
  /// The third row of its matrix: p, q, r.
  package var z: Row

  /// A linear function of a point in the plane.
  package struct Row: Hashable, Sendable {
    /// The coefficient of x.
    package var x: Double
    /// The coefficient of y.
    package var y: Double
    /// The value at the origin.
    package var origin: Double

    package init(_ x: Double, _ y: Double, _ origin: Double) {
      self.x = x
      self.y = y
      self.origin = origin
    }

    /// The value at a point.
    func at(_ x: Double, _ y: Double) -> Double { self.x * x + self.y * y + origin }
  }

  package static let identity = scale(1)

  package static func scale(x: Double, y: Double) -> ProjectiveTransform {
    ProjectiveTransform(a: x, b: 0, tx: 0, c: 0, d: y, ty: 0)
  }

  package static func scale(_ factor: Double) -> ProjectiveTransform { scale(x: factor, y: factor) }

  package static func translation(x: Double, y: Double) -> ProjectiveTransform {
    ProjectiveTransform(a: 1, b: 0, tx: x, c: 0, d: 1, ty: y)
  }

  /// Swaps left and right in an image of the given width, in pixels.
  package static func horizontalFlip(width: Double) -> ProjectiveTransform {
    ProjectiveTransform(a: -1, b: 0, tx: width, c: 0, d: 1, ty: 0)
  }

  /// Swaps top and bottom in an image of the given height, in pixels.
  package static func verticalFlip(height: Double) -> ProjectiveTransform {
    ProjectiveTransform(a: 1, b: 0, tx: 0, c: 0, d: -1, ty: height)
  }

  /// A perspective transform in which z grows by a coefficient per pixel along each axis.
  package static func perspective(x: Double, y: Double) -> ProjectiveTransform {
    ProjectiveTransform(x: Row(1, 0, 0), y: Row(0, 1, 0), z: Row(x, y, 1))
  }

  /// Whether the transform is affine: it keeps parallel lines parallel.
  package var isAffine: Bool { z == Row(0, 0, 1) }

  /// Whether the transform neither rotates nor shears: boxes become boxes.
  package var isAxisAligned: Bool { isAffine && x.y == 0 && y.x == 0 }

  var isFinite: Bool {
    [x, y, z].allSatisfy { $0.x.isFinite && $0.y.isFinite && $0.origin.isFinite }
  }

  /// The transform that applies this one first and then the next.
  package func concatenating(_ next: ProjectiveTransform) -> ProjectiveTransform {
    func row(_ factors: Row) -> Row {
      Row(
        factors.x * x.x + factors.y * y.x + factors.origin * z.x,
        factors.x * x.y + factors.y * y.y + factors.origin * z.y,
        factors.x * x.origin + factors.y * y.origin + factors.origin * z.origin)
    }
    return ProjectiveTransform(x: row(next.x), y: row(next.y), z: row(next.z))
  }

  /// The inverse, or nil where this transform is singular or not finite.
  ///
  /// Its z is positive where that of this transform is.
  package var inverse: ProjectiveTransform? {
    let result: ProjectiveTransform
    let determinant: Double
    if isAffine {
      determinant = x.x * y.y - x.y * y.x
      result = ProjectiveTransform(
        a: y.y / determinant, b: -x.y / determinant,
        tx: (x.y * y.origin - y.y * x.origin) / determinant,
        c: -y.x / determinant, d: x.x / determinant,
        ty: (y.x * x.origin - x.x * y.origin) / determinant)
    } else {
      // Cramer's rule: the rows are cross products of the columns, over the determinant.
      func cross(_ p: Row, _ q: Row) -> Row {
        Row(
          p.y * q.origin - p.origin * q.y, p.origin * q.x - p.x * q.origin, p.x * q.y - p.y * q.x)
      }
      let (first, second, third) = (cross(y, z), cross(z, x), cross(x, y))
      determinant = x.x * first.x + x.y * first.y + x.origin * first.origin
      result = ProjectiveTransform(
        x: Row(first.x / determinant, second.x / determinant, third.x / determinant),
        y: Row(first.y / determinant, second.y / determinant, third.y / determinant),
        z: Row(first.origin / determinant, second.origin / determinant, third.origin / determinant))
    }
    return determinant != 0 && result.isFinite ? result : nil
  }

  /// The transformed point; nil if it lies behind the camera.
  package func apply(x: Double, y: Double) -> (x: Double, y: Double)? {
    let depth = z.at(x, y)
    guard depth > 0 else { return nil }
    return (self.x.at(x, y) / depth, self.y.at(x, y) / depth)
  }
}

extension ProjectiveTransform {
  /// An affine transform: `x' = a x + b y + tx`, `y' = c x + d y + ty`.
  package init(a: Double, b: Double, tx: Double, c: Double, d: Double, ty: Double) {
    self.init(x: Row(a, b, tx), y: Row(c, d, ty), z: Row(0, 0, 1))
  }
}
