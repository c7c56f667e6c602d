import TestSupport
@testable import Basics
import Engine
import Foundation
import Imaging
import Testing

@testable import Datasets

/// How long a dataset of COCO's size takes; Golden/make_coco_size.py makes one.
struct COCOSizeTests {
  private static let path = ProcessInfo.processInfo.environment["GLIMPSE_COCO_SIZE"]

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let time = try clock.measure(body).components
    return Double(time.seconds) + Double(time.attoseconds) * 1e-18
  }

  @Test(.enabled(if: path != nil, "GLIMPSE_COCO_SIZE names no dataset"))
  func theIndexIsBuiltInTenSeconds() throws {
    let path = try #require(Self.path)
    let cache = try TestFolder()
    let pool = ThreadPool(threads: Machine.availableThreads)
    for name in ["built", "used"] {
      let time = try seconds {
        let index = ImageIndex(for: path, in: cache.path)
        let dataset = try Dataset.open(
          path: path, split: "train", reading: DatasetReading(runner: pool, images: index))
        #expect(dataset.samples.count == 118_000 && dataset.annotationCount == 860_000)
        index.save()
      }
      print("index \(name): \(time) s")
      #expect(time < 10)
    }
    // Most that the process has had in memory, the mapped annotation file among it.
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    print(status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? "")
  }

  /// Images that are all different, as most are: all pairs of hashes are compared.
  @Test func differentImagesAreGroupedInSeconds() {
    var state: UInt64 = 1
    let count = 4000
    let images: [ImageRecord?] = (0..<count).map { number in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return ImageRecord(
        byteCount: number, width: 64, height: 48, orientation: .upright, codec: .jpeg,
        content: ImageContent(
          bytes: Fingerprint("\(number)"), pixels: Fingerprint("pixels \(number)"),
          signature: ImageSignature(
            hash: state ^ state >> 31, thumbnail: (0..<256).map { UInt8($0) }), warnings: []))
    }
    let time = seconds { #expect(DuplicateGroups(images).members.count > count * 9 / 10) }
    print("\(count) different images in \(time) s")
    #expect(time < 5)
  }

  /// All images alike, in small steps and in large ones, as those of a camera that never moves.
  @Test func manyImagesOfOneSceneAreNoTrouble() {
    let count = 20_000
    let images: [ImageRecord?] = (0..<count).map { number in
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
    let time = seconds { #expect(DuplicateGroups(images).members.count == 1) }
    print("\(count) alike images in \(time) s")
    // Two hundred million pairs.
    #expect(time < 5)
  }

  /// Two splits of frames that a camera took without moving, none the same as another.
  @Test func alikeImagesOfTwoSplitsAreTold() throws {
    let count = 4000
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
    let time = try seconds {
      let comparison = try DuplicateSearch(splits, records) { _, _, _ in }
      #expect(comparison.pairs.count == count / 2)
    }
    print("\(count) alike images of two splits in \(time) s")
    #expect(time < 5)
  }
}
