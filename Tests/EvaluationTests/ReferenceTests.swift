@testable import Basics
import Imaging
import TestSupport
import Testing

@testable import Evaluation

/// Every number against pycocotools 2.0.11; the expected values come from make_cases.py, which
/// lies beside the fixtures. Equality is to the last bit: the same operations in the same order.
@Suite(.enabled(if: Fixtures.arePresent, "the COCO fixtures are not beside the package"))
struct ReferenceTests {
  @Test(arguments: 1...40)
  func randomCase(number: Int) throws {
    let folder = "cases/case_" + (number < 10 ? "0" : "") + "\(number)"
    let groundTruths = try Fixtures.read(GroundTruthFile.self, folder + "/gt.json")
    let results = try Fixtures.read([ResultBox].self, folder + "/dt.json")
    let expected = try Fixtures.read(ExpectedNumbers.self, folder + "/expected.json")
    let report = try check(groundTruths, results, expected)
    if let arrays = expected.arrays {
      let whole = try Fixtures.read(ExpectedArrays.self, folder + "/" + arrays)
      #expect(report.curves.precision == whole.precision)
      #expect(report.curves.recall == whole.recall)
      let table = try EvaluationTable(groundTruths.input(with: results))
      let curves = PrecisionRecallCurves(
        table, MatchTable(table), collectsScores: true, tasks: .serial)
      #expect(curves.scores == whole.scores)
    }
  }

  @Test func fiveCasesHaveArrays() throws {
    let withArrays = try (1...40).filter { number in
      let folder = "cases/case_" + (number < 10 ? "0" : "") + "\(number)"
      return try Fixtures.read(ExpectedNumbers.self, folder + "/expected.json").arrays != nil
    }
    // The fixtures' README names them; without this the comparison above could pass by absence.
    #expect(withArrays == [2, 4, 6, 8, 11])
  }

  @Test func val2014() throws {
    struct File: Decodable { var bbox: ExpectedNumbers }
    let groundTruths = try Fixtures.read(
      GroundTruthFile.self, "val2014_100/instances_val2014_100.json")
    let results = try Fixtures.read(
      [ResultBox].self, "val2014_100/instances_val2014_fakebbox100_results.json")
    try check(groundTruths, results, Fixtures.read(File.self, "expected.json").bbox)
  }

  @Test func val2014Masks() throws {
    struct File: Decodable { var segm: ExpectedNumbers }
    let fixture = try MaskFixture()
    let report = DetectionMetrics(
      fixture.table, MatchTable(fixture.table, overlap: fixture.overlap))
    let expected = try Fixtures.read(File.self, "expected.json").segm
    let groundTruths = try Fixtures.read(
      GroundTruthFile.self, "val2014_100/instances_val2014_100.json")
    try check(report, groundTruths, expected)
  }

  /// Parts that run at the same time, or in another order, give the same bits.
  @Test(arguments: [ConcurrentExecutor(), ReversedExecutor()] as [any ParallelExecutor & Sendable])
  func tasksDoNotChangeTheNumbers(tasks: any ParallelExecutor & Sendable) throws {
    let groundTruths = try Fixtures.read(
      GroundTruthFile.self, "val2014_100/instances_val2014_100.json")
    let results = try Fixtures.read(
      [ResultBox].self, "val2014_100/instances_val2014_fakebbox100_results.json")
    let input = groundTruths.input(with: results)
    let table = try EvaluationTable(input)
    let parallel = try EvaluationTable(input, tasks: tasks)
    #expect(table.pairs == parallel.pairs)
    #expect(table.detections == parallel.detections)
    let (serial, other) = (MatchTable(table), MatchTable(parallel, tasks: tasks))
    #expect(serial.matched == other.matched && serial.ignored == other.ignored)
    #expect(
      try EvaluationResult(name: "", input).report
        == EvaluationResult(name: "", input, tasks: tasks).report)
  }

  /// The tables of cells against what they are said to hold, read from the rows one by one.
  @Test func cellsCoverTheRows() throws {
    let groundTruths = try Fixtures.read(
      GroundTruthFile.self, "val2014_100/instances_val2014_100.json")
    let results = try Fixtures.read(
      [ResultBox].self, "val2014_100/instances_val2014_fakebbox100_results.json")
    let input = groundTruths.input(with: results)
    let table = try EvaluationTable(input)
    let matches = MatchTable(table)
    #expect(table.groundTruthSources.sorted() == Array(0..<Int32(input.groundTruths.count)))
    #expect(table.detectionSources.sorted() == Array(0..<Int32(input.detections.count)))
    var rows = 0
    for image in table.imageNames.indices {
      for pair in table.pairs(ofImage: image) {
        rows += pair.groundTruths.count + pair.detections.count
        #expect(Int(pair.image) == image)
        for row in pair.groundTruths {
          #expect(table.groundTruths.images[row] == pair.image)
          #expect(table.groundTruths.classes[row] == pair.classIndex)
          #expect(
            table.groundTruths.boxes[row]
              == input.groundTruths.boxes[Int(table.groundTruthSources[row])])
        }
        for row in pair.detections {
          #expect(table.detections.classes[row] == pair.classIndex)
          // At threshold 0.50: a matched ground truth is of the cell and overlaps enough.
          guard matches.matched[row * matches.parameters.areaRanges.count] & 1 == 1 else {
            continue
          }
          #expect(
            pair.groundTruths.contains {
              table.detections.boxes[row].overlap(
                with: table.groundTruths.boxes[$0],
                isCrowd: table.groundTruths.traits[$0].contains(.crowd)) >= 0.5
            })
        }
      }
    }
    #expect(rows == input.groundTruths.count + input.detections.count)
    for classIndex in table.classNames.indices {
      let numbers = table.pairs(ofClass: classIndex)
      #expect(numbers.allSatisfy { Int(table.pairs[Int($0)].classIndex) == classIndex })
      #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  @discardableResult
  private func check(
    _ groundTruths: GroundTruthFile, _ results: [ResultBox], _ expected: ExpectedNumbers
  ) throws -> DetectionMetrics {
    let report = try EvaluationResult(name: "", groundTruths.input(with: results)).report
    try check(report, groundTruths, expected)
    return report
  }

  private func check(
    _ report: DetectionMetrics, _ groundTruths: GroundTruthFile, _ expected: ExpectedNumbers
  ) throws {
    let ids = groundTruths.categoryIds
    #expect(report.imageCount == groundTruths.images.count)
    #expect(Set(report.numbers.map(\.name)) == Set(expected.stats.keys))
    for number in report.numbers {
      let value = try #require(expected.stats[number.name])
      #expect(number.value == value, "\(number.name)")
    }
    #expect(report.classes.count == expected.per_class.count)
    for (entry, values) in zip(report.classes, expected.per_class) {
      #expect(ids[entry.classIndex] == values.category_id)
      #expect(entry.ap == values.AP, "AP of \(entry.name)")
      #expect(entry.ap50 == values.AP50, "AP50 of \(entry.name)")
      #expect(entry.ap75 == values.AP75, "AP75 of \(entry.name)")
      #expect(entry.ar100 == values.AR100, "AR100 of \(entry.name)")
    }
  }
}
