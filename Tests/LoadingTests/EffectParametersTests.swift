import TestSupport
import Foundation
import Imaging
import Testing

@testable import Datasets
@testable import Loading

/// Mixup, copy-paste and what is done to finished images, on images without any even part.
struct EffectDrawTests {
  private let side = 32

  /// All pixels differ from their neighbors, and those of the two images from each other.
  private func image(_ number: Int) -> Image {
    Image(
      width: side, height: side, format: .rgb8,
      bytes: (0..<side * side).flatMap { pixel -> [UInt8] in
        let (x, y) = (pixel % side, pixel / side)
        return number == 0
          ? [UInt8(8 * x), UInt8(8 * y), UInt8(4 * (x + y))]
          : [UInt8(255 - 7 * y), UInt8((37 * x + 11 * y) % 256), UInt8(x * y % 256)]
      })
  }

  /// Without objects, and with an L by its polygon.
  private func samples(in folder: TestFolder) throws -> [Sample] {
    for number in 0..<2 {
      try folder.write(ImageFile.encode(image(number), as: .png), to: "\(number).png")
    }
    var object = Annotation(box: Box(x1: 8, y1: 8, x2: 24, y2: 24), classIndex: 0)
    object.segmentation = .polygons([[8, 8, 24, 8, 24, 16, 16, 16, 16, 24, 8, 24]])
    return [[], [object]].enumerated().map {
      Sample(
        imagePath: folder.path("\($0.offset).png"), imageWidth: side, imageHeight: side,
        annotations: $0.element)
    }
  }

  private func images(
    _ samples: [Sample], _ augmentation: AugmentationConfig
  ) throws -> [TrainingSample] {
    let images = AugmentedImages(
      samples: samples, config: LoaderConfig(batchSize: 1, seed: 3)
    ) { _ in BatchPlan(size: .exact(height: 32, width: 32), augmentation: augmentation) }
    return try (0..<20).flatMap { epoch in
      try (0..<2).map { try images.image(epoch: epoch, place: $0) }
    }
  }

  @Test func mixupBlendsTwoImagesAndKeepsTheObjectsOfBoth() throws {
    let folder = try TestFolder()
    var augmentation = AugmentationConfig.none
    augmentation.mixup = 1
    var blends = 0
    for mixed in try images(samples(in: folder), augmentation) {
      let own = image(mixed.sampleIndex)
      if mixed.image == own {
        // With itself, which has its objects twice.
        #expect(mixed.annotations.count == 2 * mixed.sampleIndex)
        continue
      }
      blends += 1
      let other = image(1 - mixed.sampleIndex)
      // One share for all samples, rounded to nearest; it has a deviation of 0.062 about a half (beta,
      // 32 and 32): four of them.
      let share = (64...192).first { share in
        mixed.image.bytes.indices.allSatisfy { place in
          let (a, b) = (Int(own.bytes[place]), Int(other.bytes[place]))
          let sum: Int = a * share + b * (256 - share) + 128
          return Int(mixed.image.bytes[place]) == sum / 256
        }
      }
      #expect(share != nil && mixed.annotations.count == 1)
    }
    #expect(blends > 5)
  }

  @Test(arguments: [0.0, 1])
  func objectsArePastedByTheirSegmentations(flip: Double) throws {
    let folder = try TestFolder()
    var augmentation = AugmentationConfig.none
    augmentation.copyPaste = 1
    augmentation.flip = flip
    // Where a pixel of the input comes from.
    let sources = (0..<1024).map { (x: flip > 0 ? 31 - $0 % 32 : $0 % 32, y: $0 / 32) }
    let isObject = sources.map { x, y -> Bool in
      let isInBar = (8..<24).contains(x) && (8..<16).contains(y)
      let isInStem = (8..<16).contains(x) && (8..<24).contains(y)
      return isInBar || isInStem
    }
    func expected(_ number: (Int) -> Int) -> [UInt8] {
      let pixels = [image(0), image(1)].map(\.bytes)
      return (0..<1024).flatMap { place in
        let start = (sources[place].y * 32 + sources[place].x) * 3
        return pixels[number(place)][start..<start + 3]
      }
    }
    var pasted = 0
    for found in try images(samples(in: folder), augmentation) {
      if found.sampleIndex == 1 {
        // Its own object would be covered.
        #expect(found.image.bytes == expected { _ in 1 } && found.annotations.count == 1)
      } else if found.annotations.isEmpty {
        #expect(found.image.bytes == expected { _ in 0 })
      } else {
        pasted += 1
        #expect(found.image.bytes == expected { isObject[$0] ? 1 : 0 })
        #expect(found.annotations.map(\.box) == [Box(x1: 8, y1: 8, x2: 24, y2: 24)])
        let segmentation = try found.annotations[0].segmentation?.mask(width: 32, height: 32)
        #expect(segmentation?.pixels.map { $0 == 1 } == isObject)
      }
    }
    #expect(pasted > 3)
  }

