import Foundation
import Testing

@testable import Evaluation

/// Random cases with the answers of pycocotools 2.0.11 (make_cases.py, seed 4711) and of plain numpy
/// (make_extras.py); both scripts and their output lie in Golden.
@Suite struct RandomCaseTests {
  private struct Case: Decodable {
    struct Extras: Decodable {
      struct Class: Decodable {
        var ap2007: Double
        var ap2010: Double
        /// Score, right ones and wrong ones.
        var best: [Double]?
      }
      var classes: [Class]
      var confusion: [Int]
    }
    var main: String
    var groundTruth: GroundTruthFile
    var found: [ResultBox]
    var stats: [String: Double]
    var per_class: [ExpectedNumbers.Class]
    var extras: Extras
  }

  private static let cases: [Case] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/cases.json")
    return (try? JSONDecoder().decode([Case].self, from: Data(contentsOf: path))) ?? []
  }()

  private func table(_ item: Case) throws -> EvaluationTable {
    try EvaluationTable(item.groundTruth.input(with: item.found))
  }

  @Test func allCasesAreThere() {
    #expect(Self.cases.count == 20)
    #expect(Set(Self.cases.map(\.main)).count == 20)
    // Not all of them may be trivial.
    #expect(Self.cases.filter { $0.extras.confusion.reduce(0, +) > 20 }.count > 10)
    #expect(Self.cases.flatMap(\.extras.classes).filter { $0.ap2007 > 0 }.count > 30)
  }

  @Test(arguments: 0..<20)
  func numbersAreCOCOs(number: Int) throws {
    let item = Self.cases[number]
    let report = try EvaluationResult(name: "", item.groundTruth.input(with: item.found)).report
    for value in report.numbers {
      #expect(value.value == item.stats[value.name], "\(item.main): \(value.name)")
    }
    for (entry, expected) in zip(report.classes, item.per_class) {
      #expect(entry.ap == expected.AP && entry.ap50 == expected.AP50, "\(item.main): \(entry.name)")
      #expect(entry.ap75 == expected.AP75 && entry.ar100 == expected.AR100)
    }
  }

  @Test(arguments: 0..<20)
  func precisionIsPascals(number: Int) throws {
    let item = Self.cases[number]
    let metric = PascalMetric(try table(item))
    #expect(metric.classes.count == item.extras.classes.count)
    for (entry, expected) in zip(metric.classes, item.extras.classes) {
      // Sums in another order: a few units of the last place.
      #expect(abs(entry.ap2007 - expected.ap2007) < 1e-14, "\(item.main)")
      #expect(abs(entry.ap2010 - expected.ap2010) < 1e-14, "\(item.main)")
    }
    let known = item.extras.classes.map(\.ap2010).filter { $0 >= 0 }
    let mean = known.isEmpty ? -1 : known.reduce(0, +) / Double(known.count)
    #expect(abs(metric.meanAP2010 - mean) < 1e-14)
  }

  @Test(arguments: 0..<20)
  func theBestPointIsFound(number: Int) throws {
    let item = Self.cases[number]
    let table = try table(item)
    for (curve, expected) in zip(
      F1Curve.curves(table, MatchTable(table)), item.extras.classes)
    {
      let best = curve.best.map { [$0.score, Double($0.truePositives), Double($0.falsePositives)] }
      #expect(best == expected.best, "\(item.main)")
      if let best = curve.best { #expect(curve.point(from: best.score) == best) }
    }
  }

  @Test(arguments: 0..<20)
  func confusionIsCounted(number: Int) throws {
    let item = Self.cases[number]
    #expect(ConfusionMatrix(try table(item)).counts == item.extras.confusion, "\(item.main)")
  }
}
