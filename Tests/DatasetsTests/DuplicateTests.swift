import Foundation
import Imaging
import Testing

@testable import Datasets

/// Fingerprints, signatures and groups of images.
struct DuplicateTests {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  private static let samples = tests.deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Samples")

  /// A photograph of Samples, or of these tests.
  private func sample(_ name: String) throws -> Image {
    let folder =
      ["coffee", "rocket"].contains(name)
      ? Self.tests.appendingPathComponent("Photographs") : Self.samples
    return try ImageFile.read("\(folder.path)/\(name).jpg").image
  }

  private func record(_ image: Image, name: UInt8 = 0) -> ImageRecord {
    ImageRecord(
      byteCount: 0, width: image.width, height: image.height, orientation: .upright, codec: .png,
      content: ImageContent(bytes: image.bytes + [name], image: image, warnings: []))
  }

  private func asJPEG(_ image: Image, quality: Int) throws -> Image {
    try ImageFile.decode(ImageFile.encode(image, as: .jpeg, quality: quality), name: "").image
  }

  @Test func fingerprintsTellBytesApart() {
    var seen: Set<Fingerprint> = []
    // All lengths around a block, all of zeros; then every single bit of 40 bytes.
    for count in 0..<70 { seen.insert(Fingerprint([UInt8](repeating: 0, count: count))) }
    for bit in 0..<320 {
      var bytes = [UInt8](repeating: 0, count: 40)
      bytes[bit / 8] = 1 << UInt8(bit % 8)
      seen.insert(Fingerprint(bytes))
    }
    // And the order of bytes in the rest.
    for rest in 1..<15 { seen.insert(Fingerprint((0...rest).map { UInt8($0) })) }
    #expect(seen.count == 70 + 320 + 14)
    #expect(Fingerprint([1, 2], seed: 1) != Fingerprint([1, 2], seed: 2))
  }

  @Test func aChangedBitChangesHalfOfTheFingerprint() {
    let base = (0..<100).map { UInt8($0 * 37 & 255) }
    let original = Fingerprint(base)
    var changes = 0
    for bit in 0..<800 {
      var bytes = base
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let count = (Fingerprint(bytes).rawValue ^ original.rawValue).nonzeroBitCount
      // 32 of 64 on average, with a standard deviation of 4 where bits are as good as random.
      #expect((8...56).contains(count), "bit \(bit)")
      changes += count
    }
    #expect((31.5...32.5).contains(Double(changes) / 800))
  }

  /// What Golden/make_signatures.py prints. Pillow rounds a little differently: a coefficient close to the median
  /// may fall to the other side, and another one with it.
  @Test(arguments: [
    ("cat", 0x7ae8_848a_6267_fa8c as UInt64, [139.5, 49.0, 99.75, 155.5]),
    ("coffee", 0xec6c_f036_ec04_c1dc, [20.0, 181.5, 165.75, 97.0]),
    ("person", 0x13fb_bd4c_aa32_4942, [56.0, 133.0, 91.0, 50.75]),
    ("rocket", 0xe648_a7d8_37d8_ec02, [33.5, 19.5, 34.75, 45.0]),
  ])
  func signaturesEqualTheReference(name: String, hash: UInt64, corners: [Double]) throws {
    let signature = ImageSignature(try sample(name))
    #expect((signature.hash ^ hash).nonzeroBitCount <= 2)
    for (place, gray) in zip([0, 15, 240, 255], corners) {
      #expect(abs(Double(signature.thumbnail[place]) - gray) <= 1.5)
    }
  }

