import Basics
import Engine
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Datasets
@testable import Loading

/// Batches for segmentation: windows of images, elastic deformation, per-image normalization and weights.
struct SegmentationBatchTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// 16-bit images of discs at 3000 on a ground of 1000, and their numbers of objects.
  private func samples(count: Int = 4, side: Int = 150) throws -> [Sample] {
    try (0..<count).map { index in
      var numbers = [UInt16](repeating: 0, count: side * side)
      for disc in 0..<6 {
        let (x, y) = (20 + disc % 3 * 40 + index, 30 + disc / 3 * 60)
        for v in -10...10 {
          for u in -10...10 where u * u + v * v <= 100 {
            numbers[(y + v) * side + x + u] = UInt16(disc + 1)
          }
        }
      }
      let name = "\(index)"
      let pixels = numbers.map { $0 > 0 ? UInt16(3000) : 1000 }
      try folder.write(
        ImageFile.encode(Image(width: side, height: side, numbers: pixels), as: .png),
        to: "images/\(name).png")
      try folder.write(
        ImageFile.encode(Image(width: side, height: side, numbers: numbers), as: .png),
        to: "masks/\(name).png")
      var sample = Sample(
        imagePath: folder.path("images/\(name).png"), imageWidth: side, imageHeight: side,
        annotations: [])
      sample.maskPath = folder.path("masks/\(name).png")
      return sample
    }
  }

  private static let perImage = Normalization(
    mean: [0], standardDeviation: [1], perImage: .percentile(low: 1, high: 99.8))

  private func batches(
    _ samples: [Sample], _ augmentation: AugmentationConfig?, epochs: Int = 1, size: Int = 64,
    workers: Int = 2, change: (inout LoaderConfig) -> Void = { _ in }
  ) throws -> [Batch] {
    var config = LoaderConfig(
      batchSize: samples.count, seed: 6, workers: workers, normalization: Self.perImage)
    config.maskClasses = 1
    config.imageSide = .max
    change(&config)
    let loader = Loader(samples: samples, config: config, epochs: epochs) { _ in
      BatchPlan(size: .exact(height: size, width: size), augmentation: augmentation)
    }
    var batches: [Batch] = []
    while let batch = try loader.next() {
      #expect(batch.issues.isEmpty)
      batches.append(batch)
    }
    return batches
  }

  private func input(_ batch: Batch, _ image: Int) -> [Float] {
    let count = batch.shape.count / batch.images.count
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      batch.normalization.fill(
        batch.images[image], into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }

  private static let windows: AugmentationConfig = {
    var config = AugmentationConfig.none
    config.patch = .on
    return config
  }()

  /// The percentiles 1 and 99.8 are 1000 and 3000: the ground is 0 and a disc 1, in 16 bits.
  @Test func imagesKeepTheirRange() throws {
    let batch = try #require(try batches(samples(), Self.windows).first)
    #expect(batch.shape == Shape(n: 4, h: 64, w: 64, c: 1))
    let masks = try #require(batch.masks)
    for image in 0..<4 {
      let values = input(batch, image)
      for place in values.indices {
        let number = masks.values[image * 4096 + place]
        // Windows begin at whole pixels: nothing is blurred.
        #expect(abs(values[place] - Float(number)) < 0.001)
      }
    }
    #expect(batch.pixelWeights == nil)
  }

  /// Windows have the image's own scale, and no pixel of them is outside.
  @Test func windowsLieWithinTheImage() throws {
    var corners: Set<[UInt8]> = []
    for batch in try batches(samples(), Self.windows, epochs: 5) {
      let masks = try #require(batch.masks)
      #expect(!masks.values.contains(255))
      corners.insert(Array(masks.values.prefix(64 * 20)))
    }
    #expect(corners.count == 5)
  }

  /// With a probability of 1 every window holds foreground; one of 0 leaves some of an image with one
  /// small object without.
  @Test func windowsHoldForeground() throws {
    var sample = try samples(count: 1)[0]
    var numbers = Image(width: 150, height: 150, format: .gray8)
    for place in [20 * 150 + 130, 20 * 150 + 131] { numbers.bytes[place] = 255 }
    try folder.write(ImageFile.encode(numbers, as: .png), to: "masks/small.png")
    sample.maskPath = folder.path("masks/small.png")
    for (probability, count) in [(1.0, 40...40), (0.0, 1...20)] {
      var config = Self.windows
      config.patchForeground = probability
      let found = try batches([sample], config, epochs: 40).count {
        $0.masks?.values.contains(1) == true
      }
      #expect(count.contains(found), "\(found)")
    }
  }

  /// An image that is smaller than the input is mirrored, and nothing is known of the mirror images.
  @Test func smallImagesAreMirroredAndIgnoredThere() throws {
    let samples = try samples(count: 1, side: 150)
    for (padding, isMirrored) in [(PaddingMode.auto, true), (.gray, false)] {
      var config = Self.windows
      config.padding = padding
      let batch = try #require(try batches(samples, config, size: 192).first)
      let masks = try #require(batch.masks)
      #expect(masks.values.count { $0 != 255 } == 150 * 150)
      let values = input(batch, 0)
      let outside = values.indices.filter { masks.values[$0] == 255 }
      #expect(outside.contains { values[$0] > 0.9 } == isMirrored)
      if !isMirrored { #expect(outside.allSatisfy { abs(values[$0]) < 0.02 }) }
    }
  }

  /// Every geometric augmentation moves image, mask and objects alike; those of colors, blur and noise
  /// change the image alone.
  @Test func everythingMovesAlike() throws {
    var config = Self.windows
    (config.flip, config.flipUpDown, config.degrees, config.scale) = (0.5, 0.5, 180, 0.3)
    (config.elastic, config.patchForeground) = (6, 1)
    let plain = try batches(samples(), config, epochs: 8) { $0.weightMap = .borders }
    var (wrong, all, foreground) = (0, 0, 0)
    for batch in plain {
      let masks = try #require(batch.masks)
      for image in 0..<4 {
        let values = input(batch, image)
        for place in values.indices where masks.values[image * 4096 + place] != 255 {
          let number = masks.values[image * 4096 + place]
          all += 1
          foreground += Int(number)
          if (values[place] > 0.5) != (number == 1) { wrong += 1 }
        }
      }
    }
    // Bilinear and nearest samples differ at borders.
    #expect(Double(wrong) < 0.02 * Double(all) && foreground * 20 > all, "\(wrong) of \(all)")
    (config.brightness, config.contrast, config.gamma, config.noise) = (0.3, 0.4, 0.5, 0.2)
    (config.blur, config.gray, config.value) = (1, 1, 0.4)
    let colored = try batches(samples(), config, epochs: 8) { $0.weightMap = .borders }
    #expect(colored.map(\.masks) == plain.map(\.masks))
    #expect(colored.map(\.pixelWeights) == plain.map(\.pixelWeights))
    #expect(colored.map(\.images) != plain.map(\.images))
  }

  /// Batches depend on the seed, and not on the number of threads.
  @Test func batchesDoNotDependOnTheThreads() throws {
    var config = Self.windows
    (config.elastic, config.noise, config.blur, config.degrees) = (5, 0.1, 0.5, 90)
    let samples = try samples()
    func all(_ workers: Int, seed: UInt64) throws -> [Batch] {
      try batches(samples, config, epochs: 3, workers: workers) {
        $0.weightMap = .balanced
        $0.seed = seed
        $0.cacheLimit = workers == 1 ? 0 : 1 << 30
      }
    }
    let (one, three, other) = (try all(1, seed: 6), try all(3, seed: 6), try all(3, seed: 7))
    #expect(one.map(\.images) == three.map(\.images) && one.map(\.masks) == three.map(\.masks))
    #expect(one.map(\.pixelWeights) == three.map(\.pixelWeights))
    #expect(one.map(\.images) != other.map(\.images))
  }

  /// 8-bit color images with a fixed normalization are deformed, too.
  @Test func colorImagesAreDeformed() throws {
    try folder.writeImage("c.png", width: 80, height: 60, gray: 200)
    var sample = Sample(
      imagePath: folder.path("c.png"), imageWidth: 80, imageHeight: 60, annotations: [])
    var object = Annotation(box: Box(x1: 20, y1: 20, x2: 60, y2: 40), classIndex: 0)
    object.segmentation = .polygons([[20, 20, 60, 20, 60, 40, 20, 40]])
    sample.annotations = [object]
    var config = AugmentationConfig.none
    config.elastic = 8
    let batch = try #require(
      try batches([sample], config) { $0.normalization = .unit }.first)
    #expect(batch.shape.c == 3)
    let masks = try #require(batch.masks)
    for (place, number) in masks.values.enumerated() {
      #expect((batch.images[0].bytes[place * 3] == 114) == (number == 255))
    }
    let plain = try #require(
      try batches([sample], AugmentationConfig.none) { $0.normalization = .unit }.first)
    #expect(plain.masks != batch.masks && Set(masks.values) == [0, 1, 255])
  }

  // MARK: Weights

  /// Equation 2 of U-Net by all distances of all pixels.
  private func reference(
    _ classes: [UInt8], _ labels: [Int], width: Int, isBalanced: Bool
  ) -> [Double] {
    let objects = Set(labels).subtracting([0]).sorted()
    return classes.indices.map { place in
      var weight = 1.0
      if isBalanced, classes[place] != 255 {
        let known = classes.filter { $0 != 255 }
        let own = known.count { $0 == classes[place] }
        weight = min(Double(known.count) / Double(Set(known).count) / Double(own), 10)
      }
      guard classes[place] == 0, objects.count > 1 else { return weight }
      let distances = objects.map { object in
        labels.indices.filter { labels[$0] == object }.map {
          hypot(Double($0 % width - place % width), Double($0 / width - place / width))
        }.min() ?? .infinity
      }.sorted()
      let sum = distances[0] + distances[1]
      return weight + 10 * exp(-sum * sum / 50)
    }
  }

  @Test(arguments: [true, false])
  func weightsAreThoseOfThePaper(isBalanced: Bool) {
    var generator = SeededGenerator(seed: 12)
    let (width, height) = (48, 40)
    var classes = [UInt8](repeating: 0, count: width * height)
    var numbers = [UInt16](repeating: 0, count: width * height)
    for object in 1...7 {
      let (x, y) = (generator.index(below: 42), generator.index(below: 34))
      for v in y..<y + 2 + generator.index(below: 4) {
        for u in x..<x + 2 + generator.index(below: 4) {
          classes[v * width + u] = UInt8(1 + object % 2)
          numbers[v * width + u] = UInt16(object)
        }
      }
    }
    for place in 0..<30 { (classes[place], numbers[place]) = (255, 0) }
    let plane = Image(width: width, height: height, format: .gray8, bytes: classes)
    let found = BoundaryWeights(isBalanced: isBalanced).weights(
      plane, objects: Image(width: width, height: height, numbers: numbers))
    let expected = reference(
      classes, numbers.map(Int.init), width: width, isBalanced: isBalanced)
    for (a, b) in zip(found, expected) { #expect(abs(Double(a) - b) < 1e-5) }
    #expect(found.contains { $0 > 5 })
    // Without numbers, the components of each class are the objects.
    let components = ConnectedComponents(
      of: classes, width: width, height: height, ignored: 255
    ).labels.map(Int.init)
    let ofComponents = BoundaryWeights(isBalanced: isBalanced).weights(plane, objects: nil)
    let other = reference(classes, components, width: width, isBalanced: isBalanced)
    for (a, b) in zip(ofComponents, other) { #expect(abs(Double(a) - b) < 1e-5) }
  }

  /// The batch's weights are those of its mask and of the objects that moved with it.
  @Test func batchesHaveWeights() throws {
    var config = Self.windows
    config.patchForeground = 1
    let batch = try #require(
      try batches(samples(), config) { $0.weightMap = .borders }.first)
    let (weights, masks) = (try #require(batch.pixelWeights), try #require(batch.masks))
    #expect(weights.count == 4 && weights.height == 64 && weights.width == 64)
    #expect(weights.values.count == masks.values.count)
    for (weight, number) in zip(weights.values, masks.values) where number == 1 {
      #expect(weight == 1)
    }
    // Between discs of radius 10 whose centers are 40 apart, d1 + d2 is 20 or more: 10 e^-8.
    #expect(weights.values.max().map { $0 > 1.002 && $0 < 1.02 } == true)
  }

  // MARK: Polygons and runs

  /// Crowds and boxes without polygons are ignored, holes of runs stay open, and the later of two objects
  /// is seen.
  @Test func annotationsAreDrawnInOrder() throws {
    var sample = Sample(imagePath: "", imageWidth: 12, imageHeight: 8, annotations: [])
    func object(_ segmentation: Segmentation?, _ classIndex: Int, isCrowd: Bool = false) {
      var object = Annotation(
        box: Box(x1: 0, y1: 0, x2: 4, y2: 3), classIndex: classIndex, isCrowd: isCrowd)
      object.segmentation = segmentation
      sample.annotations.append(object)
    }
    // A ring: 5 x 5 pixels at (6, 1) without their middle.
    var ring = [UInt8](repeating: 0, count: 96)
    for y in 1..<6 { for x in 6..<11 where !(x == 8 && y == 3) { ring[y * 12 + x] = 1 } }
    object(.mask(RunLengthMask(width: 12, height: 8, pixels: ring)), 1)
    object(.polygons([[5, 4, 8, 4, 8, 8, 5, 8]]), 0)
    object(.polygons([[0, 5, 3, 5, 3, 8, 0, 8]]), 0, isCrowd: true)
    object(nil, 1)
    let planes = try SampleMask(sample: sample, classCount: 2).planes()
    func number(_ x: Int, _ y: Int) -> UInt8 { planes.classes.bytes[y * 12 + x] }
    #expect(number(6, 1) == 2 && number(8, 3) == 0 && number(9, 3) == 2)
    // Where the polygon lies above the ring.
    #expect(number(6, 5) == 1 && number(7, 4) == 1 && number(8, 5) == 2)
    #expect(number(1, 6) == 255 && number(1, 1) == 255 && number(4, 4) == 0)
    let objects = try #require(planes.objects).withNumbers { Array($0) }
    #expect(objects[12 + 6] == 1 && objects[5 * 12 + 6] == 2 && objects[6 * 12 + 1] == 0)
  }

  // MARK: The given data

  @Test(.enabled(if: SharedData.has("nuclei/images.csv"), "needs ../shared/data/nuclei"))
  func nucleiAreLoaded() throws {
    let data = try Dataset.open(path: SharedData.folder + "/nuclei", split: "val")
    #expect(data.samples.count == 109 && data.classNames == ["object"] && data.issues.isEmpty)
    var config = Self.windows
    (config.elastic, config.degrees) = (8, 180)
    let samples = Array(data.samples.prefix(8))
    let batch = try #require(
      try batches(samples, config, size: 128) { $0.weightMap = .borders }.first)
    #expect(batch.shape == Shape(n: 8, h: 128, w: 128, c: 1))
    #expect(batch.masks?.values.contains(1) == true)
    #expect(batch.pixelWeights?.values.contains { $0 > 2 } == true)
  }

  @Test(.enabled(if: SharedData.has("membrane/train.txt"), "needs ../shared/data/membrane"))
  func membranesAreLoaded() throws {
    let data = try Dataset.open(path: SharedData.folder + "/membrane", split: "val")
    #expect(data.samples.count == 6 && data.issues.isEmpty)
    let samples = Array(data.samples.prefix(2))
    let batch = try #require(try batches(samples, Self.windows, size: 128).first)
    let values = try #require(batch.masks).values
    // Inside of cells lies most of the image.
    let share = Double(values.count { $0 == 1 }) / Double(values.count)
    #expect((0.5...0.95).contains(share), "\(share)")
  }
}
