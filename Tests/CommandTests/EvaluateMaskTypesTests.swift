import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// `--iou-type` of several kinds and boundary IoU, against faster-coco-eval 1.8.0 (make_boundary.py
/// beside its output in Golden).
@Suite struct EvaluateMaskTypesTests {
  private struct Report: Decodable {
    let iou_type: String?
    let metrics: [String: Double?]
  }

  private struct Reports: Decodable {
    let runs: [Report]
  }

  private static func cases() -> [[String: Any]] {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/boundary.json")
    let data = (try? Data(contentsOf: path)) ?? Data()
    return (try? JSONSerialization.jsonObject(with: data)) as? [[String: Any]] ?? []
  }

  private func evaluate(
    _ item: [String: Any], _ folder: TemporaryFolder, _ words: [String]
  ) throws -> BuiltProgram.Result {
    func write(_ key: String) throws -> String {
      let data = try JSONSerialization.data(withJSONObject: try #require(item[key]))
      return try folder.write("\(key).json", String(decoding: data, as: UTF8.self))
    }
    return try BuiltProgram.run(
      ["evaluate", "--annotations", write("groundTruth"), "--detections", write("found")] + words)
  }

  @Test(arguments: 0..<3)
  func boundariesAndMasksInOneRun(number: Int) throws {
    let item = Self.cases()[number]
    let result = try evaluate(
      item, TemporaryFolder(), ["--iou-type", "boundary,segm", "--json"])
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    let runs = try JSONDecoder().decode(Reports.self, from: Data(result.output.utf8)).runs
    #expect(runs.map(\.iou_type) == ["segm", "boundary"])
    let expected = try #require(item["numbers"] as? [String: [String: Double]])
    for run in runs {
      let values = try #require(expected[run.iou_type ?? ""])
      #expect(Set(values.keys) == Set(run.metrics.keys))
      for (name, value) in values {
        let found = (run.metrics[name] ?? nil) ?? -1
        #expect(abs(found - value) < 1e-12, "\(name): \(found), not \(value)")
      }
    }
    // The boundary is the harder test.
    let masks = try #require(runs[0].metrics["AP"] ?? nil)
    let boundaries = try #require(runs[1].metrics["AP"] ?? nil)
    #expect(boundaries < masks)
  }

  /// Each type gives what it gives alone.
  @Test func boxesAndMasks() throws {
    let folder = try TemporaryFolder()
    let item = Self.cases()[0]
    let both = try JSONDecoder().decode(
      Reports.self,
      from: Data(evaluate(item, folder, ["--iou-type", "bbox,segm", "--json"]).output.utf8)
    ).runs
    for (run, type) in zip(both, ["bbox", "segm"]) {
      let alone = try JSONDecoder().decode(
        Report.self,
        from: Data(evaluate(item, folder, ["--iou-type", type, "--json"]).output.utf8))
      #expect(alone.iou_type == nil && alone.metrics == run.metrics)
    }
    #expect(both[0].metrics != both[1].metrics)
    let text = try evaluate(item, folder, ["--iou-type", "bbox,segm"]).output
    #expect(text.contains("(1) ") && text.contains("found.json (segm)"))
  }

  @Test func extendedResultsAreWritten() throws {
    let folder = try TemporaryFolder()
    let item = Self.cases()[0]
    let (npz, json) = (folder.path + "/all.npz", folder.path + "/all.json")
    #expect(try evaluate(item, folder, ["--extended", npz]).exitCode == 0)
    let archive = try Data(contentsOf: URL(fileURLWithPath: npz))
    #expect(
      archive.starts(with: Data("PK".utf8)) && archive.range(of: Data("recall.npy".utf8)) != nil)
    #expect(try evaluate(item, folder, ["--extended", json]).exitCode == 0)
    let object = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: json)))
    let precision = (object as? [String: Any])?["precision"] as? [String: Any]
    #expect(precision?["shape"] as? [Int] == [10, 101, 2, 4, 3])
    let other = try evaluate(item, folder, ["--extended", folder.path + "/all.txt"])
    #expect(other.exitCode == 2 && other.diagnostics.contains(".npz or .json"))
    let two = try evaluate(item, folder, ["--extended", npz, "--iou-type", "bbox,segm"])
    #expect(two.exitCode == 2)
  }
}
