import Basics
import Testing

@testable import Imaging

/// Components counted row by row, and polygons of objects, against the maps that they were made from.
struct LabelMapTests {
  /// A map of values 0...2; nearby pixels are often equal.
  private func map(
    width: Int, height: Int, using random: inout SeededGenerator
  ) -> [UInt8] {
    var values = [UInt8](repeating: 0, count: width * height)
    for place in values.indices {
      let left = place % width > 0 ? values[place - 1] : 0
      values[place] =
        Int.random(in: 0..<3, using: &random) == 0
        ? UInt8.random(in: 0..<3, using: &random) : left
    }
    return values
  }

  /// A ring whose ends meet in its last row, and one that touches only at a corner.
  @Test func areasOfKnownShapes() {
    var areas = ComponentAreas(width: 5)
    areas.append([
      1, 0, 1, 0, 2,
      1, 0, 1, 2, 0,
      1, 1, 1, 2, 2,
    ])
    // By hand: the 1s join in the last row; the 2 in the corner shares no side with the others.
    #expect(areas.areas(of: 1) == AreaHistogram([7]))
    #expect(areas.areas(of: 2) == AreaHistogram([1, 3]))
  }

  @Test func areasAreThoseOfTheWholeMap() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<200 {
      let width = Int.random(in: 1...17, using: &random)
      let height = Int.random(in: 1...13, using: &random)
      let values = map(width: width, height: height, using: &random)
      var areas = ComponentAreas(width: width)
      var row = 0
      while row < height {
        let end = min(row + Int.random(in: 1...3, using: &random), height)
        areas.append(Array(values[row * width..<end * width]))
        row = end
      }
      let whole = ConnectedComponents(of: values, width: width, height: height).components
      for value in 1...2 as ClosedRange<UInt8> {
        let expected = AreaHistogram(whole.filter { $0.value == value }.map(\.area))
        #expect(areas.areas(of: value) == expected)
      }
    }
  }

  /// The polygon of each 4-connected component, rasterized again, is the component.
  @Test func polygonsGiveBackTheirObjects() throws {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<200 {
      let width = Int.random(in: 1...14, using: &random)
      let height = Int.random(in: 1...11, using: &random)
      let values = map(width: width, height: height, using: &random)
      let found = ConnectedComponents(of: values, width: width, height: height)
      let labels = found.labels
      let count = found.components.count
      let boundaries = LabelBoundaries(labels, count: count, width: width, height: height)
      for (index, component) in found.components.enumerated() {
        let mask = try RunLengthMask(
          width: width, height: height, polygons: [boundaries.polygon(of: index + 1)])
        #expect(mask.pixels == labels.map { Int($0) == index + 1 ? 1 : 0 })
        #expect(boundaries.box(of: index + 1) == Box(component.bounds))
      }
    }
  }

  @Test func summariesOfAreas() {
    // By hand: 1, 1, 2, 7, 9.
    var areas = AreaHistogram([9, 1, 2, 1, 7])
    #expect(areas.count == 5 && areas.total == 20 && areas.mean == 4 && areas.median == 2)
    #expect(areas.range == 1...9)
    areas.add(AreaHistogram([3]))
    #expect(areas.median == 2.5)
    #expect(
      AreaHistogram().mean == 0 && AreaHistogram().median == 0 && AreaHistogram().range == nil)
  }

  @Test func aLabelWithoutPixelsHasNoPolygon() {
    let boundaries = LabelBoundaries([0, 2], count: 2, width: 2, height: 1)
    #expect(boundaries.polygon(of: 1).isEmpty)
    #expect(boundaries.box(of: 1).area == 0)
    #expect(boundaries.polygon(of: 2) == [2, 0, 2, 1, 1, 1, 1, 0])
  }
}
