import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// `evaluate --groundTruth --detections` of the built program.
@Suite struct EvaluateFilesTests {
  private struct Score: Decodable {
    let images: Int
    let metrics: [String: Double?]
    let stats: [Double]
  }

  private struct Scores: Decodable {
    let runs: [Score]
  }

  private static let fixtures = Fixtures.shared.appendingPathComponent("coco-fixtures")
  private static let val2014 = fixtures.appendingPathComponent("val2014_100").path
  private static let groundTruth = val2014 + "/instances_val2014_100.json"
  private static let found = val2014 + "/instances_val2014_fakebbox100_results.json"

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func evaluate(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(["evaluate"] + words)
  }

  private func score(_ words: String...) throws -> Score {
    let result = try BuiltProgram.run(["evaluate", "--json"] + words)
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    return try JSONDecoder().decode(Score.self, from: Data(result.output.utf8))
  }

  /// Two images, two classes; the first ground truth is found, the second missed.
  private func writeSmall() throws -> (groundTruth: String, found: String) {
    (
      try folder.write(
        "truth.json",
        """
        {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 100},
                    {"id": 2, "file_name": "b.jpg", "width": 100, "height": 100}],
         "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
         "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100,
                          "iscrowd": 0},
                         {"id": 2, "image_id": 2, "category_id": 2, "bbox": [0, 0, 10, 10], "area": 100,
                          "iscrowd": 0}]}
        """),
      try folder.write(
        "found.json",
        "[{\"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 10, 10], \"score\": 0.9}]")
    )
  }

  /// expected.json was made with pycocotools 2.0.11 by the script beside it.
  @Test(.enabled(if: Fixtures.hasShared("coco-fixtures"), "the COCO fixtures are not there"))
  func theTwelveNumbersAreCOCOs() throws {
    struct Expected: Decodable {
      struct Box: Decodable { let stats: [String: Double] }
      let bbox: Box
    }
    let expected = try JSONDecoder().decode(
      Expected.self,
      from: Data(contentsOf: Self.fixtures.appendingPathComponent("expected.json"))
    ).bbox.stats
    let score = try score("--truth", Self.groundTruth, "--detections", Self.found)
    #expect(score.images == 100)
    let names = [
      "AP", "AP50", "AP75", "APsmall", "APmedium", "APlarge", "AR1", "AR10", "AR100", "ARsmall",
      "ARmedium", "ARlarge",
    ]
    #expect(score.stats == names.compactMap { expected[$0] })
    #expect(names.map { score.metrics[$0] ?? nil } == names.map { expected[$0] })
  }

  /// Threads and shards: whole lines of output are compared, so that every bit counts.
  @Test(.enabled(if: Fixtures.hasShared("coco-fixtures"), "the COCO fixtures are not there"))
  func threadsAndShardsGiveTheSameBits() throws {
    let whole = try score("--truth", Self.groundTruth, "--detections", Self.found, "--threads", "1")
    for threads in ["2", "4"] {
      let other = try score(
        "--truth", Self.groundTruth, "--detections", Self.found, "--threads", threads)
      #expect(other.stats == whole.stats)
    }
    struct Row: Codable {
      let image_id: Int
      let category_id: Int
      let bbox: [Double]
      let score: Double
    }
    let rows = try JSONDecoder().decode(
      [Row].self, from: Data(contentsOf: URL(fileURLWithPath: Self.found)))
    let shards = try (0..<4).map { shard in
      let part = rows.filter { $0.image_id % 4 == shard }
      #expect(!part.isEmpty)
      let text = String(decoding: try JSONEncoder().encode(part), as: UTF8.self)
      return try folder.write("shard\(shard).json", text)
    }
    for order in [shards, shards.reversed()] {
      let merged = try score(
        "--truth", Self.groundTruth, "--detections", order.joined(separator: ","), "--merge")
      #expect(merged.stats == whole.stats)
    }
  }

