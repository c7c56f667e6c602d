/// A map of the plane that keeps parallels parallel: from pixels of a source to those of a target.
///
/// `x' = a x + b y + tx`, `y' = c x + d y + ty`. Coordinates are continuous, as everywhere: the
/// center of the first pixel is (0.5, 0.5).
package struct AffineTransform: Hashable, Sendable {
  /// How x' grows with x.
  package var a: Double
  /// How x' grows with y.
  package var b: Double
  /// The shift of x', in pixels of the target.
  package var tx: Double
  /// How y' grows with x.
  package var c: Double
  /// How y' grows with y.
  package var d: Double
  /// The shift of y', in pixels of the target.
  package var ty: Double

  /// Makes a transform from the rows of its matrix: (a, b, tx), (c, d, ty).
  package init(a: Double, b: Double, tx: Double, c: Double, d: Double, ty: Double) {
    self.a = a
    self.b = b
    self.tx = tx
    self.c = c
    self.d = d
    self.ty = ty
  }

  /// The transform that changes nothing.
  package static let identity = AffineTransform(a: 1, b: 0, tx: 0, c: 0, d: 1, ty: 0)

  /// Scales about the origin, by a factor for each axis.
  package static func scale(x: Double, y: Double) -> AffineTransform {
    AffineTransform(a: x, b: 0, tx: 0, c: 0, d: y, ty: 0)
  }

  /// Scales about the origin, by one factor.
  package static func scale(_ factor: Double) -> AffineTransform { scale(x: factor, y: factor) }

  /// Shifts by pixels of the target.
  package static func translation(x: Double, y: Double) -> AffineTransform {
    AffineTransform(a: 1, b: 0, tx: x, c: 0, d: 1, ty: y)
  }

  /// Mirrors left and right in an image of the given width, in pixels.
  package static func horizontalFlip(width: Double) -> AffineTransform {
    AffineTransform(a: -1, b: 0, tx: width, c: 0, d: 1, ty: 0)
  }

  /// Mirrors top and bottom in an image of the given height, in pixels.
  package static func verticalFlip(height: Double) -> AffineTransform {
    AffineTransform(a: 1, b: 0, tx: 0, c: 0, d: -1, ty: height)
  }

  /// The transform that applies this one first and then the next.
  package func concatenating(_ next: AffineTransform) -> AffineTransform {
    AffineTransform(
      a: next.a * a + next.b * c, b: next.a * b + next.b * d,
      tx: next.a * tx + next.b * ty + next.tx,
      c: next.c * a + next.d * c, d: next.c * b + next.d * d,
      ty: next.c * tx + next.d * ty + next.ty)
  }

  /// The transform back, or nil where this one flattens the plane or is not finite.
  package var inverse: AffineTransform? {
    let determinant = a * d - b * c
    let result = AffineTransform(
      a: d / determinant, b: -b / determinant, tx: (b * ty - d * tx) / determinant,
      c: -c / determinant, d: a / determinant, ty: (c * tx - a * ty) / determinant)
    return determinant != 0 && result.isFinite ? result : nil
  }

  /// Whether no element is infinite or not a number.
  var isFinite: Bool { [a, b, tx, c, d, ty].allSatisfy(\.isFinite) }

  /// Where a point goes.
  package func apply(x: Double, y: Double) -> (x: Double, y: Double) {
    (a * x + b * y + tx, c * x + d * y + ty)
  }

  /// The smallest box around where a box's corners go; not cut to any image.
  package func apply(_ box: Box) -> Box {
    let p = apply(x: box.x1, y: box.y1)
    let q = apply(x: box.x2, y: box.y1)
    let r = apply(x: box.x1, y: box.y2)
    let s = apply(x: box.x2, y: box.y2)
    return Box(
      x1: min(p.x, q.x, r.x, s.x), y1: min(p.y, q.y, r.y, s.y),
      x2: max(p.x, q.x, r.x, s.x), y2: max(p.y, q.y, r.y, s.y))
  }
}
