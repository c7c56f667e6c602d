import TestSupport
@testable import Basics
import Engine
import Foundation
import Imaging
import Testing

@testable import Datasets
@testable import Loading

/// Which samples an epoch shows: repeats of rare classes, shares of ranks, partners in mosaics.
struct SamplingTests {
  private func sample(_ classes: Int...) -> Sample {
    Sample(
      imagePath: "", imageWidth: 8, imageHeight: 8,
      annotations: classes.map {
        Annotation(box: Box(x1: 0, y1: 0, x2: 4, y2: 4), classIndex: $0)
      })
  }

  @Test func repeatFactorsAreThoseOfThePaper() {
    // Class 0 is in 8 of 10 images, 1 in two, 2 in one; t = 0.4. r(0) = max(1, sqrt(0.4 / 0.8))
    // = 1, r(1) = sqrt(0.4 / 0.2) = 1.414, r(2) = sqrt(0.4 / 0.1) = 2; an image takes the largest.
    let samples =
      (0..<7).map { _ in sample(0, 0) } + [sample(0, 1), sample(1, 2), sample()]
    let factors = RepeatFactors(samples, threshold: 0.4)
    #expect(factors.factors[..<7].allSatisfy { $0 == 1 } && factors.factors[9] == 1)
    #expect(abs(factors.factors[7] - 2.0.squareRoot()) < 1e-12 && factors.factors[8] == 2)
    // 8 * 1 + 1.414 + 2 = 11.4
    #expect(factors.epochCount == 11)
    #expect(RepeatFactors(samples, threshold: 0).factors == [Double](repeating: 1, count: 10))
    var counts = [Int](repeating: 0, count: 10)
    for epoch in 0..<2000 {
      let members = factors.members(using: SeededGenerator(seed: 1, UInt64(epoch)))
      #expect(members.count == 11 && members == members.sorted())
      for member in members { counts[member] += 1 }
    }
    // Shown in proportion to the factors, which add up to 11.414: each within 5 standard deviations
    // of a rounding up or down, at most 0.5 * sqrt(2000) * 5 = 112.
    for (count, factor) in zip(counts, factors.factors) {
      #expect(abs(Double(count) - 2000 * 11 * factor / (10 + 1.4142)) < 112, "\(counts)")
    }
  }

  @Test func ranksShareAnEpoch() {
    let samples = (0..<23).map { _ in sample(0) }
    let factors = RepeatFactors(samples, threshold: 0)
    var config = LoaderConfig(batchSize: 2, seed: 4)
    config.ranks = 4
    for epoch in 0..<3 {
      var shown: [Int] = []
      var seeds: Set<SampleSeed> = []
      for rank in 0..<4 {
        config.rank = rank
        let order = EpochSampler(factors, config: config, epoch: epoch)
        // 23 / 4 = 5 each; three wait for another epoch.
        #expect(order.indices.count == 5)
        shown += order.indices
        for place in 0..<5 { seeds.insert(order.seed(ofPlace: place)) }
      }
      #expect(Set(shown).count == 20 && seeds.count == 20)
    }
    // 2, 2 and 1.
    #expect(EpochSampler.batchCount(factors, config: config) == 3)
  }

  @Test(arguments: [
    (640, 480, ShapeGroup.landscape), (1500, 1000, .landscape), (1920, 1080, .wide),
    (1080, 1920, .tall), (480, 640, .portrait), (100, 100, .square), (110, 100, .square),
    (120, 100, .landscape), (10_000, 1, .wide), (0, 0, .square),
  ])
  func shapesAreGroupedByTheNearestRatio(_ width: Int, _ height: Int, _ group: ShapeGroup) {
    // Between 1 and 4/3 the limit is their geometric mean, 1.155.
    #expect(ShapeGroup(imageWidth: width, imageHeight: height) == group)
  }

  @Test func batchesHaveOneShape() {
    var generator = SeededGenerator(seed: 8)
    let shapes = (0..<200).map { _ in
      [ShapeGroup.landscape, .landscape, .portrait, .wide][generator.index(below: 4)]
    }
    let factors = RepeatFactors(shapes.map { _ in sample(0) }, threshold: 0)
    let config = LoaderConfig(batchSize: 8, seed: 5)
    let order = EpochSampler(factors, shapes: shapes, config: config, epoch: 2)
    #expect(order.indices.sorted() == Array(0..<200))
    let batches = (0..<25).map { batch in order.places(ofBatch: batch) }
    let mixed = batches.filter { places in
      Set(places.map { shapes[order.indices[$0]] }).count > 1
    }
    // At most seven samples of each of three shapes are left over.
    #expect(mixed.count <= 3 && mixed.allSatisfy { $0.lowerBound >= 200 - 24 })
    for places in batches {
      let group = order.group(ofPlace: places.lowerBound)
      let counts = Dictionary(grouping: places) { shapes[order.indices[$0]] }.mapValues(\.count)
      #expect(counts[group] == counts.values.max())
      #expect(places.allSatisfy { order.group(ofPlace: $0) == group })
    }
    // Another order each epoch, and groups do not come one after another.
    let next = EpochSampler(factors, shapes: shapes, config: config, epoch: 3)
    #expect(next.indices != order.indices)
    #expect(Set(batches.prefix(8).map { order.group(ofPlace: $0.lowerBound) }).count > 1)
  }