  @Test(arguments: ["cat", "coffee", "person", "rocket"])
  func aImageIsKnownAgain(name: String) throws {
    let image = try sample(name)
    let whole = record(image)
    let half = image.resized(width: image.width / 2, height: image.height / 2, filter: .area)
    let quarter = image.resized(width: image.width / 4, height: image.height / 4, filter: .area)
    for other in [half, try asJPEG(quarter, quality: 40), try asJPEG(image, quality: 15)] {
      #expect(whole.isNearDuplicate(of: record(other)))
    }
    // Mirrored it is another image.
    var mirrored = image
    for y in 0..<image.height {
      for x in 0..<image.width {
        for c in 0..<3 {
          mirrored.bytes[(y * image.width + x) * 3 + c] =
            image.bytes[(y * image.width + image.width - 1 - x) * 3 + c]
        }
      }
    }
    #expect(!whole.isNearDuplicate(of: record(mirrored)))
    // Of another shape, too: squeezed to a square, all but the square rocket's.
    let square = record(image.resized(width: 300, height: 300, filter: .area))
    #expect(
      whole.isNearDuplicate(of: square)
        == (abs(Double(image.width) / Double(image.height) - 1) < 0.04))
  }

  @Test func imagesOfOneToneAreLikeNone() {
    let black = record(Image(width: 40, height: 30, filledWith: 0))
    let gray = record(Image(width: 40, height: 30, filledWith: 90))
    #expect(!black.isNearDuplicate(of: gray) && !gray.isNearDuplicate(of: gray))
    // Equal pixels still make a group.
    #expect(DuplicateGroups([gray, black, gray]).members == [[0, 2], [1]])
  }

  @Test func groupsHoldCopiesOfAllKinds() throws {
    let (cat, coffee) = (try sample("cat"), try sample("coffee"))
    let small = cat.resized(width: cat.width / 2, height: cat.height / 2, filter: .area)
    let images: [ImageRecord?] = [
      record(cat), nil, record(coffee), record(try asJPEG(cat, quality: 50)), record(cat, name: 1),
      nil, record(try sample("person")), record(small), record(coffee),
    ]
    let groups = DuplicateGroups(images)
    #expect(groups.indices == [0, 1, 2, 0, 0, 3, 4, 0, 2])
    #expect(groups.members == [[0, 3, 4, 7], [1], [2, 8], [5], [6]])
    #expect(DuplicateGroups([]).indices == [])
  }

  /// Images of few hashes and thumbnails, which are alike in chains, against comparing all with all.
  @Test func groupsAreWhole() {
    var state: UInt64 = 11
    func random(_ count: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % count
    }
    let images: [ImageRecord?] = (0..<400).map { number in
      // Steps of a wave: neighbors are correlated by more than 0.9, others by less.
      let phase = Double(random(40)) / 40 * 2 * Double.pi
      let thumbnail = (0..<256).map { UInt8(128 + 100 * sin(Double($0) / 256 * 2 * .pi + phase)) }
      var hash: UInt64 = random(2) == 0 ? 0xFF00_FF00_FF00_FF00 : 0x0F0F_0F0F_0F0F_0F0F
      for _ in 0..<random(9) { hash ^= 1 << random(64) }
      return ImageRecord(
        byteCount: number, width: random(4) == 0 ? 70 : 64, height: 48, orientation: .upright,
        codec: .jpeg,
        content: ImageContent(
          bytes: Fingerprint("\(number)"), pixels: Fingerprint("pixels \(number)"),
          signature: ImageSignature(hash: hash, thumbnail: thumbnail), warnings: []))
    }
    let groups = DuplicateGroups(images)
    #expect(groups.indices == componentsOfSimilarImages(images))
    #expect(groups.members.count > 3 && groups.members.count < 300)
  }

  /// The number of each image's group by comparing all with all until no number changes.
  private func componentsOfSimilarImages(_ images: [ImageRecord?]) -> [Int] {
    var roots = Array(images.indices)
    var isStable = false
    while !isStable {
      isStable = true
      for a in images.indices {
        for b in images.indices where roots[a] != roots[b] {
          guard let first = images[a], let second = images[b], first.isNearDuplicate(of: second)
          else { continue }
          (roots[a], roots[b]) = (min(roots[a], roots[b]), min(roots[a], roots[b]))
          isStable = false
        }
      }
    }
    let order = Set(roots).sorted()
    return roots.map { order.firstIndex(of: $0) ?? -1 }
  }

  @Test func groupingTellsHowFarItIsAndCanBeEnded() {
    struct Ended: Error {}
    var reported: [Int] = []
    let images = ["cat", "coffee", "person"].map { try? record(sample($0)) }
    _ = DuplicateGroups(images) { done, total in
      reported.append(done)
      #expect(total == 3)
    }
    #expect(reported == [0, 1, 2, 3])
    #expect(throws: Ended.self) {
      try DuplicateGroups(images) { done, _ in if done == 1 { throw Ended() } }
    }
  }

  // MARK: Thumbnails

  private struct Numbers {
    var state: UInt64 = 3

    mutating func next(below count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(count))
    }

    /// Bright discs on black, as cells are.
    mutating func cells() -> [UInt8] {
      var thumbnail = [UInt8](repeating: 5, count: 256)
      for _ in 0..<6 + next(below: 10) {
        let (left, top) = (next(below: 16), next(below: 16))
        let (reach, gray) = (1 + next(below: 9), UInt8(80 + next(below: 150)))
        for y in 0..<16 {
          for x in 0..<16 where (x - left) * (x - left) + (y - top) * (y - top) <= reach {
            thumbnail[y * 16 + x] = gray
          }
        }
      }
      return thumbnail
    }

    mutating func noise() -> [UInt8] { (0..<256).map { _ in UInt8(next(below: 256)) } }
  }

  /// Thumbnails of cells and of noise, each followed by mixtures of it with another one, whose
  /// correlation with it goes from 1 to that of strangers in small steps.
  private func thumbnails() -> [[UInt8]] {
    var numbers = Numbers()
    var thumbnails: [[UInt8]] = []
    for number in 0..<12 {
      let isNoise = number % 2 == 1
      let one = isNoise ? numbers.noise() : numbers.cells()
      let other = isNoise ? numbers.noise() : numbers.cells()
      for step in 0...20 {
        thumbnails.append(
          one.indices.map { place -> UInt8 in
            let mixed: Int = Int(one[place]) * (20 - step) + Int(other[place]) * step
            return UInt8(mixed / 20)
          })
      }
    }
    return thumbnails
  }

  /// In whole numbers, from the definition: covariance over the root of the product of variances.
  private func correlation(_ first: [UInt8], _ second: [UInt8]) -> Double {
    func covariance(_ a: [UInt8], _ b: [UInt8]) -> Double {
      var (sumA, sumB, products) = (0, 0, 0)
      for place in a.indices {
        sumA += Int(a[place])
        sumB += Int(b[place])
        products += Int(a[place]) * Int(b[place])
      }
      return Double(a.count * products - sumA * sumB)
    }
    return covariance(first, second)
      / (covariance(first, first) * covariance(second, second)).squareRoot()
  }

  @Test func correlationsEqualTheDefinition() {
    let signatures = thumbnails().map { ImageSignature(hash: 0, thumbnail: $0) }
    var similar = 0
    for first in signatures {
      for second in signatures {
        let expected = correlation(first.thumbnail, second.thumbnail)
        // To the last bit: all that goes into it are whole numbers.
        #expect(first.correlation(with: second) == expected)
        #expect(first.isSimilar(to: second) == (expected >= 0.9))
        similar += expected >= 0.9 ? 1 : 0
      }
    }
    #expect(similar > 1000 && similar < signatures.count * signatures.count / 4)
  }

  @Test func imagesOfCloseHashesAreGroupedByTheirThumbnails() {
    var numbers = Numbers()
    let images: [ImageRecord?] = thumbnails().enumerated().map { number, thumbnail in
      var hash: UInt64 = 0xFF00_FF00_FF00_FF00
      for _ in 0..<numbers.next(below: 7) { hash ^= 1 << UInt64(numbers.next(below: 64)) }
      return ImageRecord(
        byteCount: number, width: 64, height: 48, orientation: .upright, codec: .png,
        content: ImageContent(
          bytes: Fingerprint("\(number)"), pixels: Fingerprint("pixels \(number)"),
          signature: ImageSignature(hash: hash, thumbnail: thumbnail), warnings: []))
    }
    let groups = DuplicateGroups(images)
    #expect(groups.indices == componentsOfSimilarImages(images))
    #expect(groups.members.count > 5 && groups.members.count < images.count / 2)
  }

  /// Images that are there twice or show nothing need no comparing, but are counted.
  @Test func progressRisesToAllImagesInEachStage() throws {
    var numbers = Numbers()
    let cells = (0..<5).map { _ in numbers.cells() } + [[UInt8](repeating: 9, count: 256)]
    let records: [[ImageRecord?]] = (0..<2).map { split in
      cells.enumerated().map { number, thumbnail in
        // Of each image a copy in the other split; of the last, which is gray, other pixels.
        let name = number == 5 ? "gray \(split)" : "\(number)"
        return ImageRecord(
          byteCount: 1, width: 64, height: 48, orientation: .upright, codec: .png,
          content: ImageContent(
            bytes: Fingerprint(name), pixels: Fingerprint("pixels \(name)"),
            signature: ImageSignature(hash: UInt64(number) << 40, thumbnail: thumbnail),
            warnings: []))
      }
    }
    let splits = ["train", "val"].map { split in
      Dataset(
        path: "", format: .yolo, split: split, classNames: ["cell"],
        samples: cells.indices.map {
          Sample(
            imagePath: "\(split)/\($0).png", imageWidth: 64, imageHeight: 48, annotations: [])
        })
    }
    var reported: [DatasetCheck.Stage: [[Int]]] = [:]
    let comparison = try DuplicateSearch(splits, records) { stage, done, total in
      reported[stage, default: []].append([done, total])
    }
    #expect(comparison.pairs.count == 5)
    // Of 12 images 5 are copies and 2 are gray; the other 5 are compared one by one.
    #expect(reported[.comparing] == (7...12).map { [$0, 12] })
    // Five images and their copies.
    #expect(reported[.pairing] == (0...10).map { [$0, 10] })
    // And nothing where no image is there twice.
    reported = [:]
    _ = try DuplicateSearch([splits[0]], [records[0]]) { stage, done, total in
      reported[stage, default: []].append([done, total])
    }
    #expect(reported[.pairing] == nil && reported[.comparing]?.last == [6, 6])
  }
}

extension DuplicateGroups {
  init(_ images: [ImageRecord?]) { self.init(images) { _, _ in } }
}

extension Fingerprint {
  /// The hash of a text's UTF-8.
  init(_ text: String) { self.init(Array(text.utf8)) }
}
