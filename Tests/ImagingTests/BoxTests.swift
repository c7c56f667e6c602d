import Testing

@testable import Imaging

@Suite("Box and transform")
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
  func concatenation() throws {
    // (3, 4) doubled is (6, 8), shifted by (1, -2) is (7, 6).
    let transform = ProjectiveTransform.scale(2).concatenating(.translation(x: 1, y: -2))
    #expect(try #require(transform.apply(x: 3, y: 4)) == (7, 6))
    // Shifted first it is (4, 2), and (8, 4) doubled.
    let other = ProjectiveTransform.translation(x: 1, y: -2).concatenating(.scale(2))
    #expect(try #require(other.apply(x: 3, y: 4)) == (8, 4))
  }

  @Test("the inverse takes points back, and a flat transform has none")
  func inverse() throws {
    let transform = ProjectiveTransform(a: 1.5, b: 0.25, tx: 7, c: -0.5, d: 0.75, ty: -3)
    let back = try #require(transform.inverse)
    let there = try #require(transform.apply(x: 12, y: 34))
    let point = try #require(back.apply(x: there.x, y: there.y))
    #expect(abs(point.x - 12) < 1e-12 && abs(point.y - 34) < 1e-12)
    #expect(ProjectiveTransform.scale(x: 1, y: 0).inverse == nil)
    #expect(ProjectiveTransform.scale(.nan).inverse == nil)
    #expect(ProjectiveTransform.scale(1e-200).inverse == nil)
  }

  @Test("descriptions have two digits")
  func descriptions() {
    let box = Box(x1: 1.8563, y1: 0, x2: 20.5, y2: 8.999)
    #expect("\(box)" == "(1.86, 0.00, 20.50, 9.00)")
    #expect(
      "\(Detection(box: box, classIndex: 3, score: 0.875))"
        == "class 3, score 0.88, box (1.86, 0.00, 20.50, 9.00)")
  }
}
