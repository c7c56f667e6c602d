import Basics
import Foundation
import Imaging
import Testing

@testable import Evaluation

/// Settings other than COCO's, with the answers of pycocotools 2.0.11 with the same `params`
/// (make_settings.py beside its output in Golden, on the cases of make_cases.py).
@Suite struct SettingsTests {
  private struct Case: Decodable {
    var groundTruth: GroundTruthFile
    var found: [ResultBox]
  }

  struct Expected: Decodable, CustomTestStringConvertible {
    var `case`: Int
    var setting: String
    var numbers: [String: Double]?
    var classes: [[String: Double]]?
    /// True positives, false positives and objects of each class.
    var counts: [[Int]]?
    var confusion: [Int]?

    var testDescription: String { "\(setting) of case \(self.case)" }
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Golden")

  private static func read<T: Decodable>(_ type: [T].Type, _ name: String) -> [T] {
    let data = try? Data(contentsOf: folder.appendingPathComponent(name))
    return data.flatMap { try? JSONDecoder().decode(type, from: $0) } ?? []
  }

  private static let cases = read([Case].self, "cases.json")
  private static let expected = read([Expected].self, "settings.json")

  private func parameters(_ setting: String) -> EvaluationParameters {
    switch setting {
    case "thresholds": EvaluationParameters(iouThresholds: [0.75, 0.3, 0.5, 0.625])
    case "recall11": EvaluationParameters(recallPoints: .evenly(11))
    case "recallAll": EvaluationParameters(recallPoints: .every)
    case "limits": EvaluationParameters(detectionLimits: [200, 1, 3])
    case "areas":
      EvaluationParameters(areaRanges: [
        .init(name: "nano", lower: 0, upper: 2000), .init(name: "rest", lower: 2000, upper: 1e10),
      ])
    default: .coco
    }
  }

  @Test func allSettingsAreThere() {
    #expect(Self.cases.count == 20)
    #expect(
      Dictionary(grouping: Self.expected, by: \.setting).mapValues(\.count) == [
        "coco": 8, "thresholds": 8, "recall11": 8, "recallAll": 8, "limits": 8, "areas": 8,
        "inclusive": 8, "agnostic": 8, "classes": 8, "point": 8,
      ])
  }

  @Test(arguments: expected.filter { $0.numbers != nil })
  func numbersAreTheReferences(expected: Expected) throws {
    let item = Self.cases[expected.case]
    var input = item.groundTruth.input(with: item.found)
    if expected.setting == "inclusive" {
      input.groundTruths.includeLastPixels()
      input.detections.includeLastPixels()
    }
    var classes = ClassSelection(isAgnostic: expected.setting == "agnostic")
    if expected.setting == "classes", input.classNames.count > 1 {
      classes.indices = Set(0..<input.classNames.count - 1)
    }
    let result = try EvaluationResult(
      name: "", input, parameters: parameters(expected.setting), classes: classes)
    let report = result.report
    try check(report.numbers, expected.numbers ?? [:], expected.setting)
    let rows = try #require(expected.classes)
    #expect(report.classes.count == rows.count)
    for (entry, row) in zip(report.classes, rows) {
      try check(entry.numbers, row, expected.setting)
    }
    // Resamples in which each image occurs once give the same metric, bit for bit.
    let sample = BootstrapAP(result.table, result.matches, tasks: .serial)
      .sample([Int32](repeating: 1, count: input.imageNames.count))
    #expect(sample.ap == report.ap && sample.ap50 == report.ap50)
  }

  private func check(
    _ numbers: [DetectionMetrics.Number], _ expected: [String: Double], _ setting: String
  ) throws {
    #expect(Set(numbers.map(\.name)) == Set(expected.keys))
    for number in numbers {
      let value = try #require(expected[number.name])
      // The area is summed in another order there.
      #expect(
        setting == "recallAll" ? abs(number.value - value) < 1e-12 : number.value == value,
        "\(number.name): \(number.value), not \(value)")
    }
  }

  /// At confidence 0.6 and IoU 0.3, which is not among COCO's thresholds.
  @Test(arguments: expected.filter { $0.counts != nil })
  func countsAndConfusionAtAPoint(expected: Expected) throws {
    let item = Self.cases[expected.case]
    var parameters = EvaluationParameters.coco
    parameters.confidence = 0.6
    parameters.matchIoU = 0.3
    let result = try EvaluationResult(
      name: "", item.groundTruth.input(with: item.found), parameters: parameters)
    #expect(ConfusionMatrix(result).counts == expected.confusion)
    let found = DetectionCounts(result)
    let counts = try #require(expected.counts)
    #expect(found.confidence == 0.6 && found.iou == 0.3)
    #expect(
      found.classes.map { [$0.truePositives, $0.falsePositives, $0.groundTruthCount] } == counts)
    // Micro: the sums; macro: the means over classes with objects.
    let tp = counts.reduce(0) { $0 + $1[0] }
    let precision = Double(tp) / Double(max(tp + counts.reduce(0) { $0 + $1[1] }, 1))
    #expect(found.micro.precision == precision)
    let labeled = counts.filter { $0[2] > 0 }
    let recalls = labeled.map { Double($0[0]) / Double($0[2]) }
    let mean = recalls.reduce(0, +) / Double(max(recalls.count, 1))
    #expect(abs(found.macro.recall - mean) < 1e-15)
    // COCO's own matches stay.
    #expect(result.report.numbers.count == 12)
  }

  /// The example of torchmetrics' MeanAveragePrecision (1.9, docstring of the class): map 0.6,
  /// map_50 1, map_75 1, mar_1 0.6.
  @Test func theExampleOfTorchmetrics() throws {
    var input = EvaluationInput(imageNames: ["0"], classNames: ["0"])
    input.groundTruths.append(
      image: 0, classIndex: 0, box: SizedBox(x: 214, y: 41, width: 348, height: 244))
    input.detections.append(
      image: 0, classIndex: 0, box: SizedBox(x: 258, y: 41, width: 348, height: 244), score: 0.536)
    let report = try EvaluationResult(
      name: "", input, parameters: EvaluationParameters(iouThresholds: [0.5, 0.75])
    ).report
    #expect(abs(report.ap - 1) < 1e-12 && report.numbers.value("AR@75") == 1)
    let coco = try EvaluationResult(name: "", input).report
    #expect(abs(coco.ap - 0.6) < 1e-12 && abs(coco.ar1 - 0.6) < 1e-12)
    #expect(abs(coco.ap50 - 1) < 1e-12 && abs(coco.ap75 - 1) < 1e-12)
  }
}
