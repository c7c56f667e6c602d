import Foundation
import Testing

@testable import Imaging

/// Masks against pycocotools 2.0.11: every expected value comes from Golden/make_masks.py.
struct MaskGoldenTests {
  private struct Polygon: Decodable {
    var width: Int
    var height: Int
    var xy: [Double]
    var text: String
    var area: Int
    var box: [Int]
  }
  private struct Joined: Decodable {
    var width: Int
    var height: Int
    var polygons: [[Double]]
    var text: String
    var area: Int
    var box: [Int]
  }
  private struct Bitmap: Decodable {
    var width: Int
    var height: Int
    var pixels: String
    var text: String
    var area: Int
    var box: [Int]
  }
  private struct Pair: Decodable {
    var width: Int
    var height: Int
    var a: String
    var b: String
    var iou: Double
    var crowd: Double
    var union: String
    var intersection: Int
  }
  private struct Facts: Decodable {
    var text: String
    var area: Int
    var box: [Int]
  }
  private struct File: Decodable {
    var polygons: [Polygon]
    var joined: [Joined]
    var bitmaps: [Bitmap]
    var pairs: [Pair]
    var large: Facts

    enum CodingKeys: String, CodingKey {
      case polygons, joined, bitmaps, pairs
      case large = "bitmap of 2000x3000"
    }
  }

  private let file: File

  init() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/masks.json")
    file = try JSONDecoder().decode(File.self, from: Data(contentsOf: path))
  }

  private func check(_ mask: RunLengthMask, _ text: String, _ area: Int, _ box: [Int]) {
    #expect(mask.text == text)
    #expect(mask.area == area)
    let bounds = mask.bounds
    #expect([bounds.x, bounds.y, bounds.width, bounds.height] == box)
  }

  @Test func polygonsBecomeTheSamePixels() throws {
    #expect(file.polygons.count == 120)
    #expect(file.polygons.filter { $0.area > 0 }.count > 90, "most polygons are empty")
    for item in file.polygons {
      let mask = try RunLengthMask(
        width: item.width, height: item.height, polygons: [item.xy])
      check(mask, item.text, item.area, item.box)
    }
  }

  @Test func severalPolygonsAreJoined() throws {
    #expect(file.joined.count == 20)
    for item in file.joined {
      let mask = try RunLengthMask(
        width: item.width, height: item.height, polygons: item.polygons)
      check(mask, item.text, item.area, item.box)
    }
  }

  @Test func bitmapsAreRunsAndBack() throws {
    #expect(file.bitmaps.count == 40)
    for item in file.bitmaps {
      let pixels = item.pixels.utf8.map { $0 - UInt8(ascii: "0") }
      let mask = RunLengthMask(width: item.width, height: item.height, pixels: pixels)
      check(mask, item.text, item.area, item.box)
      #expect(mask.pixels == pixels)
      let read = try RunLengthMask(width: item.width, height: item.height, text: item.text)
      #expect(read == mask)
    }
  }

  @Test func pairsOverlapTheSame() throws {
    #expect(file.pairs.count == 60)
    #expect(file.pairs.filter { $0.iou > 0 }.count > 20, "hardly a pair meets")
    for item in file.pairs {
      let a = try RunLengthMask(width: item.width, height: item.height, text: item.a)
      let b = try RunLengthMask(width: item.width, height: item.height, text: item.b)
      #expect(a.iou(b) == item.iou)
      #expect(a.iou(b, isCrowd: true) == item.crowd)
      #expect(a.intersectionArea(b) == item.intersection)
      #expect(a.union(b).text == item.union)
    }
  }

  @Test func longRunsHaveManyDigits() throws {
    var pixels = [UInt8](repeating: 0, count: 2000 * 3000)
    for y in 17..<2900 { for x in 100..<102 { pixels[y * 2000 + x] = 1 } }
    pixels[5 * 2000 + 1900] = 1
    let mask = RunLengthMask(width: 2000, height: 3000, pixels: pixels)
    check(mask, file.large.text, file.large.area, file.large.box)
    #expect(try RunLengthMask(width: 2000, height: 3000, text: file.large.text) == mask)
  }
}
