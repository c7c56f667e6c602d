import TestSupport
import Engine
import Foundation
import Imaging
import Testing

@testable import Datasets
@testable import Loading

struct LoaderTests {
  /// Images of different sizes and grays, with a box in each; image i is 40 + i wide.
  private func samples(_ folder: TestFolder, count: Int) throws -> [Sample] {
    try (0..<count).map { index in
      let name = "p\(index).png"
      try folder.writeImage(name, width: 40 + index, height: 30, gray: UInt8(20 + index * 10))
      return Sample(
        imagePath: folder.path(name), imageWidth: 40 + index, imageHeight: 30,
        annotations: [
          Annotation(box: Box(x1: 5, y1: 5, x2: 35, y2: 25), classIndex: index),
          Annotation(box: Box(x1: 0, y1: 0, x2: 10, y2: 10), classIndex: index, isCrowd: true),
        ])
    }
  }

  private func batches(
    _ samples: [Sample], _ config: LoaderConfig, start: LoaderState = .start, epochs: Int = 3,
    augmentation: AugmentationConfig? = AugmentationConfig()
  ) throws -> [Batch] {
    let loader = Loader(samples: samples, config: config, start: start, epochs: epochs) {
      // Another size for every other batch.
      BatchPlan(
        size: .exact(height: 32, width: $0.batch % 2 == 0 ? 32 : 48),
        augmentation: $0.epoch == 2 ? augmentation?.withoutMosaic : augmentation)
    }
    var batches: [Batch] = []
    while let batch = try loader.next() { batches.append(batch) }
    #expect(batches.flatMap(\.issues) == [])
    return batches
  }

  private func same(_ a: Batch, _ b: Batch) -> Bool {
    a.epoch == b.epoch && a.index == b.index && a.images == b.images
      && a.annotations == b.annotations && a.ignoredRegions == b.ignoredRegions
      && a.sampleIndices == b.sampleIndices
  }

  @Test func batchesDoNotDependOnWorkersNorMemory() throws {
    let folder = try TestFolder()
    let samples = try samples(folder, count: 11)
    let one = try batches(
      samples, LoaderConfig(batchSize: 3, seed: 5, workers: 1, prefetch: 0, cacheLimit: 0))
    let many = try batches(samples, LoaderConfig(batchSize: 3, seed: 5, workers: 5, prefetch: 4))
    // Three batches of three and one of two, in three epochs.
    #expect(one.count == 12 && many.count == 12)
    #expect(zip(one, many).allSatisfy { same($0, $1) })
    #expect(one.map(\.epoch) == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    #expect(one.map(\.index) == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
    #expect(one.prefix(4).map(\.shape.w) == [32, 48, 32, 48])
    #expect(one.prefix(4).map(\.shape.n) == [3, 3, 3, 2])
    #expect(Set(one.prefix(4).flatMap(\.sampleIndices)) == Set(0..<11))
    let other = try batches(samples, LoaderConfig(batchSize: 3, seed: 6))
    #expect(!zip(one, other).contains { same($0, $1) })
  }

