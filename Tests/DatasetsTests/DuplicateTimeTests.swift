import Imaging
import TestSupport
import Testing

@testable import Datasets

/// Finding duplicates among as many images as large datasets have; images that are alike take no longer
/// than images that are all different.
struct DuplicateTimeTests {
  /// Images that are all different, as most are: all pairs of hashes are compared.
  private func differentImages(_ count: Int) -> [ImageRecord?] {
    var state: UInt64 = 1
    return (0..<count).map { number in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return ImageRecord(
        byteCount: number, width: 64, height: 48, orientation: .upright, codec: .jpeg,
        content: ImageContent(
          bytes: Fingerprint("\(number)"), pixels: Fingerprint("pixels \(number)"),
          signature: ImageSignature(
            hash: state ^ state >> 31, thumbnail: (0..<256).map { UInt8($0) }), warnings: []))
    }
  }

  /// All images alike, in small steps and in large ones, as those of a camera that never moves.
  private func imagesOfOneScene(_ count: Int) -> [ImageRecord?] {
    (0..<count).map { number in
      var thumbnail = (0..<256).map { UInt8($0) }
      thumbnail[number % 256] ^= UInt8(number / 256 + 1)
      return ImageRecord(
        byteCount: number, width: 64, height: 48, orientation: .upright, codec: .jpeg,
        content: ImageContent(
          bytes: Fingerprint("\(number)"), pixels: Fingerprint("pixels \(number)"),
          signature: ImageSignature(
            hash: 0xFF00_FF00_FF00_FF00 ^ 1 << UInt64(number % 64), thumbnail: thumbnail),
          warnings: []))
    }
  }

  /// Different images take quadratic time, with a word per pair; each image that joins a group is no
  /// longer compared.
  @Test func manyImagesOfOneSceneAreNoTrouble() {
    let count = 4000
    #expect(DuplicateGroups(differentImages(count)).members.count > count * 9 / 10)
    let records = imagesOfOneScene(count)
    let growth = timeGrowth(at: count) { count in
      #expect(DuplicateGroups(Array(records.prefix(count))).members.count == 1)
    }
    #expect(growth < 10)
  }

  /// Two splits of frames that a camera took without moving, none the same as another.
  @Test func alikeImagesOfTwoSplitsAreTold() throws {
    let count = 1000
    let records: [[ImageRecord?]] = (0..<2).map { split in
      (0..<count / 2).map { number in
        var thumbnail = (0..<256).map { UInt8($0) }
        thumbnail[number % 256] ^= UInt8(number / 256 + 1)
        // Four bits of noise: hashes of the two splits are 2 to 6 bits apart.
        var hash = 0xFF00_FF00_FF00_FF00 ^ UInt64(split * 3)
        hash ^= 1 << UInt64(2 + number % 31) ^ 1 << UInt64(33 + number % 29)
        return ImageRecord(
          byteCount: number, width: 64, height: 48, orientation: .upright, codec: .jpeg,
          content: ImageContent(
            bytes: Fingerprint("\(split) \(number)"), pixels: Fingerprint("p\(split) \(number)"),
            signature: ImageSignature(hash: hash, thumbnail: thumbnail), warnings: []))
      }
    }
    let splits = ["train", "val"].map { split in
      Dataset(
        path: "", format: .yolo, split: split, classNames: ["cat"],
        samples: (0..<count / 2).map {
          Sample(
            imagePath: "\(split)/\($0).jpg", imageWidth: 64, imageHeight: 48, annotations: [])
        })
    }
    let comparison = try DuplicateSearch(splits, records) { _, _, _ in }
    #expect(comparison.pairs.count == count / 2)
  }
}
