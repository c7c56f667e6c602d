import Evaluation
import Testing

/// Every number against pycocotools 2.0.11; the expected values come from make_cases.py, which
/// lies beside the fixtures. Equality is to the last bit: the same operations in the same order.
@Suite(.enabled(if: Fixtures.arePresent, "the COCO fixtures are not beside the package"))
struct ReferenceTests {
  @Test(arguments: 1...40)
  func randomCase(number: Int) throws {
    let folder = "cases/case_" + (number < 10 ? "0" : "") + "\(number)"
    let truths = try Fixtures.read(TruthFile.self, folder + "/gt.json")
    let results = try Fixtures.read([ResultBox].self, folder + "/dt.json")
    let expected = try Fixtures.read(ExpectedNumbers.self, folder + "/expected.json")
    let report = try check(truths, results, expected)
    if let arrays = expected.arrays {
      let whole = try Fixtures.read(ExpectedArrays.self, folder + "/" + arrays)
      #expect(report.curves.precision == whole.precision)
      #expect(report.curves.recall == whole.recall)
      #expect(report.curves.scores == whole.scores)
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
    let truths = try Fixtures.read(TruthFile.self, "val2014_100/instances_val2014_100.json")
    let results = try Fixtures.read(
      [ResultBox].self, "val2014_100/instances_val2014_fakebbox100_results.json")
    try check(truths, results, Fixtures.read(File.self, "expected.json").bbox)
  }

  @discardableResult
  private func check(
    _ truths: TruthFile, _ results: [ResultBox], _ expected: ExpectedNumbers
  ) throws -> DetectionReport {
    let ids = truths.categoryIds
    let report = try DetectionMetric.evaluate(
      truths.images(with: results), classNames: ids.map { "class \($0)" })
    #expect(report.imageCount == truths.images.count)
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
    return report
  }
}
