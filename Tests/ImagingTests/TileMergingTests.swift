import Testing

@testable import Imaging

/// An image of 1000 x 600 with tiles of 600 that share 200 pixels: x 0...600 and 400...1000.
@Suite struct TileMergingTests {
  private let whole = PixelRegion(x: 0, y: 0, width: 1000, height: 600)
  private let left = PixelRegion(x: 0, y: 0, width: 600, height: 600)
  private let right = PixelRegion(x: 400, y: 0, width: 600, height: 600)

  private func detection(_ x1: Double, _ x2: Double, _ score: Float, class index: Int = 0)
    -> Detection
  {
    Detection(box: Box(x1: x1, y1: 100, x2: x2, y2: 200), classIndex: index, score: score)
  }

  private func merged(
    _ merge: TileMerge, _ parts: [(PixelRegion, [Detection])], classAgnostic: Bool = false
  ) -> [Detection] {
    var merging = TileMerging(imageWidth: 1000, imageHeight: 600)
    for (region, detections) in parts {
      merging.add(detections, of: region, finerSize: region == whole ? 200 : 0)
    }
    return merging.merged(merge, classAgnostic: classAgnostic)
  }

  @Test("of an object at a seam the complete box remains, although its score is lower")
  func cut() {
    let complete = detection(500, 680, 0.5)
    // The left tile ends at 600: 100 of 180 pixels, IoU 0.56, and 30 of 180, IoU 0.17.
    for part in [detection(500, 600, 0.9), detection(570, 599, 0.9)] {
      #expect(merged(.ios, [(left, [part]), (right, [complete])]) == [complete])
    }
    // By IoU alone the smaller part would remain beside it.
    let small = detection(570, 599, 0.9)
    #expect(merged(.nms, [(left, [small]), (right, [complete])]) == [small, complete])
  }

  @Test("a part of which there is no complete box remains")
  func alone() {
    let parts = [detection(100, 600, 0.9), detection(400, 900, 0.8)]
    // They share 200 of 500 pixels.
    #expect(merged(.ios, [(left, [parts[0]]), (right, [parts[1]])]) == parts)
    let all = detection(100, 900, 0.3)
    #expect(merged(.ios, [(left, [parts[0]]), (right, [parts[1]]), (whole, [all])]) == [all])
  }

  @Test("boxes that seams cut are doubled across them as long as no tile shows the object, by hand")
  func incomplete() {
    var merging = TileMerging(imageWidth: 1000, imageHeight: 600)
    // 100 pixels that end at the seam at 600, and 77 that begin three behind the one at 400.
    merging.add([detection(500, 600, 0.9), detection(100, 200, 0.8)], of: left, finerSize: 0)
    merging.add([detection(403, 480, 0.95, class: 1)], of: right, finerSize: 0)
    #expect(
      merging.incomplete(.ios) == [
        Box(x1: 326, y1: 100, x2: 480, y2: 200), Box(x1: 500, y1: 100, x2: 700, y2: 200),
      ])
    // The image ends at 1000.
    merging.add([detection(580, 900, 0.7, class: 2)], of: left, finerSize: 0)
    #expect(merging.incomplete(.ios).last == Box(x1: 580, y1: 100, x2: 1000, y2: 200))
    // A small box of the whole image is imprecise, but not cut.
    merging.add([detection(20, 30, 0.99, class: 2)], of: whole, finerSize: 200)
    #expect(merging.incomplete(.ios).count == 3)
    merging.add([detection(480, 690, 0.3)], of: right, finerSize: 0)
    #expect(merging.incomplete(.ios).count == 2)
  }

  @Test("small boxes of the whole image yield to those of tiles, which are more precise")
  func coarse() {
    let precise = detection(100, 120, 0.4)
    let coarse = detection(98, 138, 0.9)
    #expect(merged(.ios, [(whole, [coarse]), (left, [precise])]) == [precise])
    #expect(merged(.ios, [(whole, [coarse]), (left, [])]) == [coarse])
  }

  @Test("objects inside others remain, where tiles show both completely")
  func nested() {
    let both = [detection(100, 300, 0.9), detection(110, 170, 0.8)]
    #expect(merged(.ios, [(left, both)]) == both)
    #expect(merged(.nms, [(left, both)]) == both)
  }

  @Test("classes are merged apart unless they are joined")
  func classes() {
    let pair = [detection(100, 200, 0.9), detection(100, 200, 0.8, class: 1)]
    #expect(merged(.ios, [(left, pair)]) == pair)
    #expect(merged(.ios, [(left, pair)], classAgnostic: true) == [pair[0]])
  }

  @Test("edges of the image cut nothing off")
  func edges() {
    // Both touch the left edge; one lies in the other, and neither is a part of it for a seam.
    let both = [detection(0, 200, 0.9), detection(0, 60, 0.8)]
    #expect(merged(.ios, [(left, both)]) == both)
  }
}