  @Test(arguments: [
    // Images, batch size and the sizes of the batches.
    (16, 4, [4, 4, 4, 4]), (18, 4, [4, 4, 4, 4, 2]), (17, 4, [4, 4, 4, 5]), (3, 4, [3]),
    (5, 4, [5]), (6, 4, [4, 2]), (11, 8, [11]), (12, 8, [8, 4]), (0, 4, []),
  ])
  func aLastPartialBatchIsTrainedOnOrJoined(_ count: Int, _ size: Int, _ batches: [Int]) {
    let partition = BatchPartition(count: count, size: size)
    #expect(partition.batchCount == batches.count && partition.largest == batches.max() ?? 0)
    let places = (0..<batches.count).map { partition.places(ofBatch: $0) }
    #expect(places.map(\.count) == batches)
    #expect(places.flatMap { Array($0) } == Array(0..<count))
    for (batch, range) in places.enumerated() {
      for place in range { #expect(partition.batch(ofPlace: place) == batch) }
    }
  }

  @Test func partnersAreAnyImageOrThoseShownLately() {
    func order(_ count: Int) -> EpochSampler {
      let factors = RepeatFactors((0..<count).map { _ in sample(0) }, threshold: 0)
      return EpochSampler(factors, config: LoaderConfig(batchSize: 1, seed: 2), epoch: 1)
    }
    var generator = SeededGenerator(seed: 3)
    let few = order(512)
    let found = Set((0..<9000).map { _ in few.partner(ofPlace: 0, using: &generator) })
    // Each of 512 is missed by 9000 draws with a chance of e^-17.6.
    #expect(found.count == 512)
    let many = order(2000)
    for place in [0, 300, 511, 512, 1400, 1999] {
      let first = max(place - 511, 0)
      let window = Set(many.indices[first..<first + 512])
      for _ in 0..<200 {
        #expect(window.contains(many.partner(ofPlace: place, using: &generator)))
      }
    }
  }

  @Test func memoryHoldsWhatItMay() throws {
    let folder = try TestFolder()
    // 30 x 10 pixels of 3 bytes: 900 bytes each.
    let samples = try (0..<12).map { index in
      try folder.writeImage("\(index).png", width: 30, height: 10, gray: UInt8(index))
      return Sample(
        imagePath: folder.path("\(index).png"), imageWidth: 30, imageHeight: 10, annotations: [])
    }
    let config = LoaderConfig(batchSize: 1, seed: 0, imageSide: 64, cacheLimit: 4000)
    let cache = ImageCache(samples: samples, config: config)
    for index in samples.indices {
      let cached = try cache.cached(index)
      #expect(cached.image.bytes.first == UInt8(index))
    }
    // 4000 bytes hold four: the first two, which fill half of it, and the last two.
    for index in samples.indices {
      try FileManager.default.removeItem(atPath: folder.path("\(index).png"))
    }
    let held = samples.indices.filter { (try? cache.cached($0)) != nil }
    #expect(held == [0, 1, 10, 11])
  }

  /// A strict loader ends at the batch that would show an unreadable image, and at no earlier one,
  /// however many batches are made ahead.
  @Test(arguments: [0, 1, 5])
  func aStrictLoaderEndsAtTheBatchOfAnUnreadableImage(prefetch: Int) throws {
    let folder = try TestFolder()
    for name in ["a.png", "b.png", "c.png"] { try folder.writeImage(name) }
    try folder.write("no image", to: "d.png")
    let samples = ["a.png", "b.png", "c.png", "d.png"].map {
      Sample(imagePath: folder.path($0), imageWidth: 20, imageHeight: 10, annotations: [])
    }
    var config = LoaderConfig(batchSize: 1, seed: 0, prefetch: prefetch, shuffles: false)
    config.isStrict = true
    let loader = Loader(samples: samples, config: config) { _ in
      BatchPlan(size: .exact(height: 32, width: 32), augmentation: nil)
    }
    // Time enough for all that is made ahead.
    Thread.sleep(forTimeInterval: 0.2)
    for index in 0..<3 { #expect(try loader.next()?.sampleIndices == [index]) }
    #expect {
      try loader.next()
    } throws: {
      "\($0)".hasPrefix(folder.path("d.png") + " cannot be read")
    }
  }

  /// An image that is only a partner in a mosaic ends the run, too.
  @Test func aStrictLoaderLooksAtWholeMosaics() throws {
    let folder = try TestFolder()
    try folder.writeImage("a.png")
    try folder.write("no image", to: "b.png")
    let samples = ["a.png", "b.png"].map {
      Sample(imagePath: folder.path($0), imageWidth: 20, imageHeight: 10, annotations: [])
    }
    var config = LoaderConfig(batchSize: 1, seed: 0, shuffles: false)
    config.isStrict = true
    var augmentation = AugmentationConfig.none
    augmentation.mosaic = 1
    let mosaics = augmentation
    // Of 20 mosaics around a.png, one has b.png among its partners but for a chance of 2^-60.
    let loader = Loader(samples: samples, config: config) { _ in
      BatchPlan(size: .exact(height: 32, width: 32), augmentation: mosaics)
    }
    #expect {
      for _ in 0..<40 {
        if let batch = try loader.next() { #expect(batch.sampleIndices == [0]) }
      }
    } throws: {
      "\($0)".hasPrefix(folder.path("b.png") + " cannot be read")
    }
  }
}
