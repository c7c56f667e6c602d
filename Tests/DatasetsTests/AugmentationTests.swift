import Engine
import Imaging
import Testing

@testable import Datasets

struct AugmentationTests {
  /// A draw that changes nothing, to be varied.
  private func draw(_ change: (inout AugmentationDraw) -> Void = { _ in }) -> AugmentationDraw {
    var generator = SeededGenerator(seed: 0)
    let config = AugmentationConfig(
      flipProbability: 0, scale: 1...1, translation: 0, hue: 0, saturation: 0, value: 0,
      mosaicProbability: 0)
    var draw = AugmentationDraw(config, sampleCount: 1, using: &generator)
    change(&draw)
    return draw
  }

  private func expect(_ box: Box, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
    for (a, b) in zip([box.x1, box.y1, box.x2, box.y2], [x1, y1, x2, y2]) {
      #expect(abs(a - b) < 1e-9, "\(box)")
    }
  }

  private let whole = Box(x1: 0, y1: 0, x2: 200, y2: 100)

  private func place(_ draw: AugmentationDraw, tile: AugmentationDraw.Tile? = nil) -> Box {
    // 200 x 100 fits an input of 100 x 100 at half its size.
    draw.transform(imageWidth: 200, imageHeight: 100, width: 100, height: 100, tile: tile)
      .apply(whole)
  }

  @Test func withoutChangeItIsALetterbox() {
    let letterbox = Letterbox(
      imageWidth: 200, imageHeight: 100, targetWidth: 100, targetHeight: 100)
    #expect(place(draw()) == letterbox.inputBox(whole))
    #expect(draw().jitter == .none)
  }

  @Test func scaleAndShiftActAboutTheCenter() {
    expect(place(draw { $0.scale = 0.5 }), 25, 37.5, 75, 62.5)
    expect(
      place(
        draw {
          $0.shiftX = 0.1; $0.shiftY = -0.1
        }), 10, 15, 110, 65)
  }

  @Test func mirroringComesLast() {
    let shifted = draw {
      $0.shiftX = 0.1
      $0.isFlipped = true
    }
    expect(place(shifted), -10, 25, 90, 75)
    let transform = shifted.transform(
      imageWidth: 200, imageHeight: 100, width: 100, height: 100, tile: nil)
    // The picture's left edge, at 10 after the shift, lies at 90 after mirroring.
    #expect(transform.apply(x: 0, y: 0).x == 90)
  }

  @Test func tilesMeetAtTheirInnerCorners() {
    let mosaic = draw {
      $0.meetingX = 1.2
      $0.meetingY = 0.9
    }
    // The canvas is two inputs wide, its center is the input's center: they meet at
    // (1.2 - 1) * 100 + 50 = 70 and (0.9 - 1) * 100 + 50 = 40.
    expect(place(mosaic, tile: .topLeft), -30, -10, 70, 40)
    expect(place(mosaic, tile: .topRight), 70, -10, 170, 40)
    expect(place(mosaic, tile: .bottomLeft), -30, 40, 70, 90)
    expect(place(mosaic, tile: .bottomRight), 70, 40, 170, 90)
  }

  @Test(arguments: [false, true])
  func tilesCoverTheInputOnce(isFlipped: Bool) {
    for round in 0..<200 {
      var generator = SeededGenerator(seed: 3, UInt64(round))
      let config = AugmentationConfig(flipProbability: isFlipped ? 1 : 0, mosaicProbability: 1)
      let draw = AugmentationDraw(config, sampleCount: 9, using: &generator)
      #expect(draw.isFlipped == isFlipped && draw.partners.count == 3)
      var hits = [Int](repeating: 0, count: 40 * 30)
      for tile in AugmentationDraw.Tile.allCases {
        let region = draw.region(width: 40, height: 30, tile: tile)
        for y in region.y..<(region.y + region.height) {
          for x in region.x..<(region.x + region.width) { hits[y * 40 + x] += 1 }
        }
        // The tile's picture lies on its side of where they meet, within rounding.
        let box = draw.transform(
          imageWidth: 50, imageHeight: 50, width: 40, height: 30, tile: tile
        ).apply(Box(x1: 0, y1: 0, x2: 50, y2: 50))
        if region.width > 0 && region.width < 40 {
          #expect(region.x == 0 ? box.x2 < Double(region.width) + 1 : box.x1 > Double(region.x) - 1)
        }
      }
      #expect(hits.allSatisfy { $0 == 1 })
    }
  }

