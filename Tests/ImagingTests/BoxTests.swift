import Testing

@testable import Imaging

@Suite("Box and affine transform")
struct BoxTests {
  @Test("intersection over union, by hand")
  func iou() {
    // 10 x 10 each, shifted by 5: 50 shared of 150.
    let a = Box(x1: 0, y1: 0, x2: 10, y2: 10)
    let b = Box(x1: 5, y1: 0, x2: 15, y2: 10)
    #expect(a.iou(b) == 50.0 / 150)
    #expect(a.iou(a) == 1)
    #expect(a.iou(Box(x1: 10, y1: 0, x2: 20, y2: 10)) == 0)
    let point = Box(x1: 3, y1: 3, x2: 3, y2: 3)
    #expect(point.iou(point) == 0)
  }

  @Test("an inverted box has no area")
  func inverted() {
    let box = Box(x1: 10, y1: 10, x2: 0, y2: 0)
    #expect(box.width == 0 && box.height == 0 && box.area == 0)
  }

  @Test("transforms are concatenated left to right, by hand")
  func concatenation() {
    // (3, 4) doubled is (6, 8), shifted by (1, -2) is (7, 6).
    let transform = AffineTransform.scale(2).concatenating(.translation(x: 1, y: -2))
    #expect(transform.apply(x: 3, y: 4) == (7, 6))
    // Shifted first it is (4, 2), and (8, 4) doubled.
    let other = AffineTransform.translation(x: 1, y: -2).concatenating(.scale(2))
    #expect(other.apply(x: 3, y: 4) == (8, 4))
  }

  @Test("the inverse takes points back, and a flat transform has none")
  func inverse() throws {
    let transform = AffineTransform(a: 1.5, b: 0.25, tx: 7, c: -0.5, d: 0.75, ty: -3)
    let back = try #require(transform.inverse)
    let there = transform.apply(x: 12, y: 34)
    let point = back.apply(x: there.x, y: there.y)
    #expect(abs(point.x - 12) < 1e-12 && abs(point.y - 34) < 1e-12)
    #expect(AffineTransform.scale(x: 1, y: 0).inverse == nil)
    #expect(AffineTransform.scale(.nan).inverse == nil)
    #expect(AffineTransform.scale(1e-200).inverse == nil)
  }

  @Test("a box goes to the box around its corners, by hand")
  func boxes() {
    let box = Box(x1: 1, y1: 2, x2: 4, y2: 8)
    // In an image 10 wide, x becomes 10 - x.
    #expect(
      AffineTransform.horizontalFlip(width: 10).apply(box) == Box(x1: 6, y1: 2, x2: 9, y2: 8))
    // A quarter turn: (x, y) becomes (-y, x).
    let turn = AffineTransform(a: 0, b: -1, tx: 0, c: 1, d: 0, ty: 0)
    #expect(turn.apply(box) == Box(x1: -8, y1: 1, x2: -2, y2: 4))
  }
}