  /// Two callers of one loader: each batch goes to one of them, and none is lost.
  @Test func callersGetBatchesOfTheirOwn() async throws {
    let folder = try TestFolder()
    let samples = try samples(folder, count: 12)
    let loader = Loader(
      samples: samples, config: LoaderConfig(batchSize: 2, seed: 5, workers: 3), epochs: 20
    ) { _ in BatchPlan(size: .exact(height: 32, width: 32), augmentation: nil) }
    let found = try await withThrowingTaskGroup(of: [Int].self) { group in
      for _ in 0..<4 {
        group.addTask {
          var own: [Int] = []
          while let batch = try loader.next() { own.append(batch.epoch * 6 + batch.index) }
          return own
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    // 20 epochs of 12 / 2 batches.
    #expect(found.sorted() == Array(0..<120))
  }

  /// An image that cannot be read for a moment is not lost for the rest of the training.
  @Test func anImageIsReadAgainAfterAnError() throws {
    let folder = try TestFolder()
    let samples = try samples(folder, count: 2)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: samples[1].imagePath))
    try folder.write("", to: "p1.png")
    let loader = Loader(
      samples: samples,
      config: LoaderConfig(batchSize: 2, seed: 5, workers: 1, prefetch: 0, shuffles: false),
      epochs: 3
    ) { _ in BatchPlan(size: .exact(height: 32, width: 32), augmentation: nil) }
    let first = try #require(try loader.next())
    #expect(first.sampleIndices == [0, 0] && first.issues.count == 1)
    try folder.write([UInt8](bytes), to: "p1.png")
    // One batch at most was prepared before the file was written again.
    _ = try loader.next()
    #expect(try loader.next()?.sampleIndices == [0, 1])
  }

  @Test func loadingGoesOnWhereItStopped() throws {
    let folder = try TestFolder()
    let samples = try samples(folder, count: 7)
    let config = LoaderConfig(batchSize: 3, seed: 1)
    let whole = try batches(samples, config)
    let rest = try batches(samples, config, start: LoaderState(epoch: 1, batch: 1))
    #expect(whole.count == 6 && rest.count == 3)
    #expect(zip(whole.dropFirst(3), rest).allSatisfy { same($0, $1) })
    // Behind the last batch of an epoch comes the first of the next.
    let next = try batches(samples, config, start: LoaderState(epoch: 1, batch: 2))
    #expect(next.count == 2 && same(next[0], whole[4]))
  }

  @Test func anEpochShowsEachSampleOnce() throws {
    let folder = try TestFolder()
    let samples = try samples(folder, count: 10)
    let config = LoaderConfig(batchSize: 5, seed: 2)
    let batches = try batches(samples, config, augmentation: nil)
    for epoch in 0..<3 {
      let own = batches.filter { $0.epoch == epoch }
      #expect(own.map(\.shape.n) == [5, 5])
      #expect(own.flatMap(\.sampleIndices).sorted() == Array(0..<10))
    }
    #expect(batches[0].sampleIndices != batches[2].sampleIndices)
    let few = try self.batches(Array(samples.prefix(2)), config, epochs: 1)
    #expect(few.map(\.shape.n) == [2])
  }

  @Test func withoutAugmentationItIsALetterbox() throws {
    let folder = try TestFolder()
    let samples = try samples(folder, count: 2)
    let config = LoaderConfig(batchSize: 2, seed: 0, shuffles: false)
    let batch = try #require(try batches(samples, config, augmentation: nil).first)
    for (place, sample) in samples.enumerated() {
      let letterbox = Letterbox(
        imageWidth: sample.imageWidth, imageHeight: 30, targetWidth: 32, targetHeight: 32)
      var expected = [Float](repeating: 0, count: 32 * 32 * 3)
      let image = try ImageFile.read(sample.imagePath).image
      expected.withUnsafeMutableBufferPointer {
        letterbox.fill(image, into: $0, normalization: .unit)
      }
      let size = 32 * 32 * 3
      // Rounded to a byte.
      var found = [Float](repeating: 0, count: size)
      found.withUnsafeMutableBufferPointer {
        batch.normalization.fill(batch.images[place], into: $0)
      }
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 0.51 / 255 })
      let box = letterbox.inputBox(sample.annotations[0].box)
      #expect(batch.annotations[place].count == 1 && batch.ignoredRegions[place].count == 1)
      let label = batch.annotations[place][0].box
      #expect(abs(label.x1 - box.x1) < 1e-9 && abs(label.y2 - box.y2) < 1e-9)
    }
  }

  /// Pixels and boxes go the same way: a white square on black is found again under its box.
  @Test(arguments: [0, 1])
  func boxesStayOnTheirPixels(mosaic: Double) throws {
    let folder = try TestFolder()
    let size = 120
    let samples = try (0..<6).map { index in
      let box = Box(x1: Double(20 + 9 * index), y1: 30, x2: Double(60 + 9 * index), y2: 80)
      var image = Image(width: size, height: size)
      for y in 30..<80 {
        for x in (20 + 9 * index)..<(60 + 9 * index) {
          for channel in 0..<3 { image.bytes[(y * size + x) * 3 + channel] = 255 }
        }
      }
      try folder.write(ImageFile.encode(image, as: .png), to: "\(index).png")
      return Sample(
        imagePath: folder.path("\(index).png"), imageWidth: size, imageHeight: size,
        annotations: [Annotation(box: box, classIndex: 0)])
    }
    var augmentation = AugmentationConfig()
    augmentation.hue = 0
    augmentation.saturation = 0
    augmentation.value = 0
    augmentation.mosaic = mosaic
    augmentation.minimumVisibleFraction = 0
    augmentation.minimumSide = 0
    let varied = augmentation
    // Kept at less than their size, so that reduced images are covered too.
    let loader = Loader(
      samples: samples, config: LoaderConfig(batchSize: 6, seed: 3, imageSide: 110), epochs: 6
    ) { _ in BatchPlan(size: .exact(height: 96, width: 96), augmentation: varied) }
    var checked = 0
    while let batch = try loader.next() {
      for image in 0..<6 {
        let boxes = batch.annotations[image].map(\.box)
        for y in 0..<96 {
          for x in 0..<96 {
            let value = Float(batch.images[image].bytes[(y * 96 + x) * 3]) / 255
            let center = (x: Double(x) + 0.5, y: Double(y) + 0.5)
            // How deep inside of a box the pixel lies; negative outside.
            let depth =
              boxes.map {
                min(center.x - $0.x1, $0.x2 - center.x, center.y - $0.y1, $0.y2 - center.y)
              }.max() ?? -100
            if depth > 1.6 { #expect(value > 0.99) }
            if depth < -1.6 { #expect(value < 0.5) }
            checked += depth > 1.6 ? 1 : 0
          }
        }
      }
    }
    #expect(checked > 20_000)
  }

  @Test func brokenImagesAreReportedAndReplaced() throws {
    let folder = try TestFolder()
    var samples = try samples(folder, count: 5)
    // A header that is fine, and nothing behind it.
    let whole = try ImageFile.encode(
      Image(width: 42, height: 30, filledWith: 9), as: .png)
    try folder.write(Array(whole.prefix(60)), to: "p2.png")
    for mosaic in [0.0, 1] {
      var augmentation = AugmentationConfig()
      augmentation.mosaic = mosaic
      let varied = augmentation
      var seen: [[Int]] = []
      for workers in [1, 3] {
        let loader = Loader(
          samples: samples, config: LoaderConfig(batchSize: 5, seed: 4, workers: workers), epochs: 4
        ) { _ in
          BatchPlan(size: .exact(height: 32, width: 32), augmentation: varied)
        }
        var indices: [Int] = []
        var issues: [DatasetIssue] = []
        while let batch = try loader.next() {
          // Four images are sound; the fourth is shown twice, in place of the third.
          #expect(batch.sampleIndices.sorted() == [0, 1, 3, 3, 4])
          indices += batch.sampleIndices
          // Alone, it is met once an epoch.
          #expect(mosaic > 0 || batch.issues.count == 1)
          issues += batch.issues
        }
        seen.append(indices)
        #expect(Set(issues).count == 1)
        #expect(issues.first?.kind == .unreadableImage)
        #expect(issues.first?.file == folder.path("p2.png"))
      }
      #expect(seen[0] == seen[1])
    }
    samples = [samples[2]]
    let loader = Loader(samples: samples, config: LoaderConfig(batchSize: 1, seed: 4)) { _ in
      BatchPlan(size: .exact(height: 32, width: 32), augmentation: nil)
    }
    #expect {
      try loader.next()
    } throws: {
      "\($0)".hasPrefix("none of the 1 images can be decoded. The first problem is: ")
    }
  }

  @Test func imagesToLookAtAreThoseOfTheBatches() throws {
    let folder = try TestFolder()
    let samples = try samples(folder, count: 5)
    let config = LoaderConfig(batchSize: 2, seed: 8)
    let batches = try batches(samples, config, epochs: 1)
    let images = AugmentedImages(samples: samples, config: config) {
      BatchPlan(
        size: .exact(height: 32, width: $0.batch % 2 == 0 ? 32 : 48),
        augmentation: AugmentationConfig())
    }
    // Two batches of two and one of one.
    #expect(batches.count == 3 && images.count == 5)
    for place in (0..<5).reversed() {
      let image = try images.image(epoch: 0, place: place)
      let batch = batches[place / 2]
      #expect(image.image.width == (place / 2 % 2 == 0 ? 32 : 48) && image.image.height == 32)
      #expect(image.annotations == batch.annotations[place % 2])
      #expect(image.ignoredRegions == batch.ignoredRegions[place % 2])
      #expect(image.sampleIndex == batch.sampleIndices[place % 2])
      #expect(image.image == batch.images[place % 2])
    }
  }

  @Test func loadersEndTheirThreads() throws {
    let folder = try TestFolder()
    let samples = try samples(folder, count: 3)
    for _ in 0..<50 {
      let loader = Loader(samples: samples, config: LoaderConfig(batchSize: 2, seed: 0, workers: 4))
      {
        _ in BatchPlan(size: .exact(height: 16, width: 16), augmentation: AugmentationConfig())
      }
      #expect(try loader.next() != nil)
    }
    // 200 threads were started; they end soon after their loaders.
    for _ in 0..<200 where threadCount() > 60 { Thread.sleep(forTimeInterval: 0.01) }
    #expect(threadCount() <= 60)
  }

  private func threadCount() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
  }
}
