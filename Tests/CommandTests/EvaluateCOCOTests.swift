import Foundation
import Glimpse
import Testing

/// `evaluate --data` on COCO's annotation files, held against the two steps that it stands for.
@Suite struct EvaluateCOCOTests {
  private struct COCOFile: Codable {
    struct Image: Codable {
      var id: Int
      var file_name: String
      var width: Int
      var height: Int
    }
    struct Category: Codable {
      var id: Int
      var name: String
    }
    struct Object: Codable {
      var id: Int
      var image_id: Int
      var category_id: Int
      var bbox: [Double]
      var area: Double
      var iscrowd: Int
    }

    var images: [Image]
    var categories: [Category]
    var annotations: [Object]
  }

  private struct Score: Decodable {
    struct Entry: Decodable, Equatable {
      let name: String
      let ground_truth: Int
      let AP: Double?
      let AP50: Double?
      let AP75: Double?
      let AR100: Double?
    }

    let images: Int
    let ground_truth: Int
    let stats: [Double]
    let classes: [Entry]
  }

  /// Files against files use readers and joins of their own, and are tested against pycocotools; so
  /// they are the reference here.
  @Test(.enabled(if: Fixtures.hasShared("coco_mini"), "coco_mini is not beside the package"))
  func dataGivesTheNumbersOfDetectThenScore() throws {
    let folder = try TemporaryFolder()
    let source = Fixtures.shared.appendingPathComponent("coco_mini")
    let images = folder.path + "/val2017"
    try FileManager.default.copyItem(
      atPath: source.appendingPathComponent("val2017").path, toPath: images)

    // The weights' classes, with ids that have gaps; the objects that COCO names alike.
    let names = try DefaultWeights.load().description.classNames
    let annotations = "annotations/instances_val2017.json"
    let original = try JSONDecoder().decode(
      COCOFile.self, from: Data(contentsOf: source.appendingPathComponent(annotations)))
    var copy = original
    copy.categories = names.enumerated().map { .init(id: 5 + 3 * $0.offset, name: $0.element) }
    let nameOf = Dictionary(uniqueKeysWithValues: original.categories.map { ($0.id, $0.name) })
    copy.annotations = original.annotations.compactMap { object in
      guard let name = nameOf[object.category_id], let place = names.firstIndex(of: name) else {
        return nil
      }
      var object = object
      object.category_id = 5 + 3 * place
      return object
    }
    // Without a crowd among the ground-truth objects the comparison would say less.
    #expect(copy.annotations.contains { $0.iscrowd == 1 })
    let groundTruth = try folder.write(
      annotations, String(decoding: JSONEncoder().encode(copy), as: UTF8.self))

    // COCO wants every class of a place, which detect gives where it is asked to.
    let rules = ["--conf", "0.001", "--iou", "0.6", "--max-det", "200", "--threads", "2"]
    let found = try BuiltProgram.run(
      ["detect", images, "--json", "--no-save", "--multi-label"] + rules)
    #expect(found.exitCode == 0, "\(found.diagnostics)")
    let lines = try folder.write("found.jsonl", found.output)
    let scored = try BuiltProgram.run([
      "evaluate", "--truth", groundTruth, "--detections", lines, "--json",
    ])
    #expect(scored.exitCode == 0, "\(scored.diagnostics)")
    let expected = try JSONDecoder().decode(Score.self, from: Data(scored.output.utf8))

    for path in [folder.path, groundTruth] {
      let result = try BuiltProgram.run(
        ["evaluate", "--data", path, "--split", "val", "--json"] + rules)
      #expect(result.exitCode == 0, "\(result.diagnostics)")
      let score = try JSONDecoder().decode(Score.self, from: Data(result.output.utf8))
      #expect(score.images == 79 && score.ground_truth == expected.ground_truth)
      // Files have boxes in hundredths of a pixel, so that an IoU may fall on the other side of a
      // threshold.
      for (value, other) in zip(score.stats, expected.stats) { #expect(abs(value - other) < 1e-3) }
      #expect(score.classes.map(\.name) == expected.classes.map(\.name))
      for (value, other) in zip(score.classes, expected.classes) {
        #expect(value.ground_truth == other.ground_truth && (value.AP == nil) == (other.AP == nil))
        #expect(abs((value.AP ?? 0) - (other.AP ?? 0)) < 5e-3)
      }
    }
    #expect(expected.stats.count == 12 && expected.stats.allSatisfy { $0 > 0 })

    // A ground-truth object in a folder is the file in it.
    let again = try BuiltProgram.run([
      "evaluate", "--truth", folder.path, "--detections", lines, "--json",
    ])
    let same = try JSONDecoder().decode(Score.self, from: Data(again.output.utf8))
    #expect(same.stats == expected.stats && same.classes == expected.classes)
  }

  @Test func trainingReadsAFolder() throws {
    let folder = try TemporaryFolder()
    for (split, count) in [("train", 4), ("valid", 2)] {
      var file = COCOFile(images: [], categories: [.init(id: 9, name: "cat")], annotations: [])
      for number in 1...count {
        let box = Box(x1: 10, y1: 10, x2: 50, y2: 40)
        let name = "p\(number).png"
        try Fixtures.writeImage(
          to: "\(folder.path)/\(split)/\(name)", box: box, seed: UInt64(number))
        file.images.append(.init(id: number, file_name: name, width: 80, height: 60))
        file.annotations.append(
          .init(
            id: number, image_id: number, category_id: 9, bbox: [10, 10, 40, 30], area: 1200,
            iscrowd: 0))
      }
      try folder.write(
        "\(split)/_annotations.coco.json",
        String(decoding: JSONEncoder().encode(file), as: UTF8.self))
    }
    let run = folder.path + "/runs/one"
    let trained = try BuiltProgram.run([
      "train", "--data", folder.path, "--model", "compact", "--imgsz", "64", "--epochs", "1",
      "--batch", "2", "--output", folder.path + "/runs", "--name", "one", "--threads", "2",
    ])
    #expect(trained.exitCode == 0, "\(trained.diagnostics)")
    let result = try BuiltProgram.run([
      "evaluate", "--data", folder.path, "--weights", run + "/weights/last.safetensors", "--json",
    ])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let score = try JSONDecoder().decode(Score.self, from: Data(result.output.utf8))
    #expect(score.images == 2 && score.ground_truth == 2 && score.classes.map(\.name) == ["cat"])
  }

  @Test func aFileOfAnotherSplitIsToldInOneSentence() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("annotations/instances_train.json", "{}")
    let result = try BuiltProgram.run(["evaluate", "--data", path])
    #expect(result.exitCode == 4 && result.output == "")
    #expect(
      result.diagnostics == "error: \(path): there is no split \"val\"; there is \"train\".\n")
    let broken = try BuiltProgram.run(["evaluate", "--data", path, "--split", "train"])
    #expect(broken.exitCode == 4 && broken.diagnostics.contains("has no list \"images\""))
  }
}
