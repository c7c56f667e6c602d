import Foundation
import Imaging
import Testing

@testable import Datasets

/// Fingerprints, looks and groups of images.
struct ImageLookTests {
  private static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Samples").path

  private func sample(_ name: String) throws -> Image {
    try ImageFile.read("\(Self.samples)/\(name).jpg").image
  }

  private func facts(_ image: Image, name: UInt8 = 0) -> ImageRecord {
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
    #expect(seen.count == 70 + 320)
    #expect(Fingerprint("glimpse") == Fingerprint(Array("glimpse".utf8)))
    #expect(Fingerprint("").digits.count == 32)
  }

  @Test func aChangedBitChangesHalfOfTheFingerprint() {
    let base = (0..<100).map { UInt8($0 * 37 & 255) }
    let original = Fingerprint(base)
    var changes = 0
    for bit in 0..<800 {
      var bytes = base
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let other = Fingerprint(bytes)
      let count =
        (other.high ^ original.high).nonzeroBitCount + (other.low ^ original.low).nonzeroBitCount
      // 64 of 128 on average, with a standard deviation of 5.7 where bits are as good as random.
      #expect((30...98).contains(count), "bit \(bit)")
      changes += count
    }
    #expect((63...65).contains(Double(changes) / 800))
  }

  /// What Golden/make_looks.py prints. Pillow rounds a little differently: a coefficient close to the median
  /// may fall to the other side, and another one with it.
  @Test(arguments: [
    ("cat", 0x7ae8_848a_6267_fa8c as UInt64, [139.5, 49.0, 99.75, 155.5]),
    ("coffee", 0xec6c_f036_ec04_c1dc, [20.0, 181.5, 165.75, 97.0]),
    ("person", 0x13fb_bd4c_aa32_4942, [56.0, 133.0, 91.0, 50.75]),
    ("rocket", 0xe648_a7d8_37d8_ec02, [33.5, 19.5, 34.75, 45.0]),
  ])
  func looksEqualTheReference(name: String, hash: UInt64, corners: [Double]) throws {
    let look = ImageSignature(try sample(name))
    #expect((look.hash ^ hash).nonzeroBitCount <= 2)
    for (place, gray) in zip([0, 15, 240, 255], corners) {
      #expect(abs(Double(look.thumbnail[place]) - gray) <= 1.5)
    }
  }

  @Test(arguments: ["cat", "coffee", "person", "rocket"])
  func aImageIsKnownAgain(name: String) throws {
    let image = try sample(name)
    let whole = facts(image)
    let half = image.resized(width: image.width / 2, height: image.height / 2, filter: .area)
    let quarter = image.resized(width: image.width / 4, height: image.height / 4, filter: .area)
    for other in [half, try asJPEG(quarter, quality: 40), try asJPEG(image, quality: 15)] {
      #expect(whole.isLike(facts(other)))
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
    #expect(!whole.isLike(facts(mirrored)))
    // Of another shape, too: squeezed to a square, all but the square rocket's.
    let square = facts(image.resized(width: 300, height: 300, filter: .area))
    #expect(whole.isLike(square) == (abs(Double(image.width) / Double(image.height) - 1) < 0.04))
  }

  @Test func imagesOfOneToneAreLikeNone() {
    let black = facts(Image(width: 40, height: 30, filledWith: 0))
    let gray = facts(Image(width: 40, height: 30, filledWith: 90))
    #expect(!black.isLike(gray) && !gray.isLike(gray))
    // Equal pixels still make a group.
    #expect(DuplicateGroups([gray, black, gray]).members == [[0, 2], [1]])
  }

  @Test func groupsHoldCopiesOfAllKinds() throws {
    let (cat, coffee) = (try sample("cat"), try sample("coffee"))
    let small = cat.resized(width: cat.width / 2, height: cat.height / 2, filter: .area)
    let images: [ImageRecord?] = [
      facts(cat), nil, facts(coffee), facts(try asJPEG(cat, quality: 50)), facts(cat, name: 1),
      nil, facts(try sample("person")), facts(small), facts(coffee),
    ]
    let groups = DuplicateGroups(images)
    #expect(groups.indices == [0, 1, 2, 0, 0, 3, 4, 0, 2])
    #expect(groups.members == [[0, 3, 4, 7], [1], [2, 8], [5], [6]])
    #expect(DuplicateGroups([]).indices == [])
  }

  /// Against comparing all with all.
  @Test func theTableFindsAllCandidates() {
    var state: UInt64 = 7
    func random() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
    var hashes = (0..<300).map { _ in random() }
    // Neighbors at all distances up to 14, the changed bits anywhere.
    for index in 0..<300 {
      var hash = hashes[index]
      for _ in 0..<index % 15 { hash ^= 1 << (random() >> 40 & 63) }
      hashes.append(hash)
    }
    var expected: Set<[Int]> = []
    for a in hashes.indices {
      for b in hashes.indices
      where a < b && (hashes[a] ^ hashes[b]).nonzeroBitCount <= ImageSignature.farthestHash {
        expected.insert([a, b])
      }
    }
    var table = HammingIndex(hashes)
    var found: [[Int]] = []
    for index in hashes.indices {
      let taken = table.takeNeighbors(of: index) { other in
        if index < other { found.append([index, other]) }
        return false
      }
      #expect(taken.isEmpty)
    }
    // Each of them once.
    #expect(Set(found) == expected && found.count == expected.count && expected.count > 150)
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
          look: ImageSignature(hash: hash, thumbnail: thumbnail), warnings: []))
    }
    var sets = DisjointSets(count: images.count)
    for (a, first) in images.enumerated() {
      for (b, second) in images.enumerated().dropFirst(a + 1) {
        if let first, let second, first.isLike(second) { sets.join(a, b) }
      }
    }
    let groups = DuplicateGroups(images)
    for (group, members) in groups.members.enumerated() {
      #expect(members.allSatisfy { sets.root(of: $0) == members[0] }, "group \(group)")
    }
    let roots = Set(images.indices.map { sets.root(of: $0) })
    #expect(groups.members.count == roots.count && roots.count > 3 && roots.count < 300)
  }

  @Test func groupingTellsHowFarItIsAndCanBeEnded() {
    struct Ended: Error {}
    var told: [Int] = []
    let images = ["cat", "coffee", "person"].map { try? facts(sample($0)) }
    _ = DuplicateGroups(images) { done, total in
      told.append(done)
      #expect(total == 3)
    }
    #expect(told == [0, 1, 2, 3])
    #expect(throws: Ended.self) {
      try DuplicateGroups(images) { done, _ in if done == 1 { throw Ended() } }
    }
  }
}
