import Evaluation
import Foundation
import TestSupport
import Testing

@testable import Inference

/// Odd files that pycocotools accepts get its numbers: boxes outside of the image and of no size,
/// areas that are missing or contradict, crowds, repeated ids and ids 0, polygons of few points,
/// results with and without boxes, scores of any range.
///
/// The expected values are of pycocotools 2.0.11: Golden/make_odd_cases.py.
@Suite struct OddCasesTests {
  private struct Case: Decodable {
    let type: String
    let count_difficult: Bool
    let truth: String
    let found: String
    let stats: [Double]
  }

  private static let cases: [Case] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/odd_cases.jsonl")
    let text = (try? String(contentsOf: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Case.self, from: Data($0.utf8))
    }
  }()

  @Test func casesAreManyAndNotTrivial() {
    #expect(Self.cases.count == 320)
    #expect(Self.cases.count { $0.type == "segm" } > 100)
    #expect(Self.cases.count { $0.stats[0] > 0.05 } > 80)
    #expect(Self.cases.allSatisfy { $0.stats.count == 12 })
  }

  @Test(arguments: 0..<8)
  func numbersArePycocotools(part: Int) throws {
    let folder = try TestFolder()
    for (number, item) in Self.cases.enumerated() where number % 8 == part {
      try folder.write(item.truth, to: "truth.json")
      try folder.write(item.found, to: "found.json")
      let masks = item.type == "segm"
      let truth = try GroundTruth.read(
        folder.path("truth.json"), split: "val", readsMasks: masks,
        countsDifficult: item.count_difficult)
      let found = try DetectionSet.read(
        [folder.path("found.json")], for: truth, readsMasks: masks)
      #expect(truth.mismatches.errorCount == 0 && found.mismatches.errorCount == 0)
      let input = EvaluationInput(
        imageNames: truth.images.map(\.name), classNames: truth.classNames,
        groundTruths: truth.groundTruths, detections: found.detections)
      let result = try EvaluationResult(
        name: "", input,
        overlap: masks ? .masks(groundTruths: truth.masks, detections: found.masks) : .boxes)
      for (metric, expected) in zip(result.report.numbers, item.stats) {
        let difference = abs(metric.value - expected)
        #expect(difference <= 1e-12, "case \(number): \(metric.name)")
      }
    }
  }
}
