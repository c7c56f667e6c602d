import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// The scoring settings of `evaluate`, from the option to the output of the built program.
@Suite struct EvaluateSettingsTests {
  private let folder: TemporaryFolder
  private let groundTruth: String
  private let found: String

  /// Two images. The cat is found at IoU 0.8, the dog is called a cat, and a bird is missed.
  init() throws {
    folder = try TemporaryFolder()
    groundTruth = try folder.write(
      "truth.json",
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 200, "height": 200},
                  {"id": 2, "file_name": "b.jpg", "width": 200, "height": 200}],
       "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}, {"id": 3, "name": "bird"}],
       "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10], "area": 100, "iscrowd": 0},
        {"id": 2, "image_id": 2, "category_id": 2, "bbox": [0, 0, 50, 50], "area": 2500, "iscrowd": 0},
        {"id": 3, "image_id": 2, "category_id": 3, "bbox": [100, 100, 50, 50], "area": 2500, "iscrowd": 0}]}
      """)
    found = try folder.write(
      "found.json",
      """
      [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 8, 10], "score": 0.9},
       {"image_id": 2, "category_id": 1, "bbox": [0, 0, 50, 50], "score": 0.6}]
      """)
  }

  private func evaluate(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(
      ["evaluate", "--annotations", groundTruth, "--detections", found] + words)
  }

  private struct Report: Decodable {
    struct Class: Decodable {
      let name: String
      let AP: Double?
      let APsmall: Double?
      let AR1: Double?
    }
    struct Rates: Decodable {
      let precision: Double
      let recall: Double
      let F1: Double
      let true_positives: Int?
      let false_positives: Int?
    }
    struct Counts: Decodable {
      let confidence: Double
      let iou: Double
      let micro: Rates
      let macro: Rates
    }
    let metrics: [String: Double?]
    let stats: [Double]?
    let classes: [Class]
    let counts: Counts?
  }

  private func report(_ words: String...) throws -> Report {
    try report(["--annotations", groundTruth, "--detections", found] + words)
  }

  private func report(_ words: [String]) throws -> Report {
    let result = try BuiltProgram.run(["evaluate", "--json"] + words)
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
  }

  private func near(_ value: Double??, _ expected: Double) -> Bool {
    value.flatMap { $0 }.map { abs($0 - expected) < 1e-12 } ?? false
  }

  @Test func thresholdsAsListAndRange() throws {
    let list = try report("--iou-thresholds", "0.5,0.85")
    // The cat's IoU is 0.8; dog and bird are missed: a mean over three classes.
    #expect(near(list.metrics["AP50"], 1.0 / 3) && near(list.metrics["AP85"], 0))
    #expect(near(list.metrics["AP"], 1.0 / 6) && near(list.metrics["AR@50"], 1.0 / 3))
    #expect(list.stats == nil && list.metrics["AP75"] == nil)
    let range = try report("--iou-thresholds", "0.5:0.95:0.05")
    #expect(range.stats?.count == 12 && near(range.metrics["AP"], 0.7 / 3))
    #expect(
      try evaluate("--iou-thresholds", "0.5:0.9:0.2", "--metrics", "voc").output
        .contains("AP 2010@70"))
    #expect(try evaluate("--iou-thresholds", "0.5,0.9").output.contains("AR@90"))
  }

  @Test func recallPointsLimitsAndAreas() throws {
    let every = try report("--recall-points", "all", "--class-agnostic")
    // One of three objects is found at IoU 0.8 and one at 1, with no false positive before: the
    // area is 2/3 at seven thresholds and, with the cat's box first and wrong, 1/6 at three.
    #expect(near(every.metrics["AP"], (7 * 2.0 / 3 + 3 * 1.0 / 6) / 10))
    let eleven = try report("--recall-points", "11", "--class-agnostic", "--iou-thresholds", "0.5")
    // Recalls 0 to 0.6 of eleven are reached.
    #expect(near(eleven.metrics["AP"], 7.0 / 11))
    let limits = try report("--max-dets", "5,1")
    #expect(limits.metrics.keys.contains("AR5") && limits.metrics["AR100"] == nil)
    #expect(limits.stats == nil)
    let areas = try report("--areas", "tiny:0-200,big:200-")
    #expect(near(areas.metrics["APtiny"], 0.7) && near(areas.metrics["ARbig"], 0))
    #expect(areas.metrics["APsmall"] == nil)
  }

  @Test func inclusivePixels() throws {
    // 9 x 11 of 11 x 11: IoU 0.818, still below 0.85; without the option 0.8.
    let wider = try report("--inclusive-pixels", "--iou-thresholds", "0.81", "--classes", "cat")
    #expect(near(wider.metrics["AP"], 1))
    let plain = try report("--iou-thresholds", "0.81", "--classes", "cat")
    #expect(near(plain.metrics["AP"], 0))
    // VOC's own files end at their last pixel: nothing changes for them.
    let voc = try folder.write(
      "voc/Annotations/a.xml",
      """
      <annotation><filename>a.jpg</filename><size><width>200</width><height>200</height></size>
      <object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>10</xmax><ymax>10</ymax>
      </bndbox></object></annotation>
      """)
    let root = String(voc.dropLast("/Annotations/a.xml".count))
    try folder.write("voc/ImageSets/Main/val.txt", "a\n")
    let rows = try folder.write("comp4_det_val_cat.txt", "a 0.9 1 1 8 10\n")
    for words in [[], ["--inclusive-pixels"]] {
      let result = try BuiltProgram.run(
        [
          "evaluate", "--json", "--annotations", root, "--detections", rows, "--iou-thresholds",
          "0.8,0.81",
        ] + words)
      try #require([0, 3].contains(result.exitCode), "\(result.diagnostics)")
      let report = try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
      #expect(near(report.metrics["AP80"], 1) && near(report.metrics["AP81"], 0))
    }
  }

  @Test func classes() throws {
    #expect(try report("--classes", "cat,bird").classes.map(\.name) == ["cat", "bird"])
    #expect(try report("--ignore-classes", "dog,2").classes.map(\.name) == ["cat"])
    let agnostic = try report("--class-agnostic")
    #expect(agnostic.classes.count == 1 && near(agnostic.metrics["AR100"], (0.7 + 1) / 3))
    let unknown = try evaluate("--classes", "catt")
    #expect(unknown.exitCode == 2 && unknown.diagnostics.contains("did you mean cat?"))
    #expect(try evaluate("--ignore-classes", "cat,dog,bird").exitCode == 2)
  }

  @Test func countsAtOneConfidence() throws {
    let low = try report("--also", "counts").counts
    // One of two detections is right, one of three objects is found; only the cat has any.
    #expect(low?.confidence == 0.25 && low?.iou == 0.5)
    #expect(low?.micro.precision == 0.5 && near(low?.micro.recall, 1.0 / 3))
    #expect(near(low?.micro.F1, 0.4) && low?.micro.false_positives == 1)
    #expect(near(low?.macro.recall, 1.0 / 3) && near(low?.macro.precision, 0.5 / 3))
    let high = try report("--also", "counts", "--at-conf", "0.7", "--at-iou", "0.9").counts
    #expect(high?.micro.true_positives == 0 && high?.micro.false_positives == 1)
    let classes = try report().classes
    #expect(near(classes[0].APsmall, 0.7) && near(classes[0].AR1, 0.7))
  }

  /// The numbers of the library example of the article Evaluation (LibraryExampleTests), whose
  /// settings are these options.
  @Test func optionsOfTheLibraryExample() throws {
    let groundTruth = try folder.write(
      "example.json",
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 300, "height": 200}],
       "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
       "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 100, 100], "area": 10000},
        {"id": 2, "image_id": 1, "category_id": 2, "bbox": [200, 0, 20, 20], "area": 400}]}
      """)
    let found = try folder.write(
      "example-found.json",
      """
      [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 80, 100], "score": 0.9},
       {"image_id": 1, "category_id": 1, "bbox": [200, 0, 20, 20], "score": 0.6}]
      """)
    let words = ["--annotations", groundTruth, "--detections", found]
    let settings = try report(
      words + [
        "--iou-thresholds", "0.5,0.75,0.9", "--recall-points", "all", "--areas", "tiny:0-500",
        "--max-dets", "1,10", "--also", "counts", "--at-conf", "0.7",
      ])
    #expect(near(settings.metrics["AP"], 1.0 / 3) && near(settings.metrics["AP50"], 0.5))
    #expect(near(settings.metrics["AP90"], 0) && near(settings.metrics["APtiny"], 0))
    #expect(near(settings.metrics["AR10"], 1.0 / 3))
    #expect(near(settings.counts?.micro.F1, 2.0 / 3) && settings.counts?.macro.recall == 0.5)
    #expect(near(try report(words + ["--class-agnostic"]).metrics["AR100"], 0.85))
  }

  @Test func theConfusionMatrixIsAMatrix() throws {
    let csv = folder.path + "/metrics.csv"
    let result = try evaluate("--also", "confusion", "--csv", csv)
    #expect(result.output.contains("actual \\ predicted"))
    func lines() throws -> [Substring] {
      try String(contentsOfFile: folder.path + "/confusion_matrix.csv", encoding: .utf8)
        .split(whereSeparator: \.isNewline)
    }
    #expect(
      try lines() == [
        "actual,cat,dog,bird,background", "cat,1,0,0,0", "dog,1,0,0,0", "bird,0,0,0,1",
        "background,0,0,0,0",
      ])
    let strict = try evaluate("--also", "confusion", "--csv", csv, "--at-iou", "0.9")
    #expect(strict.exitCode == 0)
    #expect(try lines()[1] == "cat,0,0,0,1" && lines()[4] == "background,1,0,0,0")
  }

  @Test func openImagesAndItsHierarchy() throws {
    let hierarchy = try folder.write(
      "hierarchy.json",
      """
      {"LabelName": "Entity", "Subcategory": [
        {"Subcategory": [{"LabelName": "cat"}], "LabelName": "dog"}, {"LabelName": "bird"}]}
      """)
    struct Extra: Decodable {
      struct Metric: Decodable { let mAP: Double }
      struct Class: Decodable { let ground_truth: Int }
      let openimages: Metric
      let classes: [Class]
    }
    func extra(_ words: String...) throws -> Extra {
      let result = try BuiltProgram.run(
        [
          "evaluate", "--json", "--annotations", groundTruth, "--detections", found, "--also",
          "openimages",
        ] + words)
      try #require(result.exitCode == 0, "\(result.diagnostics)")
      return try JSONDecoder().decode(Extra.self, from: Data(result.output.utf8))
    }
    // The cat's AP is 1, those of dog and bird are 0.
    #expect(near(try extra().openimages.mAP, 1.0 / 3))
    let wide = try extra("--hierarchy", hierarchy)
    // Each cat is a dog, too: two dogs, and both detections are right as dogs.
    #expect(wide.classes.map(\.ground_truth) == [1, 2, 1])
    #expect(near(wide.openimages.mAP, 2.0 / 3))
    let other = try folder.write("other.json", "{\"LabelName\": \"cat\"}")
    let refused = try evaluate("--hierarchy", other)
    #expect(refused.exitCode == 4 && refused.diagnostics.contains("below another one"))
    #expect(try evaluate("--hierarchy", groundTruth).exitCode == 4)
  }

  @Test func twoNetworksAreCompared() throws {
    let root = folder.path + "/data"
    try Fixtures.writeImage(
      to: root + "/images/val/a.png", box: Box(x1: 10, y1: 10, x2: 50, y2: 40), seed: 1)
    try folder.write("data/labels/val/a.txt", "0 0.4 0.4 0.5 0.5\n")
    try folder.write("data/data.yaml", "val: images/val\nnames: [cat]\n")
    let words = ["evaluate", "--data", root, "--imgsz", "32", "--weights", "builtin"]
    struct Run: Decodable {
      let weights: String
      let metrics: [String: Double?]
    }
    struct Runs: Decodable { let runs: [Run] }
    let result = try BuiltProgram.run(words + ["--against", "builtin", "--json"])
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    let runs = try JSONDecoder().decode(Runs.self, from: Data(result.output.utf8)).runs
    #expect(runs.map(\.weights) == ["builtin", "builtin"])
    #expect(runs[0].metrics == runs[1].metrics && runs[0].metrics["AP"] != nil)
    // Random weights have other classes.
    let refused = try BuiltProgram.run(words + ["--against", "none"])
    #expect(refused.exitCode == 2 && refused.diagnostics.contains("need the same classes"))
  }

  @Test(arguments: [
    ["--iou-thresholds", "0.5:0.9:0.15"], ["--iou-thresholds", "0,0.5"],
    ["--iou-thresholds", "0.1:0.9:0.01"], ["--recall-points", "1"], ["--recall-points", "0.5,2"],
    ["--max-dets", "0"], ["--areas", "small:10-5"], ["--areas", "a:0-5,a:5-9"],
    ["--areas", "1:0-5"],
  ])
  func badValuesAreUsageErrors(words: [String]) throws {
    let result = try BuiltProgram.run(
      ["evaluate", "--annotations", groundTruth, "--detections", found] + words)
    #expect(result.exitCode == 2 && result.diagnostics.contains(words[0] + " takes"))
  }
}