  @Test func severalRunsStandSideBySide() throws {
    let (groundTruth, found) = try writeSmall()
    let nothing = try folder.write("nothing.json", "[]")
    let result = try evaluate(
      "--truth", groundTruth, "--detections", found, "--detections", nothing, "--json")
    let runs = try JSONDecoder().decode(Scores.self, from: Data(result.output.utf8)).runs
    // The cat is found, the dog is not: AP50 is the mean of 1 and 0.
    #expect(abs(runs[0].stats[1] - 0.5) < 1e-15 && runs[1].stats[1] == 0)
    #expect(runs.map(\.images) == [2, 2])
    let table = try evaluate("--truth", groundTruth, "--detections", "\(found),\(nothing)").output
    let lines = table.split(separator: "\n")
    #expect(lines[0].split(separator: " ") == ["(1)", "(2)"])
    #expect(lines[2].split(separator: " ") == ["AP50", "0.500", "0.000"])
    #expect(lines[13] == "(1) \(found)" && lines[14] == "(2) \(nothing)")
  }

  @Test func peopleGetTwoTables() throws {
    let (groundTruth, found) = try writeSmall()
    let lines = try evaluate("--truth", groundTruth, "--detections", found).output
      .split(separator: "\n", omittingEmptySubsequences: false)
    #expect(
      lines[0].hasPrefix("class ") && lines[1].hasPrefix("cat ") && lines[3].hasPrefix("all "))
    #expect(lines[6].split(separator: " ") == ["AP", "0.500"])
    // No object is larger than 32²: there is nothing to measure on.
    #expect(lines[10].split(separator: " ") == ["APmedium", "-"])
  }

  /// One cat found, one dog missed, and a dog found on the cat's image where nothing is.
  @Test func otherMetricsAreAddedWhenAskedFor() throws {
    struct Extras: Decodable {
      struct Pascal: Decodable {
        let AP2007: Double
        let AP2010: Double
      }
      struct Best: Decodable {
        let name: String
        let F1: Double?
        let confidence: Double?
        let true_positives: Int?
      }
      struct Confusion: Decodable {
        let classes: [String]
        let confusion: [[Int]]
      }
      let voc: Pascal
      let f1: [Best]
      let confusion: Confusion
    }
    let (groundTruth, _) = try writeSmall()
    let found = try folder.write(
      "more.json",
      """
      [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10], "score": 0.9},
       {"image_id": 1, "category_id": 2, "bbox": [50, 0, 10, 10], "score": 0.5}]
      """)
    let result = try evaluate(
      "--truth", groundTruth, "--detections", found, "--also", "voc,f1", "--also", "confusion",
      "--json")
    let extras = try JSONDecoder().decode(Extras.self, from: Data(result.output.utf8))
    // The cat's AP is 1, the dog's 0.
    #expect(abs(extras.voc.AP2007 - 0.5) < 1e-12 && extras.voc.AP2010 == 0.5)
    #expect(extras.f1.map(\.name) == ["cat", "dog"] && extras.f1.map(\.F1) == [1, nil])
    #expect(extras.f1[0].confidence == 0.9 && extras.f1[0].true_positives == 1)
    #expect(extras.confusion.classes == ["cat", "dog", "background"])
    // In JSON rows are predicted and columns actual classes.
    #expect(extras.confusion.confusion == [[1, 0, 0], [0, 0, 1], [0, 1, 0]])
    let tables = try evaluate(
      "--truth", groundTruth, "--detections", found, "--also", "confusion,f1,voc,f1"
    ).output
    let parts = tables.components(separatedBy: "\n\n")
    #expect(parts.count == 5)
    #expect(parts[2].hasPrefix("Pascal VOC ") && parts[3].hasPrefix("best F1 "))
    #expect(
      parts[4].hasPrefix("confusion matrix at confidence 0.25 and IoU 0.5\nactual \\ predicted "))
    #expect(parts[4].contains("dog") && parts[4].contains("background"))
    #expect(
      try evaluate("--truth", groundTruth, "--detections", found, "--also", "x").exitCode == 2)
  }

  @Test func theSheetHasARowAClass() throws {
    let (groundTruth, found) = try writeSmall()
    let sheet = folder.path + "/sheet.csv"
    let single = try evaluate("--truth", groundTruth, "--detections", found, "--csv", sheet)
    #expect(single.exitCode == 0)
    let rows = try String(contentsOfFile: sheet, encoding: .utf8).components(separatedBy: "\r\n")
    #expect(
      rows[0] == "run,class,ground_truth,detections,AP,AP50,AP75,APsmall,APmedium,APlarge,"
        + "AR1,AR10,AR100,ARsmall,ARmedium,ARlarge")
    let all = rows[1].split(separator: ",", omittingEmptySubsequences: false)
    #expect(all.prefix(4) == [Substring(found), "all", "2", "1"])
    // Nothing is of medium size; half of the small objects are found.
    #expect(all[8] == "" && all[13] == "0.5")
    #expect(rows[2].hasPrefix("\(found),cat,1,1,0.9999999999999998,"))
    #expect(rows[3].hasPrefix("\(found),dog,1,0,0.0,"))
    #expect(rows.count == 5 && rows[4].isEmpty)
    let nowhere = try evaluate(
      "--truth", groundTruth, "--detections", found, "--csv", folder.path + "/gone/sheet.csv")
    #expect(nowhere.exitCode != 0 && nowhere.output == "")
  }

  @Test func whatDoesNotBelongTogetherEndsWithAList() throws {
    let (groundTruth, _) = try writeSmall()
    let rows = (0..<9).map {
      "{\"image_id\": \(50 + $0), \"category_id\": 1, \"bbox\": [0, 0, 1, 1], \"score\": 1}"
    }
    let found = try folder.write(
      "found.json",
      "[" + rows.joined(separator: ",")
        + ", {\"image_id\": 1, \"category_id\": 3, \"bbox\": [0, 0, 1, 1], \"score\": 1}"
        + ", {\"image_id\": 1, \"category_id\": 1, \"bbox\": [0, 0, 10, 10], \"score\": 1}]")
    let result = try evaluate("--truth", groundTruth, "--detections", found, "--json")
    #expect(result.exitCode == 4)
    #expect(result.output == "")
    let lines = result.diagnostics.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("unknown image: ") }.count == 6)
    #expect(lines[0].contains("found.json, byte 1: image id 50 is not in "))
    #expect(lines[5] == "unknown image: and 4 more")
    #expect(lines[6].hasPrefix("unknown class: "))
    #expect(lines[7].hasPrefix("error: inconsistent ground truth or detections: 10 "))
    let allowed = try evaluate("--truth", groundTruth, "--detections", found, "--allow-mismatches")
    #expect(allowed.exitCode == 0)
    #expect(allowed.diagnostics.contains("warning: 10 entries do not match the ground truth"))
  }

  @Test func brokenFilesHaveTheirLine() throws {
    let (groundTruth, found) = try writeSmall()
    let cut = try folder.write("cut.json", "[\n{\"image_id\": 1, \"category")
    for (words, sentence, code) in [
      (
        ["--truth", groundTruth, "--detections", cut],
        "cut.json:2: the file ends inside a string (byte 27)", 4
      ),
      (["--truth", cut, "--detections", found], "cut.json:1: an object (with \"images\"", 4),
      (
        ["--truth", groundTruth, "--detections", folder.path + "/gone"],
        "no file or folder of this name", 1
      ),
      (
        ["--truth", folder.path + "/gone.json", "--detections", found],
        "no file or folder of this name", 1
      ),
    ] {
      let result = try BuiltProgram.run(["evaluate"] + words)
      #expect(Int(result.exitCode) == code && result.output == "")
      #expect(result.diagnostics.contains(sentence), "\(result.diagnostics)")
      #expect(result.diagnostics.split(separator: "\n").count == 1)
    }
  }

  @Test func optionsThatDoNotFitAreUsage() throws {
    for words in [
      ["--truth", "x"], ["--detections", "x"],
      ["--truth", "x", "--detections", "y", "--data", "z"],
    ] {
      let result = try BuiltProgram.run(["evaluate"] + words)
      #expect(result.exitCode == 2, "\(result.diagnostics)")
    }
  }
}
