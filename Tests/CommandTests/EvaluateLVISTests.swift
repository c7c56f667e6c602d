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
    // Datasets of other formats and networks, too.
    try folder.write("pose/data.yaml", "val: images/val\nnames: [person]\nkpt_shape: [1, 2]\n")
    try folder.write("pose/labels/val/a.txt", "0 0.4 0.4 0.5 0.5 0.3 0.3\n")
    try Fixtures.writeImage(
      to: folder.path + "/pose/images/val/a.png", box: Box(x1: 10, y1: 10, x2: 50, y2: 40), seed: 1)
    try folder.write("found/a.txt", "0 0.4 0.4 0.5 0.5 0.9\n")
    for words in [
      ["--annotations", folder.path + "/pose", "--detections", folder.path + "/found"],
      ["--data", folder.path + "/pose", "--imgsz", "32"],
    ] {
      let result = try BuiltProgram.run(["evaluate"] + words)
      #expect(result.exitCode == 0, "\(result.diagnostics)")
      #expect(result.diagnostics.contains("/pose has keypoints, which are not evaluated"))
    }
  }

  /// A network's detections of `--data` are scored as those of a file are. Its confident cat of the
  /// first image is wrong, and not every cat of that image is labeled.
  @Test func networksAreScoredByTheSameRules() throws {
    let folder = try TemporaryFolder()
    let sample = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Samples/cat.jpg").standardized.path
    try FileManager.default.createDirectory(
      atPath: folder.path + "/val2017", withIntermediateDirectories: true)
    for number in 1...2 {
      try FileManager.default.copyItem(
        atPath: sample, toPath: folder.path + "/val2017/\(number).jpg")
    }
    // LVIS's images have an address instead of a file name.
    let groundTruth = try folder.write(
      "annotations/lvis_v1_val.json",
      """
      {"images": [
        {"id": 1, "coco_url": "http://images.cocodataset.org/val2017/1.jpg", "width": 451, "height": 300,
         "neg_category_ids": [3], "not_exhaustive_category_ids": [1, 8]},
        {"id": 2, "coco_url": "http://images.cocodataset.org/val2017/2.jpg", "width": 451, "height": 300,
         "neg_category_ids": [], "not_exhaustive_category_ids": []}],
       "categories": [{"id": 3, "name": "dog", "frequency": "r"}, {"id": 1, "name": "cat", "frequency": "f"},
                      {"id": 8, "name": "aardvark", "frequency": "c"}],
       "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [400, 270, 5, 5], "area": 25},
        {"id": 2, "image_id": 2, "category_id": 1, "bbox": [0, 0, 451, 300], "area": 100000}]}
      """)
    func metrics(_ words: [String]) throws -> [String: Double?] {
      let result = try BuiltProgram.run(["evaluate", "--json", "--iou-thresholds", "0.3"] + words)
      try #require(result.exitCode == 0, "\(result.diagnostics)")
      #expect(
        result.diagnostics.contains("LVIS's labels per image") == !words.contains("--rules"))
      return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8)).metrics
    }
    let data = ["--data", groundTruth, "--imgsz", "96"]
    let network = try metrics(data)
    let lines = try BuiltProgram.run([
      "detect", "--json", "--no-save", "--multi-label", "--conf", "0.001", "--imgsz", "96",
      folder.path + "/val2017",
    ])
    let found = try folder.write("lines.jsonl", lines.output)
    let files = ["--annotations", groundTruth, "--detections", found, "--allow-mismatches"]
    #expect(try network == metrics(files))
    let cocos = try metrics(data + ["--rules", "coco"])
    #expect(try cocos == metrics(files + ["--rules", "coco"]))
    // One of two cats is found, at best without a false one before it.
    let (lvis, coco) = (network["AP"] ?? nil, cocos["AP"] ?? nil)
    #expect(abs((lvis ?? 0) - 51.0 / 101) < 1e-12 && (network["APf"] ?? nil) == lvis)
    #expect((coco ?? 1) < 0.4)
    #expect(network.keys.contains("AR300") && !cocos.keys.contains("AR300"))
  }
}
