import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// LVIS's rules of the built program, against lvis-api 0.5.3 (make_lvis.py beside its output in
/// Golden).
@Suite struct EvaluateLVISTests {
  private struct Report: Decodable {
    let metrics: [String: Double?]
    let stats: [Double]?
  }

  /// The cases as loosely typed JSON: ground truth and detections are written to files as they are.
  private static func cases() -> [[String: Any]] {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/lvis.json")
    let data = (try? Data(contentsOf: path)) ?? Data()
    return (try? JSONSerialization.jsonObject(with: data)) as? [[String: Any]] ?? []
  }

  @Test(arguments: 0..<4, ["bbox", "segm"])
  func numbersAreTheReferences(number: Int, kind: String) throws {
    let item = Self.cases()[number]
    let folder = try TemporaryFolder()
    func write(_ key: String) throws -> String {
      let data = try JSONSerialization.data(withJSONObject: try #require(item[key]))
      return try folder.write("\(key).json", String(decoding: data, as: UTF8.self))
    }
    let limit = try #require(item["limit"] as? Int)
    let result = try BuiltProgram.run(
      [
        "evaluate", "--json", "--annotations", write("groundTruth"), "--detections",
        write(kind == "bbox" ? "found" : "foundMasks"), "--iou-type", kind,
      ] + (limit == 300 ? [] : ["--max-dets", "\(limit)"]))
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.diagnostics.contains("LVIS's labels per image"))
    let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    let expected = try #require((item["numbers"] as? [String: [String: Double]])?[kind])
    #expect(expected.count == 13 && Set(report.metrics.keys) == Set(expected.keys))
    for (name, value) in expected {
      let found = (report.metrics[name] ?? nil) ?? -1
      #expect(abs(found - value) < 1e-12, "\(name): \(found), not \(value)")
    }
    #expect(report.stats == nil)
  }

  @Test func cocosRulesOnRequest() throws {
    let folder = try TemporaryFolder()
    let groundTruth = try folder.write(
      "truth.json",
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 100,
                   "neg_category_ids": [], "not_exhaustive_category_ids": [1]}],
       "categories": [{"id": 1, "name": "cat", "frequency": "f"}, {"id": 2, "name": "dog", "frequency": "r"}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100}]}
      """)
    // A higher-scoring cat where not every cat is labeled.
    let found = try folder.write(
      "found.json",
      """
      [{"image_id": 1, "category_id": 1, "bbox": [50, 50, 10, 10], "score": 0.9},
       {"image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10], "score": 0.8}]
      """)
    func ap(_ words: String...) throws -> Double? {
      let result = try BuiltProgram.run(
        ["evaluate", "--json", "--annotations", groundTruth, "--detections", found] + words)
      return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)).metrics["AP"]
        ?? nil
    }
    #expect(abs((try ap() ?? 0) - 1) < 1e-12)
    #expect(abs((try ap("--rules", "coco") ?? 0) - 0.5) < 1e-12)
    let refused = try BuiltProgram.run([
      "evaluate", "--annotations", groundTruth, "--detections", found, "--class-agnostic",
    ])
    #expect(refused.exitCode == 2 && refused.diagnostics.contains("--rules coco"))
  }

  @Test func keypointsAreNamed() throws {
    let folder = try TemporaryFolder()
    let groundTruth = try folder.write(
      "truth.json",
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 100}],
       "categories": [{"id": 1, "name": "person"}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100,
                        "num_keypoints": 1, "keypoints": [5, 5, 2]}]}
      """)
    let found = try folder.write(
      "found.json",
      "[{\"image_id\": 1, \"category_id\": 1, \"keypoints\": [5, 5, 1], \"score\": 0.9}]")
    let result = try BuiltProgram.run([
      "evaluate", "--annotations", groundTruth, "--detections", found,
    ])
    #expect(result.exitCode == 4)
    #expect(result.diagnostics.contains("has keypoints, which are not evaluated"))
    #expect(result.diagnostics.contains("; keypoints are not evaluated"))
  }
}
