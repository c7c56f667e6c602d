import Testing

@testable import Imaging

/// Connected components and their polygons, against the pixels that they were made from.
struct MaskRegionTests {
  private func regions(_ rows: [String]) -> [MaskRegion] {
    let values = rows.flatMap { $0.utf8.map { $0 == UInt8(ascii: ".") ? 0 : $0 - 48 } }
    return MaskRegion.regions(of: values, width: rows[0].utf8.count, height: rows.count)
  }

  @Test func aRectangleIsItsFourCorners() {
    let found = regions(["....", ".11.", ".11.", "...."])
    #expect(found.count == 1)
    #expect(found[0].area == 4 && found[0].value == 1)
    #expect(found[0].box == Box(x1: 1, y1: 1, x2: 3, y2: 3))
    // Clockwise from the end of the top edge.
    #expect(found[0].polygon == [3, 1, 3, 3, 1, 3, 1, 1])
  }

  @Test func cornersConnectAndValuesSeparate() {
    #expect(regions(["1.", ".1"]).map(\.area) == [2])
    #expect(regions(["12", "21"]).map(\.area).sorted() == [2, 2])
    #expect(regions(["1.1", "...", "2.2"]).map(\.value) == [1, 1, 2, 2])
    #expect(regions(["...", "..."]).isEmpty)
  }

  @Test func aHoleIsNotFilled() throws {
    let found = regions(["111", "1.1", "111"])
    #expect(found.count == 1 && found[0].area == 8)
    let mask = try RunLengthMask(width: 3, height: 3, polygons: [found[0].polygon])
    #expect(mask.pixels == [1, 1, 1, 1, 0, 1, 1, 1, 1])
  }

  /// The regions of random masks, rasterized again, are all pixels, each once.
  @Test func regionsGiveBackTheirPixels() throws {
    var state: UInt64 = 3
    func random(_ limit: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % limit
    }
    for _ in 0..<200 {
      let (width, height) = (Int(random(14)) + 1, Int(random(11)) + 1)
      let density = random(4) + 1
      let values = (0..<width * height).map { _ in random(5) < density ? UInt8(1 + random(2)) : 0 }
      var restored = [UInt8](repeating: 0, count: values.count)
      for region in MaskRegion.regions(of: values, width: width, height: height) {
        let mask = try RunLengthMask(width: width, height: height, polygons: [region.polygon])
        #expect(mask.area == region.area)
        #expect(Box(mask.bounds) == region.box)
        for (place, isInside) in mask.pixels.enumerated() where isInside != 0 {
          #expect(restored[place] == 0)
          restored[place] = region.value
        }
      }
      #expect(restored == values)
      // The mask of one value has the same polygons, although only its bounds are traced.
      let ones = values.map { $0 == 1 ? UInt8(1) : 0 }
      #expect(
        RunLengthMask(width: width, height: height, pixels: ones).polygons
          == MaskRegion.regions(of: ones, width: width, height: height).map(\.polygon))
    }
  }
}
