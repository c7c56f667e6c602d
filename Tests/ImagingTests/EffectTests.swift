import Foundation
import Imaging
import Testing

/// What effects do to pixels, against their definitions.
struct EffectTests {
  /// Samples that are all different from their neighbors'.
  private func image(_ width: Int, _ height: Int, _ step: Int) -> Image {
    Image(
      width: width, height: height, format: .rgb8,
      bytes: (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 * step) })
  }

  @Test func aPartIsFilled() {
    var image = image(7, 5, 3)
    let before = image
    image.fill(PixelRegion(x: 2, y: 1, width: 3, height: 2), with: 114)
    for place in image.bytes.indices {
      let (x, y) = (place / 3 % 7, place / 21)
      let isInside = (2..<5).contains(x) && (1..<3).contains(y)
      #expect(image.bytes[place] == (isInside ? 114 : before.bytes[place]))
    }
  }

  /// Expected: the weighted mean, rounded to nearest.
  @Test(arguments: [0, 1, 64, 128, 255, 256])
  func blendingIsTheWeightedMean(share: Int) {
    let (a, b) = (image(5, 3, 7), image(5, 3, 11))
    var mixed = a
    mixed.blend(b, weight: share)
    for (place, byte) in mixed.bytes.enumerated() {
      let mean =
        (Double(a.bytes[place]) * Double(share) + Double(b.bytes[place]) * Double(256 - share))
        / 256
      #expect(abs(Double(byte) - mean) <= 0.5)
    }
  }

  @Test func onlyTheMaskIsPasted() throws {
    let (a, b) = (image(6, 4, 5), image(6, 4, 13))
    let inside = (0..<24).map { UInt8($0 * 7 % 5 % 2) }
    var pasted = a
    pasted.paste(b, where: RunLengthMask(width: 6, height: 4, pixels: inside))
    for place in pasted.bytes.indices {
      #expect(pasted.bytes[place] == (inside[place / 3] == 1 ? b : a).bytes[place])
    }
  }

  /// A single bright pixel spreads as the Gauss curve, cut at three deviations; even ground stays.
  @Test(arguments: [0.5, 1.3, 2.0])
  func blurSpreadsAPixelAsTheGaussCurve(deviation: Double) {
    var image = Image(width: 31, height: 29, filledWith: 0)
    for c in 0..<3 { image.bytes[(14 * 31 + 15) * 3 + c] = 255 }
    let blurred = image.blurred(standardDeviation: deviation)
    let reach = Int((3 * deviation).rounded(.up))
    let curve = (-reach...reach).map { exp(-Double($0 * $0) / (2 * deviation * deviation)) }
    let sum = curve.reduce(0, +)
    func weight(_ distance: Int) -> Double {
      abs(distance) <= reach ? curve[distance + reach] / sum : 0
    }
    for y in 0..<29 {
      for x in 0..<31 {
        let expected = 255 * weight(x - 15) * weight(y - 14)
        // Half a step of the result, and of the pass in between.
        #expect(abs(Double(blurred.bytes[(y * 31 + x) * 3]) - expected) <= 1)
      }
    }
    let even = Image(width: 9, height: 8, filledWith: 77)
    #expect(even.blurred(standardDeviation: deviation) == even)
  }
}
