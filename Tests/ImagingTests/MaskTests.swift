import Testing

@testable import Imaging

/// The rules of masks, on cases small enough to reckon by hand, and what hostile files hold.
struct MaskTests {
  /// The message of the error, or "none" where there is none.
  private func complaint(_ make: () throws(ImagingError) -> RunLengthMask) -> String {
    do {
      let mask = try make()
      return "none, but a mask of \(mask.area) pixels"
    } catch {
      return error.description
    }
  }

  @Test func runsGoDownTheColumns() throws {
    // An image 3 wide and 2 high; the mask is the right column and the lower middle pixel.
    let mask = try RunLengthMask(width: 3, height: 2, counts: [3, 3])
    #expect(mask.pixels == [0, 0, 1, 0, 1, 1])
    #expect(mask.area == 3)
    #expect(mask.bounds == PixelRegion(x: 1, y: 0, width: 2, height: 2))
    #expect(mask == RunLengthMask(width: 3, height: 2, pixels: [0, 0, 7, 0, 7, 255]))
  }

  @Test func emptyRunsAreJoined() throws {
    let tidy = try RunLengthMask(width: 10, height: 1, counts: [2, 5, 3])
    #expect(try RunLengthMask(width: 10, height: 1, counts: [2, 2, 0, 3, 1, 0, 2]) == tidy)
    #expect(tidy.counts == [2, 5, 3])
  }

  @Test func anEmptyMaskHasNothing() throws {
    let empty = try RunLengthMask(width: 4, height: 4, counts: [16])
    #expect(empty.area == 0)
    #expect(empty.bounds == PixelRegion(x: 0, y: 0, width: 0, height: 0))
    #expect(empty.iou(empty) == 0)
    let full = try RunLengthMask(width: 4, height: 4, counts: [0, 16])
    #expect(full.iou(empty) == 0 && full.union(empty) == full && full.iou(full) == 1)
  }

  @Test func masksOfDifferentImagesShareNothing() throws {
    let one = try RunLengthMask(width: 4, height: 4, counts: [0, 16])
    let other = try RunLengthMask(width: 2, height: 8, counts: [0, 16])
    #expect(one.iou(other) == 0)
  }

  /// A random mask meets itself by its area, and set rules hold between areas.
  @Test(arguments: 0..<20)
  func areasObeyTheRulesOfSets(seed: Int) {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    func bit() -> UInt8 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(state >> 40 & 1)
    }
    let (width, height) = (1 + seed % 7 * 3, 1 + seed % 5 * 4)
    let left = (0..<width * height).map { _ in bit() | bit() }
    let right = (0..<width * height).map { _ in bit() }
    let a = RunLengthMask(width: width, height: height, pixels: left)
    let b = RunLengthMask(width: width, height: height, pixels: right)
    #expect(a.area == left.reduce(0) { $0 + Int($1) })
    #expect(a.intersectionArea(b) == zip(left, right).reduce(0) { $0 + Int($1.0 & $1.1) })
    #expect(a.union(b).pixels == zip(left, right).map { $0 | $1 })
    #expect(a.subtracting(b).pixels == zip(left, right).map { $0 & ~$1 })
    #expect(a.union(b).area == a.area + b.area - a.intersectionArea(b))
    #expect(a.intersectionArea(b) == b.intersectionArea(a) && a.intersectionArea(a) == a.area)
  }

  @Test func aRectangleIsCutToTheImage() {
    let mask = RunLengthMask(
      width: 5, height: 4, region: PixelRegion(x: -2, y: 2, width: 4, height: 9))
    #expect(mask.bounds == PixelRegion(x: 0, y: 2, width: 2, height: 2) && mask.area == 4)
    let nothing = PixelRegion(x: 6, y: 0, width: 3, height: 3)
    #expect(RunLengthMask(width: 5, height: 4, region: nothing).area == 0)
  }

  @Test func badTextsAreRefusedInASentence() throws {
    func complaint(_ text: String) -> String {
      self.complaint { () throws(ImagingError) in
        try RunLengthMask(width: 10, height: 10, text: text)
      }
    }
    // "0" is 0, and "T3" is 4 + 3 * 32 = 100: a full mask.
    #expect(try RunLengthMask(width: 10, height: 10, text: "0T3").area == 100)
    #expect(
      complaint("0 ")
        == "a mask of 10x10 pixels cannot be made: character 1 of its text has the code 32, "
        + "not 48 to 111")
    #expect(complaint("0\u{7F}").hasSuffix("has the code 127, not 48 to 111"))
    #expect(complaint("é").hasSuffix("character 0 of its text has the code 195, not 48 to 111"))
    #expect(complaint("0T").hasSuffix("its text ends within run 1"))
    #expect(complaint("0U3").hasSuffix("run 1 of 101 pixels ends beyond the image's 100"))
    #expect(complaint("0S3").hasSuffix("its runs cover 99 of the image's 100 pixels"))
    #expect(complaint("").hasSuffix("its runs cover 0 of the image's 100 pixels"))
    #expect(complaint("O").hasSuffix("run 0 has a length of -1"))
    let endless = String(repeating: "o", count: 50)
    #expect(complaint(endless).hasSuffix("run 0 has too many digits"))
    // The fourth run is a difference: 1 - 2 is below 0.
    #expect(complaint("111N").hasSuffix("run 3 has a length of -1"))
  }

  @Test func badRunsAreRefusedInASentence() {
    func complaint(_ counts: [Int], width: Int = 4, height: Int = 3) -> String {
      self.complaint { () throws(ImagingError) in
        try RunLengthMask(width: width, height: height, counts: counts)
      }
    }
    #expect(complaint([-1, 13]).hasSuffix("run 0 has a length of -1"))
    #expect(complaint([0, .max]).hasSuffix("ends beyond the image's 12"))
    #expect(complaint([5, 5, 5]).hasSuffix("run 2 of 5 pixels ends beyond the image's 12"))
    #expect(complaint([5, 5]).hasSuffix("its runs cover 10 of the image's 12 pixels"))
    #expect(complaint([], width: 0).hasSuffix("an image has at least one pixel each way"))
    #expect(complaint([0], width: -3).hasSuffix("an image has at least one pixel each way"))
    #expect(complaint([1], width: .max).hasSuffix("an image has at most 2147483648 pixels here"))
  }

  @Test func badPolygonsAreRefusedInASentence() {
    func complaint(_ polygon: [Double]) -> String {
      self.complaint { () throws(ImagingError) in
        try RunLengthMask(width: 9, height: 9, polygons: [[0, 0, 9, 0, 9, 9], polygon])
      }
    }
    #expect(
      complaint([0, 0, 1, 1])
        == "a mask of 9x9 pixels cannot be made: polygon 1 has 4 numbers; an x and a y "
        + "for each of three or more corners are expected")
    #expect(complaint([0, 0, 1, 1, 2, 2, 3]).contains("polygon 1 has 7 numbers"))
    #expect(complaint([0, 0, .nan, 1, 2, 2]).contains("has a coordinate of nan"))
    #expect(complaint([0, 0, 1e308, 1, 2, 2]).contains("has a coordinate of 1e+308"))
    let zigzag = (0..<200).flatMap { [$0 % 2 == 0 ? -1e6 : 1e6, 3.0] }
    #expect(complaint(zigzag).hasSuffix("has a boundary that is too long"))
  }
}
