/// A map of the plane that keeps straight lines straight: from pixels of a source to those of a target.
///
/// `x' = (a x + b y + tx) / z`, `y' = (c x + d y + ty) / z`, with `z = p x + q y + r`. Where z is not
/// above 0 the point lies behind the eye and goes nowhere. Coordinates are continuous: the center of
/// the first pixel is (0.5, 0.5).
package struct ProjectiveTransform: Hashable, Sendable {
  /// The first row of its matrix: a, b, tx.
  package var x: Row
  /// The second row of its matrix: c, d, ty.
  package var y: Row
  /// The third row of its matrix: p, q, r.
  package var z: Row

  /// A linear function of a place in the plane.
  package struct Row: Hashable, Sendable {
    /// How it grows with x.
    package var x: Double
    /// How it grows with y.
    package var y: Double
    /// Its value at the origin.
    package var origin: Double

    /// Makes a function from its factors.
    package init(_ x: Double, _ y: Double, _ origin: Double) {
      self.x = x
      self.y = y
      self.origin = origin
    }

    /// Its value at a place.
    func at(_ x: Double, _ y: Double) -> Double { self.x * x + self.y * y + origin }
  }

  /// Makes a transform from the rows of its matrix.
  package init(x: Row, y: Row, z: Row) {
    self.x = x
    self.y = y
    self.z = z
  }

  /// The same map as an affine one.
  package init(_ affine: AffineTransform) {
    x = Row(affine.a, affine.b, affine.tx)
    y = Row(affine.c, affine.d, affine.ty)
    z = Row(0, 0, 1)
  }

  /// Makes lines that run away from the viewer meet: z grows by so much a pixel along each axis.
  package static func perspective(x: Double, y: Double) -> ProjectiveTransform {
    ProjectiveTransform(x: Row(1, 0, 0), y: Row(0, 1, 0), z: Row(x, y, 1))
  }

  /// Whether it keeps parallels parallel.
  package var isAffine: Bool { z == Row(0, 0, 1) }

  /// Whether it neither turns nor shears: boxes become boxes.
  package var isAxisAligned: Bool { isAffine && x.y == 0 && y.x == 0 }

  /// Whether no element is infinite or not a number.
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

  /// The transform that applies this one first and then an affine one.
  package func concatenating(_ next: AffineTransform) -> ProjectiveTransform {
    concatenating(ProjectiveTransform(next))
  }

  /// The transform back, or nil where this one flattens the plane or is not finite.
  ///
  /// Its z is above 0 where this one's is.
  package var inverse: ProjectiveTransform? {
    if isAffine {
      let affine = AffineTransform(
        a: x.x, b: x.y, tx: x.origin, c: y.x, d: y.y, ty: y.origin)
      return affine.inverse.map { ProjectiveTransform($0) }
    }
    // Cramer's rule: the rows are cross products of the columns, over the determinant.
    func cross(_ p: Row, _ q: Row) -> Row {
      Row(
        p.y * q.origin - p.origin * q.y, p.origin * q.x - p.x * q.origin, p.x * q.y - p.y * q.x)
    }
    let (first, second, third) = (cross(y, z), cross(z, x), cross(x, y))
    let determinant = x.x * first.x + x.y * first.y + x.origin * first.origin
    let result = ProjectiveTransform(
      x: Row(first.x / determinant, second.x / determinant, third.x / determinant),
      y: Row(first.y / determinant, second.y / determinant, third.y / determinant),
      z: Row(first.origin / determinant, second.origin / determinant, third.origin / determinant))
    return determinant != 0 && result.isFinite ? result : nil
  }

  /// Where a point goes; nil where that is nowhere.
  package func apply(x: Double, y: Double) -> (x: Double, y: Double)? {
    let depth = z.at(x, y)
    guard depth > 0 else { return nil }
    return (self.x.at(x, y) / depth, self.y.at(x, y) / depth)
  }
}
