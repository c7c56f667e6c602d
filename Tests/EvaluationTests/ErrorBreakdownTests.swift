import Evaluation
import Foundation
import Imaging
import Testing

/// The error split against tidecv 1.0.1, whose answers Golden/make_tide.py wrote down.
struct ErrorSplitTests {
  private struct Expected: Decodable {
    var ap: Double
    var costs: [Double]
    var counts: [Int]
    var falsePositive: Double
    var falseNegative: Double
  }

  private func expected() throws -> [String: Expected] {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/tide.json")
    return try JSONDecoder().decode(
      [String: Expected].self, from: Data(contentsOf: path))
  }

  /// tidecv tells points of a hundred; 1e-9 of them is far below the last digit that it prints.
  private func check(_ split: ErrorBreakdown, _ expected: Expected, _ name: String) {
    func same(_ fraction: Double, _ points: Double) -> Bool { abs(fraction * 100 - points) < 1e-9 }
    #expect(same(split.ap, expected.ap), "AP of \(name)")
    for kind in ErrorKind.allCases {
      #expect(same(split.cost(kind), expected.costs[kind.rawValue]), "\(kind) of \(name)")
      #expect(split.counts[kind.rawValue] == expected.counts[kind.rawValue], "\(kind) of \(name)")
    }
    #expect(same(split.falsePositiveCost, expected.falsePositive), "false positives of \(name)")
    #expect(same(split.falseNegativeCost, expected.falseNegative), "false negatives of \(name)")
  }

  @Test(.enabled(if: Fixtures.arePresent, "the COCO fixtures are not beside the package"))
  func realBoxesAndMasks() throws {
    let expected = try expected()
    let groundTruths = try Fixtures.read(
      GroundTruthFile.self, "val2014_100/instances_val2014_100.json")
    let results = try Fixtures.read(
      [ResultBox].self, "val2014_100/instances_val2014_fakebbox100_results.json")
    let boxes = ErrorBreakdown(try EvaluationTable(groundTruths.input(with: results)))
    check(boxes, try #require(expected["bbox"]), "boxes")
    let fixture = try MaskFixture()
    let masks = ErrorBreakdown(fixture.table, overlap: fixture.overlap)
    check(masks, try #require(expected["segm"]), "masks")
  }

  @Test(.enabled(if: Fixtures.arePresent, "the COCO fixtures are not beside the package"))
  func randomCases() throws {
    var compared = 0
    for (name, expected) in try expected() where name.hasPrefix("case") {
      let groundTruths = try Fixtures.read(GroundTruthFile.self, "cases/\(name)/gt.json")
      let results = try Fixtures.read([ResultBox].self, "cases/\(name)/dt.json")
      check(ErrorBreakdown(try EvaluationTable(groundTruths.input(with: results))), expected, name)
      compared += 1
    }
    // Of the forty, five are such that correcting leaves nothing; tidecv divides by zero there.
    #expect(compared == 35)
  }

  private func box(_ x: Double, width: Double = 10) -> SizedBox {
    SizedBox(x: x, y: 0, width: width, height: 10)
  }

  /// One of each kind, on ground-truth objects far apart.
  @Test func eachKindIsTold() throws {
    var input = EvaluationInput(imageNames: ["a"], classNames: ["cat", "dog"])
    for (x, classIndex) in [(0.0, 0), (100, 0), (200, 1), (300, 0), (400, 0)] {
      input.groundTruths.append(image: 0, classIndex: classIndex, box: box(x))
    }
    input.groundTruths.append(image: 0, classIndex: 0, box: box(500, width: 100), traits: .crowd)
    let found: [(x: Double, classIndex: Int, error: ErrorKind?, groundTruth: Int32)] = [
      (0, 0, nil, 0), (1, 0, .duplicate, 0),
      (107, 0, .localization, 1),  // IoU 3 / 17
      (200, 0, .classification, 2),
      (307, 1, .both, -1),  // IoU 3 / 17 with a cat
      (309, 1, .background, -1),  // IoU 1 / 19
      (520, 0, .background, -1),  // in the crowd: a kind, but it does not count
    ]
    for (place, item) in found.enumerated() {
      input.detections.append(
        image: 0, classIndex: item.classIndex, box: box(item.x),
        score: 0.9 - Double(place) / 100)
    }
    let table = try EvaluationTable(input)
    let split = ErrorBreakdown(table)
    for row in 0..<table.detections.count {
      let item = found[Int(table.detectionSources[row])]
      let match = split.matches[row]
      #expect(
        match.error == item.error && match.isTruePositive == (item.error == nil), "at \(item.x)")
      #expect(match.isIgnored == (item.x == 520))
      let source = match.groundTruth < 0 ? -1 : table.groundTruthSources[Int(match.groundTruth)]
      #expect(source == item.groundTruth, "at \(item.x)")
    }
    // Ground-truth objects 3 and 4 are what nobody is right about, nor would be once repaired.
    let missed = split.isMissed.indices.filter { split.isMissed[$0] }
    #expect(missed.map { table.groundTruthSources[$0] }.sorted() == [3, 4])
    #expect(split.counts == [1, 1, 1, 1, 2, 2])
  }

  /// Two ground-truth objects, one found, one false: AP is 51 / 101, as recall 0.5 is the 51st point.
  @Test func costsAreReckonedByHand() throws {
    var input = EvaluationInput(imageNames: ["a"], classNames: ["cat"])
    input.groundTruths.append(image: 0, classIndex: 0, box: box(0))
    input.groundTruths.append(image: 0, classIndex: 0, box: box(100))
    input.detections.append(image: 0, classIndex: 0, box: box(50), score: 0.9)
    input.detections.append(image: 0, classIndex: 0, box: box(0), score: 0.8)
    let split = ErrorBreakdown(try EvaluationTable(input))
    // Precision 1/2 up to recall 1/2.
    #expect(abs(split.ap - 0.5 * 51 / 101) < 1e-12)
    // Without the false one, precision 1 up to there.
    #expect(abs(split.cost(.background) - 0.5 * 51 / 101) < 1e-12)
    // Without the missed one, precision 1/2 everywhere.
    #expect(abs(split.cost(.missed) - 0.5 * 50 / 101) < 1e-12)
    #expect(split.cost(.classification) == 0 && split.cost(.both) == 0)
    #expect(abs(split.falsePositiveCost - 0.5 * 51 / 101) < 1e-12)
    #expect(abs(split.falseNegativeCost - 0.5 * 50 / 101) < 1e-12)
  }

  @Test func nothingHasNoErrors() throws {
    let split = ErrorBreakdown(try EvaluationTable(EvaluationInput(classNames: ["cat"])))
    #expect(split.ap == 0 && split.costs == [0, 0, 0, 0, 0, 0])
    #expect(split.counts == [0, 0, 0, 0, 0, 0])
  }
}
