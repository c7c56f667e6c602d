import Foundation
import Imaging
import Testing

@testable import Datasets

/// Looks of close hashes, which the thumbnails must tell apart.
struct LookSketchTests {
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

  @Test func aSketchRulesOutNothingThatIsAlike() {
    let looks = thumbnails().map { ImageSignature(hash: 0, thumbnail: $0) }
    let sketches = looks.map { ThumbnailSketch($0) }
    var (alike, unlike, ruledOut) = (0, 0, 0)
    for (a, first) in looks.enumerated() {
      for (b, second) in looks.enumerated() {
        let expected = correlation(first.thumbnail, second.thumbnail)
        // To the last bit: all that goes into it are whole numbers.
        #expect(first.correlation(with: second) == expected)
        let mayBeLike = sketches[a].mayBeLike(sketches[b])
        if expected >= 0.9 {
          #expect(mayBeLike, "\(a) and \(b), which are correlated by \(expected)")
          alike += 1
        } else {
          unlike += 1
          ruledOut += mayBeLike ? 0 : 1
        }
      }
    }
    // It is of use: a quarter of the pairs are of noise with noise, few of the others are left.
    #expect(alike > 1000 && unlike > 10_000 && ruledOut > unlike / 2)
  }

  /// Against comparing all with all.
  @Test func imagesOfCloseHashesAreGroupedByTheirThumbnails() {
    var numbers = Numbers()
    let images: [ImageRecord?] = thumbnails().enumerated().map { number, thumbnail in
      var hash: UInt64 = 0xFF00_FF00_FF00_FF00
      for _ in 0..<numbers.next(below: 7) { hash ^= 1 << UInt64(numbers.next(below: 64)) }
      return ImageRecord(
        byteCount: number, width: 64, height: 48, orientation: .upright, codec: .png,
        content: ImageContent(
          bytes: Fingerprint("\(number)"), pixels: Fingerprint("pixels \(number)"),
          look: ImageSignature(hash: hash, thumbnail: thumbnail), warnings: []))
    }
    var sets = DisjointSets(count: images.count)
    for a in images.indices {
      for b in images.indices.dropFirst(a + 1) {
        guard let first = images[a]?.content?.look, let second = images[b]?.content?.look
        else { continue }
        if (first.hash ^ second.hash).nonzeroBitCount <= 10,
          correlation(first.thumbnail, second.thumbnail) >= 0.9
        {
          sets.join(a, b)
        }
      }
    }
    let roots = images.indices.map { sets.root(of: $0) }
    let groups = DuplicateGroups(images)
    #expect(groups.members.map { $0[0] } == Set(roots).sorted())
    #expect(groups.indices.map { groups.members[$0][0] } == roots)
    #expect(groups.members.count > 5 && groups.members.count < images.count / 2)
  }

  /// Images that are there twice or show nothing need no comparing, but are counted.
  @Test func progressRisesToAllImagesInEachStage() throws {
    var numbers = Numbers()
    let cells = (0..<5).map { _ in numbers.cells() } + [[UInt8](repeating: 9, count: 256)]
    let facts: [[ImageRecord?]] = (0..<2).map { split in
      cells.enumerated().map { number, thumbnail in
        // Of each image a copy in the other split; of the last, which is gray, other pixels.
        let name = number == 5 ? "gray \(split)" : "\(number)"
        return ImageRecord(
          byteCount: 1, width: 64, height: 48, orientation: .upright, codec: .png,
          content: ImageContent(
            bytes: Fingerprint(name), pixels: Fingerprint("pixels \(name)"),
            look: ImageSignature(hash: UInt64(number) << 40, thumbnail: thumbnail), warnings: []))
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
    var told: [DatasetCheck.Stage: [[Int]]] = [:]
    let comparison = try DuplicateSearch(splits, facts) { stage, done, total in
      told[stage, default: []].append([done, total])
    }
    #expect(comparison.pairs.count == 5)
    // Of 12 images 5 are copies and 2 are gray; the other 5 are compared one by one.
    #expect(told[.comparing] == (7...12).map { [$0, 12] })
    // Five images and their copies.
    #expect(told[.pairing] == (0...10).map { [$0, 10] })
    // And nothing where no image is there twice.
    told = [:]
    _ = try DuplicateSearch([splits[0]], [facts[0]]) { stage, done, total in
      told[stage, default: []].append([done, total])
    }
    #expect(told[.pairing] == nil && told[.comparing]?.last == [6, 6])
  }
}
