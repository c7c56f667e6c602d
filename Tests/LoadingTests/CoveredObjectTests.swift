import Imaging
import Testing

@testable import Datasets
@testable import Loading

/// What is left of objects where others are pasted over them or a part is grayed out.
struct CoveredObjectTests {
  private let width = 40
  private let height = 32

  private func cover(_ x: Int, _ y: Int, _ columns: Int, _ rows: Int) -> RunLengthMask {
    RunLengthMask(
      width: width, height: height,
      region: PixelRegion(x: x, y: y, width: columns, height: rows))
  }

  /// The square from 8 to 24; its label is a little larger, as labels are.
  private func square(outlined: Bool = true) -> ClippedObject {
    var object = Annotation(box: Box(x1: 7.5, y1: 7, x2: 25, y2: 24.5), classIndex: 2)
    if outlined { object.segmentation = .polygons([[8, 8, 24, 8, 24, 24, 8, 24]]) }
    return ClippedObject(annotation: object, visibleFraction: 1)
  }

  private func pixels(_ object: ClippedObject?) throws -> RunLengthMask? {
    try object?.annotation.segmentation?.mask(width: width, height: height)
  }

  @Test func whatIsNotTouchedStaysAsItIs() {
    for outlined in [true, false] {
      let object = square(outlined: outlined)
      #expect(object.covered(by: cover(26, 0, 14, 32)) == object)
      #expect(object.covered(by: cover(0, 0, 0, 0)) == object)
    }
    // The label's rim is no part of the object where there is a polygon.
    #expect(square().covered(by: cover(24, 0, 16, 32)) == square())
  }

  @Test func aCoveredSideMovesIn() throws {
    // Four of sixteen columns are covered; only the left side moves.
    let left = square().covered(by: cover(0, 0, 12, 32))
    #expect(left?.annotation.box == Box(x1: 12, y1: 7, x2: 25, y2: 24.5))
    #expect(left?.visibleFraction == 0.75)
    #expect(try pixels(left) == cover(12, 8, 12, 16))
    let below = square().covered(by: cover(0, 20, 40, 12))
    #expect(below?.annotation.box == Box(x1: 7.5, y1: 7, x2: 25, y2: 20))
    #expect(try pixels(below) == cover(8, 8, 16, 12))
    // Without a polygon all pixels that the box touches count: 18 by 18 of them, 7 to 25.
    let plain = square(outlined: false).covered(by: cover(0, 0, 40, 13))
    #expect(plain?.annotation.box == Box(x1: 7.5, y1: 13, x2: 25, y2: 24.5))
    #expect(plain?.visibleFraction == 12.0 / 18 && plain?.annotation.segmentation == nil)
  }

  @Test func aCoveredCornerMovesNoSide() throws {
    let object = square().covered(by: cover(4, 4, 8, 8))
    #expect(object?.annotation.box == square().annotation.box)
    #expect(object?.visibleFraction == 240.0 / 256)
    #expect(try pixels(object) == cover(8, 8, 16, 16).subtracting(cover(8, 8, 4, 4)))
    let plain = square(outlined: false).covered(by: cover(10, 10, 4, 4))
    #expect(plain?.annotation == square(outlined: false).annotation)
    #expect(plain?.visibleFraction == 1 - 16.0 / 324)
  }

  @Test func whatIsWhollyCoveredIsDropped() {
    #expect(square().covered(by: cover(8, 8, 16, 16)) == nil)
    #expect(square(outlined: false).covered(by: cover(0, 0, 40, 32)) == nil)
  }

  /// The rule is that of cutting at the border, and what a border has cut counts.
  @Test func tooLittleIsDropped() {
    let rule = AnnotationClipping.Rule(minimumVisibleFraction: 0.25, minimumSide: 3)
    func rest(of fraction: Double, columns: Int) -> [Double] {
      var labels = AnnotationClipping()
      var object = square()
      object.visibleFraction = fraction
      labels.objects = [object]
      labels.cover(cover(0, 0, 24 - columns, 32), rule: rule)
      return labels.objects.map(\.visibleFraction)
    }
    #expect(rest(of: 1, columns: 4) == [0.25])
    #expect(rest(of: 0.5, columns: 8) == [0.25])
    #expect(rest(of: 0.5, columns: 7) == [])
    // Its label reaches to 25, a column farther than its pixels: 2 + 1 columns are three, 1 + 1 not.
    var wide = AnnotationClipping()
    wide.objects = [square()]
    wide.cover(cover(0, 0, 22, 32), rule: .init(minimumVisibleFraction: 0.1, minimumSide: 3))
    #expect(wide.objects.count == 1)
    wide.cover(cover(0, 0, 23, 32), rule: .init(minimumVisibleFraction: 0, minimumSide: 3))
    #expect(wide.objects.isEmpty)
  }

  /// Polygons that were read change no box that is neither turned nor cut.
  @Test func boxesAreThoseOfLabelsWithAndWithoutSegmentations() {
    let whole = Box(x1: 0, y1: 0, x2: 40, y2: 32)
    for transform in [
      ProjectiveTransform.scale(x: 0.7, y: 1.3), .horizontalFlip(width: 40),
      .verticalFlip(height: 32),
      .translation(x: 7.25, y: -3.5),
    ] {
      let boxes = [true, false].map { outlined in
        ClippedObject(
          square(outlined: outlined).annotation, showing: whole,
          through: transform, width: 60, height: 60)?.annotation.box
      }
      #expect(boxes[0] != nil && boxes[0] == boxes[1])
    }
    // Cut at the border, it is what is seen of the polygon: 8 - 10 to 24 - 10.
    let left = ProjectiveTransform.translation(x: -10, y: 0)
    let cut = ClippedObject(
      square().annotation, showing: whole, through: left, width: 60, height: 60)
    #expect(
      cut?.annotation.box == Box(x1: 0, y1: 8, x2: 14, y2: 24) && cut?.visibleFraction == 14.0 / 16)
  }
}
