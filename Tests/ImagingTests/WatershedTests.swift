import Foundation
import TestSupport
import Testing

@testable import Imaging

struct WatershedTests {
  private struct Disc {
    var x: Double
    var y: Double
    var radius: Double
  }

  /// A mask of discs, and the disc to which each pixel is nearest, relative to the radii; 0 outside.
  private func drawn(_ discs: [Disc], width: Int, height: Int) -> (mask: [UInt8], owners: [Int32]) {
    let owners = (0..<width * height).map { place -> Int32 in
      let (x, y) = (Double(place % width), Double(place / width))
      let depths = discs.map { $0.radius - hypot(x - $0.x, y - $0.y) }
      guard let deepest = depths.max(), deepest >= 0 else { return 0 }
      return Int32(depths.firstIndex(of: deepest) ?? 0) + 1
    }
    return (owners.map { $0 > 0 ? 1 : 0 }, owners)
  }

  /// Discs whose centers are 1.7 radii apart, in a row, in a ring and of two sizes.
  @Test func touchingDiscsAreSplit() {
    let layouts: [[Disc]] = [
      (0..<4).map { Disc(x: 20 + 25.5 * Double($0), y: 30, radius: 15) },
      (0..<6).map {
        let angle = Double($0) * .pi / 3
        return Disc(x: 75 + 30 * cos(angle), y: 75 + 30 * sin(angle), radius: 17)
      },
      [Disc(x: 40, y: 40, radius: 25), Disc(x: 70, y: 50, radius: 12)],
      [Disc(x: 30, y: 30, radius: 12), Disc(x: 100, y: 100, radius: 20)],
    ]
    for discs in layouts {
      let (mask, owners) = drawn(discs, width: 150, height: 150)
      let found = Watershed(of: mask, width: 150, height: 150)
      #expect(found.count == discs.count)
      // Each disc has one label, but for few pixels where two meet.
      var agreeing = 0
      for disc in 1...Int32(discs.count) {
        let labels = owners.indices.filter { owners[$0] == disc }.map { found.labels[$0] }
        let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(counts[0] == nil)
        agreeing += counts.values.max() ?? 0
      }
      #expect(Double(agreeing) > 0.97 * Double(mask.count { $0 > 0 }))
    }
  }

  @Test func regionsWithoutNecksStayWhole() {
    let (width, height) = (40, 20)
    let bar = (0..<width * height).map { place -> UInt8 in
      (5..<35).contains(place % width) && (5..<15).contains(place / width) ? 1 : 0
    }
    #expect(Watershed(of: bar, width: width, height: height).count == 1)
    let empty = [UInt8](repeating: 0, count: width * height)
    #expect(Watershed(of: empty, width: width, height: height).count == 0)
    // Without outside, all distances are infinite.
    let full = Watershed(of: empty.map { _ in 7 }, width: width, height: height)
    #expect(full.count == 1)
    #expect(full.labels.allSatisfy { $0 == 1 })
  }

  /// A larger depth splits less: two discs joined by a neck of half their radius.
  @Test func theDepthDecides() {
    let discs = [Disc(x: 20, y: 20, radius: 12), Disc(x: 41, y: 20, radius: 12)]
    let (mask, _) = drawn(discs, width: 62, height: 40)
    // The neck is 2 * sqrt(144 - 110.25) = 11.6 pixels wide: about 6 of distance, 6 below the peaks.
    #expect(Watershed(of: mask, width: 62, height: 40, minimumDepth: 4).count == 2)
    #expect(Watershed(of: mask, width: 62, height: 40, minimumDepth: 8).count == 1)
  }

  private struct Nuclei: Decodable {
    var name: String
    var components: Int
    var instances: Int
  }

  /// Against scikit-image 0.26.0: Golden/make_watershed.py. Every second mask, for the time.
  @Test(.enabled(if: SharedData.has("nuclei"), "the nuclei are not beside the package"))
  func nucleiAreThoseOfScikitImage() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/watershed.json")
    let all = try JSONDecoder().decode([Nuclei].self, from: Data(contentsOf: path))
    #expect(all.count == 109)
    var expected = 0
    for place in stride(from: 0, to: all.count, by: 2) {
      let item = all[place]
      let image = try ImageFile.read(
        "\(SharedData.folder)/nuclei/masks/\(item.name).png", policy: DecodePolicy(format: .gray8)
      ).image
      let components = ConnectedComponents(
        of: image.bytes, width: image.width, height: image.height)
      #expect(components.components.count == item.components)
      let instances = Watershed(of: image.bytes, width: image.width, height: image.height)
      #expect(instances.count == item.instances)
      expected += item.instances
    }
    #expect(expected > 1500)
  }
}