  @Test func drawsStayInTheirRanges() {
    let config = AugmentationConfig()
    var flips = 0
    var mosaics = 0
    for round in 0..<2000 {
      var generator = SeededGenerator(seed: 5, UInt64(round))
      let draw = AugmentationDraw(config, sampleCount: 7, using: &generator)
      flips += draw.isFlipped ? 1 : 0
      mosaics += draw.partners.isEmpty ? 0 : 1
      #expect((0.5...1.5).contains(draw.scale) && (0.5...1.5).contains(draw.meetingX))
      #expect(abs(draw.shiftX) <= 0.1001 && abs(draw.shiftY) <= 0.1001)
      #expect(abs(draw.jitter.hueShift) <= 0.015)
      #expect((0.299...1.701).contains(draw.jitter.saturationGain))
      #expect((0.599...1.401).contains(draw.jitter.valueGain))
      #expect(draw.partners.allSatisfy { (0..<7).contains($0) })
    }
    // Of 2000 draws at one half, 1000 +- 5 standard deviations of 22.4.
    #expect((888...1112).contains(flips) && (888...1112).contains(mosaics))
  }

  @Test func labelsFollowAreCutAndDropped() {
    let annotations = [
      Annotation(box: Box(x1: 0, y1: 0, x2: 20, y2: 20), classIndex: 1, isDifficult: true),
      Annotation(box: Box(x1: 95, y1: 0, x2: 105, y2: 10), classIndex: 2),
      Annotation(box: Box(x1: 92, y1: 0, x2: 192, y2: 10), classIndex: 3),
      Annotation(box: Box(x1: 50, y1: 50, x2: 51.9, y2: 90), classIndex: 4),
      Annotation(box: Box(x1: 200, y1: 0, x2: 210, y2: 10), classIndex: 5),
      Annotation(box: Box(x1: 90, y1: 90, x2: 110, y2: 110), classIndex: 6, isCrowd: true),
    ]
    var labels = VisibleAnnotations()
    labels.add(
      annotations, through: .identity, bounds: Box(x1: 0, y1: 0, x2: 100, y2: 100),
      minimumVisibleFraction: 0.1, minimumSide: 2)
    // The second keeps half, the third 8 of 100 columns, the fourth is 1.9 wide, the fifth outside.
    #expect(labels.targets.map(\.classIndex) == [1, 2])
    #expect(labels.targets[0] == annotations[0])
    #expect(labels.targets[1].box == Box(x1: 95, y1: 0, x2: 100, y2: 10))
    #expect(labels.ignored == [Box(x1: 90, y1: 90, x2: 100, y2: 100)])
  }

  @Test func permutationsHoldEachIndexOnce() {
    var generator = SeededGenerator(seed: 9)
    let order = generator.permutation(of: 1000)
    #expect(order.sorted() == Array(0..<1000))
    #expect(order != Array(0..<1000))
    #expect(generator.permutation(of: 0).isEmpty)
    // Each of five indices comes first about 400 times of 2000: 5 standard deviations are 90.
    var firsts = [0, 0, 0, 0, 0]
    for _ in 0..<2000 { firsts[generator.permutation(of: 5)[0]] += 1 }
    #expect(firsts.allSatisfy { (310...490).contains($0) }, "\(firsts)")
  }

  /// Runs that were trained before must draw the same again. The numbers are what this program drew in
  /// November 2026, for seed 7, epoch 1 and places 0 and 1 of 100 samples.
  @Test func drawsAreWhatTheyWere() {
    func draw(_ place: UInt64) -> AugmentationDraw {
      var generator = SeededGenerator(seed: 7, 1, place)
      return AugmentationDraw(AugmentationConfig(), sampleCount: 100, using: &generator)
    }
    let mosaic = draw(0)
    #expect(mosaic.partners == [23, 91, 16] && mosaic.isFlipped)
    #expect(mosaic.meetingX == 0.6994370222091675 && mosaic.meetingY == 1.3049949407577515)
    #expect(mosaic.scale == 1.2275099754333496)
    #expect(mosaic.shiftX == 0.07990040630102158 && mosaic.shiftY == -0.07861069589853287)
    #expect(
      mosaic.jitter
        == ColorJitter(hueShift: 0.0049751336, saturationGain: 0.452747, valueGain: 0.9247194))
    let single = draw(1)
    #expect(single.partners.isEmpty && single.isFlipped && single.scale == 1.171958088874817)
    #expect(
      single.jitter
        == ColorJitter(hueShift: -0.012824303, saturationGain: 0.42479217, valueGain: 0.9969363))
  }
}
