@testable import Basics
import Foundation
import Imaging
import Testing

@testable import Evaluation

/// The arrays of `evaluate --extended`.
@Suite struct ExtendedResultsTests {
  private struct Case: Decodable {
    var groundTruth: GroundTruthFile
    var found: [ResultBox]
  }

  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")

  private func value(_ json: JSONValue, _ key: String) throws -> JSONValue {
    try #require(json.members.first { $0.key == key }?.value)
  }

  private func values(_ json: JSONValue, _ key: String) throws -> [Double] {
    guard case .array(let items) = try value(value(json, key), "values") else { return [] }
    return items.map {
      switch $0 {
      case .number(let number): number
      case .integer(let number): Double(number)
      case .bool(let flag): flag ? 1 : 0
      default: .nan
      }
    }
  }

  /// A match is an object of the detection's image and class that reaches the threshold, each object
  /// once unless it is a crowd; the counts at each threshold are those of the metric.
  @Test(arguments: [0, 1, 5, 10])
  func matchesAreThoseOfTheMetric(number: Int) throws {
    let cases = try JSONDecoder().decode(
      [Case].self, from: Data(contentsOf: Self.golden.appendingPathComponent("cases.json")))
    let input = cases[number].groundTruth.input(with: cases[number].found)
    let result = try EvaluationResult(name: "", input)
    let json = ExtendedResults(result).json
    let matches = try values(json, "detection_match").map { Int($0) }
    let ignored = try values(json, "detection_ignored").map { $0 == 1 }
    let (table, areas) = (result.table, result.parameters.areaRanges.count)
    var matched = 0
    for (iou, threshold) in result.parameters.iouThresholds.enumerated() {
      var taken: Set<Int> = []
      for row in 0..<table.detections.count {
        let (object, isIgnored) = (matches[row * 10 + iou], ignored[row * 10 + iou])
        let bit: UInt16 = 1 << UInt16(iou)
        #expect(isIgnored == (result.matches.ignored[row * areas] & bit != 0))
        #expect((object >= 0) == (result.matches.matched[row * areas] & bit != 0))
        guard object >= 0 else { continue }
        matched += 1
        #expect(table.groundTruths.images[object] == table.detections.images[row])
        #expect(table.groundTruths.classes[object] == table.detections.classes[row])
        let isCrowd = table.groundTruths.traits[object].contains(.crowd)
        #expect(result.overlap.iou(table, row, object, isCrowd) >= threshold)
        #expect(isCrowd || taken.insert(object).inserted)
      }
    }
    #expect(matched > 0)
    #expect(try values(json, "precision") == result.report.curves.precision)
    #expect(try value(value(json, "precision"), "shape").line.hasPrefix("[10,101,"))
  }

  /// Bytes equal those of NumPy (make_npz.py).
  @Test func archivesAreNumPys() throws {
    var writer = NPZWriter()
    writer.add("numbers", [0.5, -1, 2, 1e300, 0.1, -0.0], shape: [2, 3])
    writer.add("integers", [1, -2, .max] as [Int32], shape: [3])
    writer.add("flags", [true, false], shape: [2, 1])
    writer.add("texts", ["cat", "", "hérisson"])
    writer.add("empty", [] as [Double], shape: [0, 4])
    let expected = try Data(contentsOf: Self.golden.appendingPathComponent("arrays.npz"))
    #expect(writer.archive == [UInt8](expected))
  }
}
