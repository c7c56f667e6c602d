import Basics
import Imaging
import Testing

@testable import Evaluation

/// What holds for every metric of the list.
@Suite struct AdditionalMetricTests {
  @Test func namesAreDistinctWords() {
    let names = AdditionalMetric.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0.allSatisfy { $0.isLowercase || $0.isNumber } })
    #expect(AdditionalMetric.all.allSatisfy { !$0.summary.isEmpty && !$0.summary.hasSuffix(".") })
  }

  @Test(arguments: AdditionalMetric.all.map(\.name))
  func emptyAndPerfectResultsHaveATable(name: String) throws {
    let metric = try #require(AdditionalMetric.all.first { $0.name == name })
    let empty = try EvaluationResult(name: "empty", EvaluationInput(classNames: ["cat"]))
    #expect(!metric.evaluate(empty, .serial).table.text.contains("nan"))
    var input = EvaluationInput(classNames: ["cat", "dog"])
    let box = Box(x1: 1, y1: 2, x2: 30, y2: 40)
    input.append(
      image: "a", annotations: [Annotation(box: box, classIndex: 0)],
      detections: [Detection(box: box, classIndex: 0, score: 0.5)])
    let (table, json) = metric.evaluate(
      try EvaluationResult(name: "perfect", input), .serial)
    #expect(table.text.contains("cat") || table.text.contains("correct"))
    #expect(json.line.contains("cat"))
  }
}