  /// What is pasted takes pixels and area from what was there; the corner of a box stays.
  @Test func whatIsPastedCoversWhatIsThere() throws {
    let folder = try TestFolder()
    var samples = try samples(in: folder)
    // Of its 16 x 8 pixels the upper bar of the L takes 16 x 2: an eighth, below 30 %.
    var present = Annotation(box: Box(x1: 8, y1: 2, x2: 24, y2: 10), classIndex: 1)
    present.segmentation = .polygons([[8, 2, 24, 2, 24, 10, 8, 10]])
    var aside = Annotation(box: Box(x1: 25.5, y1: 0.5, x2: 31, y2: 31.5), classIndex: 2)
    aside.segmentation = .polygons([[26, 1, 30, 1, 30, 30]])
    samples[0].annotations = [present, aside]
    var augmentation = AugmentationConfig.none
    augmentation.copyPaste = 1
    var pasted = 0
    for found in try images(samples, augmentation) where found.sampleIndex == 0 {
      let objects = found.annotations.map { ($0.classIndex, $0.box) }
      // Its own objects are covered by themselves, and not pasted.
      guard found.annotations.count == 3 else {
        #expect(objects.map(\.0) == [1, 2])
        continue
      }
      pasted += 1
      #expect(objects.map(\.0) == [1, 2, 0])
      #expect(objects[0].1 == Box(x1: 8, y1: 2, x2: 24, y2: 8) && objects[1].1 == aside.box)
      #expect(found.annotations[1].segmentation == aside.segmentation)
      let rest = try found.annotations[0].segmentation?.mask(width: 32, height: 32)
      #expect(rest?.area == 96 && rest?.bounds == PixelRegion(x: 8, y: 2, width: 16, height: 6))
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
    augmentation.erasing = 1
    for place in 0..<50 {
      let draw = EffectParameters(
        augmentation, seed: SampleSeed(seed: 1, epoch: 0, place: place), width: 40, height: 30)
      guard let region = draw.erasing?.region else {
        Issue.record("nothing is erased at \(place)")
        continue
      }
      // A fiftieth to a fifth of the input, sides rounded by up to half a pixel each way.
      let area = Double(region.width * region.height)
      let slack = Double(region.width + region.height) / 2 + 0.25
      #expect(area >= 24 - slack && area <= 240 + slack)
      let hidden = Box(
        x1: Double(region.x), y1: Double(region.y), x2: Double(region.x + region.width),
        y2: Double(region.y + region.height))
      let whole = Box(x1: 0, y1: 0, x2: 40, y2: 30)
      // As much again to the right of it, as far as there is room.
      let right = min(2 * hidden.x2 - hidden.x1, 40)
      let half = Box(x1: hidden.x1, y1: hidden.y1, x2: right, y2: hidden.y2)
      var labels = AnnotationClipping()
      let plane = Image(width: 40, height: 30, format: .gray8, filledWith: 3)
      labels.objects = [hidden, whole, half].map {
        ClippedObject(annotation: Annotation(box: $0, classIndex: 0), visibleFraction: 1)
      }
      var input = TrainingSample(sampleIndex: 0, image: canvas(), mask: plane, labels: labels)
      draw.apply(to: &input, rule: .all)
      let rest = Box(x1: hidden.x2, y1: hidden.y1, x2: right, y2: hidden.y2)
      #expect(input.annotations.map(\.box) == (rest.width > 0 ? [whole, rest] : [whole]))
      var expected = canvas()
      expected.fill(region, with: 114)
      #expect(input.image == expected)
      #expect(input.mask?.bytes.count { $0 == 255 } == region.width * region.height)
    }
  }

  /// Expected: the mean weighted by the Gauss curve, cut at three deviations and at the edges.
  @Test func blurIsTheWeightedMean() throws {
    var augmentation = AugmentationConfig.none
    augmentation.blur = 1
    let source = canvas()
    for place in 0..<10 {
      let draw = EffectParameters(
        augmentation, seed: SampleSeed(seed: 2, epoch: 0, place: place), width: 40, height: 30)
      let deviation = try #require(draw.blur)
      #expect(deviation > 0 && deviation <= 2)
      var input = TrainingSample(sampleIndex: 0, image: source, labels: AnnotationClipping())
      draw.apply(to: &input, rule: .all)
      let image = input.image
      let reach = Int((3 * deviation).rounded(.up))
      func weights(_ center: Int, _ count: Int) -> [(place: Int, weight: Double)] {
        let places = Array(max(center - reach, 0)...min(center + reach, count - 1))
        let curve = places.map { place -> Double in
          let distance = Double(place - center) / deviation
          return exp(-distance * distance / 2)
        }
        let sum = curve.reduce(0, +)
        return zip(places, curve).map { ($0, $1 / sum) }
      }
      for (x, y, c) in [(0, 0, 0), (39, 29, 1), (0, 17, 2), (20, 15, 0), (7, 1, 1), (31, 28, 2)] {
        var mean = 0.0
        for row in weights(y, 30) {
          for column in weights(x, 40) {
            let sample = source.bytes[(row.place * 40 + column.place) * 3 + c]
            mean += row.weight * column.weight * Double(sample)
          }
        }
        // Half a step of the result, and of the pass in between.
        let found = Double(image.bytes[(y * 40 + x) * 3 + c])
        #expect(abs(found - mean) <= 1, "(\(x), \(y), \(c)) by \(deviation)")
      }
    }
  }

  /// What Golden/make_jpeg.py prints: green of every fifth row of an image with ramps and a board.
  @Test(arguments: [
    (
      30,
      [
        "0000081eedffffeb0b000009d9f0fcff",
        "f6fffed62d040026dcfffdd42b03020c",
        "0200002dd9ffffd825000023d0fcfffa",
        "fffff7e51a070013f4ffffee21100702",
      ]
    ),
    (
      75,
      [
        "00000911eef7ffeb1000001cdefef8ff",
        "fffbf5ef18110714ecf4f5e216050800",
        "00060917e5f4f8ed15090f1aecf7fdff",
        "fffefee919040015efffffeb1a070600",
      ]
    ),
  ])
  func artefactsAreThoseOfLibjpeg(quality: Int, rows: [String]) {
    let seed = SampleSeed(seed: 2, epoch: 0, place: 0)
    #expect(EffectParameters(.none, seed: seed, width: 16, height: 16).jpegQuality == nil)
    var config = AugmentationConfig.none
    config.jpeg = 1
    config.jpegQuality = quality...quality
    let draw = EffectParameters(config, seed: seed, width: 16, height: 16)
    let source = Image(
      width: 16, height: 16, format: .rgb8,
      bytes: (0..<256).flatMap { pixel -> [UInt8] in
        let (x, y) = (pixel % 16, pixel / 16)
        return [UInt8(16 * x), UInt8(255 * ((x / 4 + y / 4) % 2)), UInt8(16 * y)]
      })
    var input = TrainingSample(sampleIndex: 0, image: source, labels: AnnotationClipping())
    draw.apply(to: &input, rule: .all)
    let image = input.image
    #expect(image != source)
    for (index, row) in rows.enumerated() {
      let found = (0..<16).map { image.bytes[((5 * index) * 16 + $0) * 3 + 1] }
      let expected = stride(from: 0, to: 32, by: 2).map { place -> UInt8? in
        UInt8(row.dropFirst(place).prefix(2), radix: 16)
      }
      #expect(found == expected)
    }
  }

  /// How often and how strong they are, from what they are drawn.
  @Test func qualitiesLieInTheirRange() {
    var augmentation = AugmentationConfig.none
    augmentation.jpeg = 1
    let qualities = (0..<200).compactMap {
      EffectParameters(
        augmentation, seed: SampleSeed(seed: 2, epoch: 0, place: $0), width: 9, height: 9
      ).jpegQuality
    }
    #expect(qualities.count == 200 && qualities.allSatisfy((20...90).contains))
    // 200 draws of 71 numbers miss any tenth of the range with a chance of e^-21.
    #expect((qualities.min() ?? 99) < 27 && (qualities.max() ?? 0) > 83)
  }
}
