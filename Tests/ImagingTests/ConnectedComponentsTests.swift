import Foundation
import TestSupport
import Testing

@testable import Imaging

/// Connected components and distances against scipy 1.17.1: Golden/make_components.py.
struct ConnectedComponentsTests {
  private struct Case: Decodable {
    var width: Int
    var height: Int
    var pixels: String
    var four: [Int32]
    var eight: [Int32]
    var distances: [Double]

    var values: [UInt8] { pixels.utf8.map { $0 - UInt8(ascii: "0") } }
  }

  private let cases: [Case]

  init() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/components.json")
    cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: path))
  }

  @Test func labelsAreThoseOfSciPy() {
    #expect(cases.count == 48)
    #expect(cases.contains { ($0.four.max() ?? 0) > ($0.eight.max() ?? 0) + 5 })
    for item in cases {
      let four = ConnectedComponents(of: item.values, width: item.width, height: item.height)
      #expect(four.labels == item.four)
      #expect(four.components.count == Int(item.four.max() ?? 0))
      let eight = ConnectedComponents(
        of: item.values, width: item.width, height: item.height, connectivity: .eight)
      #expect(eight.labels == item.eight)
    }
  }

  @Test func distancesAreThoseOfSciPy() {
    for item in cases where !item.distances.isEmpty {
      let distances = DistanceTransform.distances(
        toZerosOf: item.values, width: item.width, height: item.height)
      #expect(distances == item.distances.map { Float($0.squareRoot()) })
    }
  }

  @Test func aMaskWithoutOutsideHasNoDistances() {
    let distances = DistanceTransform.distances(
      toZerosOf: [1, 1, 1, 1, 1, 1], width: 3, height: 2)
    #expect(distances == [Float](repeating: .infinity, count: 6))
  }

  /// Two classes that touch are two components; ignored pixels are none.
  @Test func componentsHaveOneValue() {
    let values: [UInt8] = [
      1, 1, 2, 2,
      0, 1, 2, 255,
      3, 0, 0, 255,
    ]
    let found = ConnectedComponents(of: values, width: 4, height: 3, ignored: 255)
    #expect(found.components.map(\.value) == [1, 2, 3])
    #expect(found.components.map(\.area) == [3, 3, 1])
    #expect(found.components[1].bounds == PixelRegion(x: 2, y: 0, width: 2, height: 2))
    #expect(found.labels == [1, 1, 2, 2, 0, 1, 2, 0, 3, 0, 0, 0])
    let all = ConnectedComponents(of: values, width: 4, height: 3)
    #expect(all.components.map(\.value) == [1, 2, 255, 3])
    // Value 1 at (1, 1) and value 3 at (0, 2) touch at a corner, but differ.
    let eight = ConnectedComponents(
      of: values, width: 4, height: 3, connectivity: .eight, ignored: 255)
    #expect(eight.components == found.components)
  }

  /// A comb joins its runs only in the last row; a checkerboard has as many runs as possible.
  @Test(arguments: [false, true]) func timeIsLinear(isComb: Bool) {
    let growth = timeGrowth(at: 1 << 16) { size in
      let side = Int(Double(size).squareRoot())
      var values = [UInt8](repeating: 0, count: side * side)
      for place in values.indices {
        let (x, y) = (place % side, place / side)
        // The teeth are joined by the last row.
        values[place] = isComb ? (y == side - 1 || x % 2 == 0 ? 1 : 0) : UInt8((x + y) % 2)
      }
      let found = ConnectedComponents(of: values, width: side, height: side)
      #expect(found.components.count == (isComb ? 1 : side * side / 2))
      let distances = DistanceTransform.distances(toZerosOf: values, width: side, height: side)
      #expect(distances.count == values.count)
    }
    #expect(growth < 9, "4 is linear, 16 is quadratic")
  }
}
