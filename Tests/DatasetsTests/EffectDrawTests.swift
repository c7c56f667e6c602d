import Foundation
import Imaging
import Testing

@testable import Datasets

/// Mixup, copy-paste and what is done to finished pictures: even grays make all of it exact.
struct EffectDrawTests {
  /// 32 x 32 pixels: 0 is gray 50 without objects, 1 is gray 200 with a square by its outline.
  private func samples(in folder: TestFolder) throws -> [Sample] {
    try folder.writePicture("0.png", width: 32, height: 32, gray: 50)
    try folder.writePicture("1.png", width: 32, height: 32, gray: 200)
    var object = Annotation(box: Box(x1: 8, y1: 8, x2: 24, y2: 24), classIndex: 0)
    object.outline = .polygons([[8, 8, 24, 8, 24, 24, 8, 24]])
    return [[], [object]].enumerated().map {
      Sample(
        imagePath: folder.path("\($0.offset).png"), imageWidth: 32, imageHeight: 32,
        annotations: $0.element)
    }
  }

  private func pictures(
    _ samples: [Sample], _ augmentation: AugmentationConfig
  ) throws -> [AugmentedPicture] {
    let pictures = AugmentedPictures(
      samples: samples, config: LoaderConfig(batchSize: 1, seed: 3)
    ) { _ in BatchPlan(width: 32, height: 32, augmentation: augmentation) }
    return try (0..<20).flatMap { epoch in
      try (0..<2).map { try pictures.picture(epoch: epoch, place: $0) }
    }
  }

  @Test func mixupBlendsTwoPicturesAndKeepsTheObjectsOfBoth() throws {
    let folder = try TestFolder()
    var augmentation = AugmentationConfig.none
    augmentation.mixupProbability = 1
    var blends = 0
    for picture in try pictures(samples(in: folder), augmentation) {
      let gray = picture.image.bytes[0]
      #expect(picture.image.bytes.allSatisfy { $0 == gray })
      if gray == 50 || gray == 200 {
        // With itself, which has its objects twice.
        #expect(picture.annotations.count == (gray == 50 ? 0 : 2))
      } else {
        blends += 1
        // The share has a deviation of 0.062 about a half (beta, 32 and 32): four of them.
        #expect((87...163).contains(gray))
        #expect(picture.annotations.count == 1)
      }
    }
    #expect(blends > 5)
  }

  @Test func objectsArePastedByTheirOutlines() throws {
    let folder = try TestFolder()
    var augmentation = AugmentationConfig.none
    augmentation.copyPasteProbability = 1
    var pasted = 0
    for picture in try pictures(samples(in: folder), augmentation) {
      let square = (0..<1024).map { (8..<24).contains($0 % 32) && (8..<24).contains($0 / 32) }
      let reds = stride(from: 0, to: 3072, by: 3).map { picture.image.bytes[$0] }
      if picture.sampleIndex == 1 {
        // Its own object would be covered.
        #expect(reds.allSatisfy { $0 == 200 } && picture.annotations.count == 1)
      } else if picture.annotations.isEmpty {
        #expect(reds.allSatisfy { $0 == 50 })
      } else {
        pasted += 1
        #expect(reds == square.map { $0 ? 200 : 50 })
        #expect(picture.annotations.map(\.box) == [Box(x1: 8, y1: 8, x2: 24, y2: 24)])
      }
    }
    #expect(pasted > 3)
  }

  private func canvas() -> Image {
    Image(
      width: 40, height: 30, format: .rgb8,
      bytes: (0..<3600).map { UInt8(truncatingIfNeeded: $0 * $0 / 50) })
  }

  @Test func whatIsErasedIsGrayAndNotLearned() {
    var augmentation = AugmentationConfig.none
    augmentation.erasingProbability = 1
    for place in 0..<50 {
      let draw = EffectDraw(
        augmentation, key: PictureKey(seed: 1, epoch: 0, place: place), width: 40, height: 30)
      guard let region = draw.erased else {
        Issue.record("nothing is erased at \(place)")
        continue
      }
      // A fiftieth to a fifth of the input, sides rounded by up to half a pixel each way.
      let area = Double(region.width * region.height)
      let slack = Double(region.width + region.height) / 2 + 0.25
      #expect(area >= 24 - slack && area <= 240 + slack)
      var image = canvas()
      let hidden = Box(
        x1: Double(region.x), y1: Double(region.y), x2: Double(region.x + region.width),
        y2: Double(region.y + region.height))
      let whole = Box(x1: 0, y1: 0, x2: 40, y2: 30)
      var labels = VisibleAnnotations()
      labels.targets = [hidden, whole].map { Annotation(box: $0, classIndex: 0) }
      draw.apply(to: &image, &labels, minimumVisibleFraction: 0.1)
      #expect(labels.targets.map(\.box) == [whole])
      var expected = canvas()
      expected.fill(region, with: 114)
      #expect(image == expected)
    }
  }

  @Test func blurAndJPEGAreThoseOfTheImageModule() throws {
    var augmentation = AugmentationConfig.none
    augmentation.blurProbability = 1
    augmentation.jpegProbability = 1
    for place in 0..<10 {
      let draw = EffectDraw(
        augmentation, key: PictureKey(seed: 2, epoch: 0, place: place), width: 40, height: 30)
      let quality = try #require(draw.jpegQuality)
      #expect((20...90).contains(quality) && draw.blur > 0 && draw.blur <= 2)
      var image = canvas()
      var labels = VisibleAnnotations()
      draw.apply(to: &image, &labels, minimumVisibleFraction: 0.1)
      let blurred = canvas().blurred(standardDeviation: draw.blur)
      let bytes = try ImageFile.encode(blurred, as: .jpeg, quality: quality)
      #expect(image == (try ImageFile.decode(bytes, name: "x").image))
    }
  }
}
