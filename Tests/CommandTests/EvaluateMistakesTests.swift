import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Files that are odd or contradict each other: what `evaluate` computes, says and exits with.
@Suite struct EvaluateMistakesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private struct Score: Decodable {
    let stats: [Double]
  }

  /// Two images of 100 x 80 pixels, classes cat (1) and dog (2), an object of 20 x 20 pixels on each.
  private func truth(_ first: String = "", name: String = "truth.json") throws -> String {
    try folder.write(
      name,
      """
      {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80},
                  {"id": 2, "file_name": "b.jpg", "width": 100, "height": 80}],
       "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
       "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "area": 400, "iscrowd": 0,
         "segmentation": [[10, 10, 30, 10, 30, 30, 10, 30]]\(first)},
        {"id": 2, "image_id": 2, "category_id": 2, "bbox": [40, 40, 20, 20], "area": 400, "iscrowd": 0,
         "segmentation": [[40, 40, 60, 40, 60, 60, 40, 60]]}]}
      """)
  }

  /// Results with the same boxes.
  private func found(_ more: String = "", name: String = "found.json") throws -> String {
    try folder.write(
      name,
      """
      [{"image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "score": 0.9},
       {"image_id": 2, "category_id": 2, "bbox": [40, 40, 20, 20], "score": 0.8}\(more)]
      """)
  }

  private func evaluate(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(["evaluate"] + words)
  }

  /// AP at IoU 0.50, after a run with exit code 0.
  private func ap50(_ result: BuiltProgram.Result) throws -> Double {
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    return try JSONDecoder().decode(Score.self, from: Data(result.output.utf8)).stats[1]
  }

  private func lines(_ result: BuiltProgram.Result, _ word: String) -> Int {
    result.diagnostics.split(separator: "\n").count { $0.contains(word) }
  }

  @Test func optionsWithoutEffectAreRefused() throws {
    let (truth, found) = (try truth(), try found())
    for words in [
      ["--conf", "0.5"], ["--iou", "0.5"], ["--max-det", "10"], ["--imgsz", "320"],
      ["--batch", "2"], ["--precision", "f32"], ["--split", "val"], ["--multi-label"],
      ["--no-multi-label"],
    ] {
      let result = try BuiltProgram.run(
        ["evaluate", "--truth", truth, "--detections", found] + words)
      #expect(result.exitCode == 2 && result.output == "", "\(words)")
      #expect(result.diagnostics.contains(words[0]), "\(result.diagnostics)")
    }
    for words in [["--merge"], ["--allow-mismatches"], ["--images", "x"]] {
      let result = try BuiltProgram.run(["evaluate", "--data", folder.path] + words)
      #expect(result.exitCode == 2 && result.diagnostics.contains(words[0]))
    }
  }

  /// Two of two objects are found; the box outside and the one of no size are false positives of
  /// lower score, which do not change AP50. The negative one is left out.
  @Test func oddBoxesAreWarningsUnlessStrict() throws {
    let truth = try truth()
    let found = try found(
      """
      , {"image_id": 1, "category_id": 1, "bbox": [300, 10, 20, 20], "score": 0.1},
        {"image_id": 1, "category_id": 1, "bbox": [5, 5, 0, 20], "score": 0.1},
        {"image_id": 1, "category_id": 1, "bbox": [50, 50, -20, 20], "score": 0.1}
      """)
    let result = try evaluate("--truth", truth, "--detections", found, "--json")
    #expect(try ap50(result) > 0.999)
    #expect(lines(result, "warning: box outside the image: ") == 1)
    #expect(lines(result, "warning: invalid box: ") == 1)
    let strict = try evaluate("--truth", truth, "--detections", found, "--strict", "--json")
    #expect(strict.exitCode == 4 && strict.output == "")
    #expect(strict.diagnostics.contains("--strict refuses the 2 warnings"))
  }

  /// pycocotools counts a detection that matches id 0 as a false positive: the cat's AP is 0.
  @Test func idZeroAndSurplusDetectionsAreReportedOnce() throws {
    let zero = try truth(name: "zero.json")
    let text = try String(contentsOfFile: zero, encoding: .utf8)
    try folder.write(
      "zero.json", text.replacing("{\"id\": 1, \"image_id\"", with: "{\"id\": 0, \"image_id\""))
    let more = (0..<120).map {
      ", {\"image_id\": 1, \"category_id\": 1, \"bbox\": [\($0 % 50), 50, 9, 9], \"score\": 0.1}"
    }.joined()
    let result = try evaluate("--truth", zero, "--detections", try found(more), "--json")
    #expect(abs(try ap50(result) - 0.5) < 1e-12)
    #expect(lines(result, "annotation id 0") == 1)
    // 121 detections of cats on one image.
    #expect(lines(result, "21 detections beyond the 100") == 1)
  }

  /// The cat is not found; marked difficult, it does not count, and AP50 is the dog's 1 instead of
  /// the mean of 0 and 1.
  @Test(arguments: ["bbox", "segm"])
  func difficultObjectsAreIgnoredUnlessCounted(type: String) throws {
    let truth = try truth(", \"difficult\": 1")
    let found = try folder.write(
      "found.json",
      "[{\"image_id\": 2, \"category_id\": 2, \"bbox\": [40, 40, 20, 20], \"score\": 0.8}]")
    let words = ["--truth", truth, "--detections", found, "--iou-type", type, "--json"]
    let result = try BuiltProgram.run(["evaluate"] + words)
    #expect(try ap50(result) > 0.999)
    #expect(lines(result, "1 object marked difficult is ignored") == 1)
    let counted = try BuiltProgram.run(["evaluate"] + words + ["--count-difficult"])
    #expect(abs(try ap50(counted) - 0.5) < 1e-12 && lines(counted, "difficult") == 0)
  }

  /// The runs fill rows 10 to 29 of columns 10 to 29 of 80 rows: the box is [10, 10, 20, 20].
  @Test func masksAndBoxesStandInForEachOther() throws {
    var runs = [10 * 80 + 10]
    for _ in 0..<19 { runs += [20, 60] }
    runs += [20, 100 * 80 - 29 * 80 - 30]
    let masks = try folder.write(
      "masks.json",
      """
      [{"image_id": 1, "category_id": 1, "score": 0.9,
        "segmentation": {"size": [80, 100], "counts": \(runs)}},
       {"image_id": 2, "category_id": 2, "score": 0.8,
        "segmentation": [[40, 40, 60, 40, 60, 60, 40, 60]]}]
      """)
    let truth = try truth()
    #expect(try ap50(evaluate("--truth", truth, "--detections", masks, "--json")) > 0.999)
    let text = try String(contentsOfFile: truth, encoding: .utf8)
    let bare = try folder.write(
      "bare.json",
      text.replacing("\"bbox\": [10, 10, 20, 20], \"area\": 400,", with: "")
        .replacing("\"bbox\": [40, 40, 20, 20], \"area\": 400,", with: "\"bbox\": null,"))
    for type in ["bbox", "segm"] {
      let result = try evaluate(
        "--truth", bare, "--detections", masks, "--iou-type", type, "--json")
      #expect(try ap50(result) > 0.999)
      #expect(lines(result, "missing box") == (type == "bbox" ? 2 : 0))
    }
    // An object without a mask cannot be compared by masks.
    let boxes = try folder.write(
      "boxes.json",
      text.replacing(
        "\"segmentation\": [[10, 10, 30, 10, 30, 30, 10, 30]]", with: "\"segmentation\": []"))
    let refused = try evaluate("--truth", boxes, "--detections", masks, "--iou-type", "segm")
    #expect(refused.exitCode == 4 && lines(refused, "annotation 1 has no \"segmentation\"") == 1)
    let allowed = try evaluate(
      "--truth", boxes, "--detections", masks, "--iou-type", "segm", "--allow-mismatches", "--json")
    #expect(try ap50(allowed) > 0.999)
  }

  @Test func datasetsWithScoresAreDetections() throws {
    let truth = try truth(name: "truth.json")
    let text = try String(contentsOfFile: truth, encoding: .utf8)
    let scored = text.replacing("\"iscrowd\": 0,", with: "\"score\": 0.5,")
    let wrapped = try folder.write(
      "wrapped.json",
      scored.replacing(
        "[40, 40, 20, 20], \"area\": 400, \"score\": 0.5", with: "[40, 40, 20, 20], \"score\": 0.25"
      ))
    let result = try evaluate("--truth", truth, "--detections", wrapped, "--json")
    #expect(try ap50(result) > 0.999 && result.diagnostics == "")
    // The ground truth itself has no scores.
    let itself = try evaluate("--truth", truth, "--detections", truth, "--json")
    #expect(itself.exitCode == 4 && lines(itself, "no \"score\"") == 1)
    let other = try folder.write("other.json", scored.replacing("\"dog\"", with: "\"horse\""))
    let refused = try evaluate("--truth", truth, "--detections", other, "--json")
    #expect(refused.exitCode == 4 && lines(refused, "\"horse\" here, but \"dog\"") == 1)
  }

  @Test func imagesMayBeNamed() throws {
    let text = try String(contentsOfFile: found(), encoding: .utf8)
    let named = try folder.write(
      "named.json",
      text.replacing("\"image_id\": 1", with: "\"image_id\": \"a.jpg\"")
        .replacing("\"image_id\": 2", with: "\"image_id\": \"x/b.jpg\""))
    #expect(try ap50(evaluate("--truth", try truth(), "--detections", named, "--json")) > 0.999)
  }

  @Test(arguments: [
    ("0.9", "0.8", ""), ("90", "80", "2 of 2 scores lie outside of 0 to 1"),
    ("1", "1", "all 2 scores are 1.0"), ("-0.5", "0.5", "1 of 2 scores lie outside of 0 to 1"),
  ])
  func scoresThatAreProbablyNoneAreReported(first: String, second: String, word: String) throws {
    let text = try String(contentsOfFile: found(), encoding: .utf8)
    let path = try folder.write(
      "scores.json",
      text.replacing("\"score\": 0.9", with: "\"score\": \(first)")
        .replacing("\"score\": 0.8", with: "\"score\": \(second)"))
    let result = try evaluate("--truth", try truth(), "--detections", path, "--json")
    #expect(try ap50(result) > 0.999)
    #expect(word.isEmpty ? result.diagnostics.isEmpty : lines(result, word) == 1)
  }

  @Test(arguments: ["NaN", "\"high\"", "Infinity", "[0.9]"])
  func scoresThatAreNoNumbersAreRefused(score: String) throws {
    let text = try String(contentsOfFile: found(), encoding: .utf8)
    let path = try folder.write(
      "scores.json", text.replacing("\"score\": 0.9", with: "\"score\": \(score)"))
    let result = try evaluate("--truth", try truth(), "--detections", path, "--json")
    #expect(result.exitCode == 4 && result.output == "" && lines(result, "\"score\"") == 1)
  }

  /// In fractions of 100 x 80 pixels, and as corners instead of sizes.
  @Test func otherConventionsOfBoxesAreReported() throws {
    for (boxes, word) in [
      (["[0.1, 0.125, 0.2, 0.25]", "[0.4, 0.5, 0.2, 0.25]"], "fractions of the image"),
      (["[60, 50, 80, 70]", "[40, 40, 60, 60]"], "two corners (x1, y1, x2, y2)"),
    ] {
      let text = try String(contentsOfFile: found(), encoding: .utf8)
      let path = try folder.write(
        "boxes.json",
        text.replacing("[10, 10, 20, 20]", with: boxes[0])
          .replacing("[40, 40, 20, 20]", with: boxes[1]))
      let result = try evaluate("--truth", try truth(), "--detections", path, "--json")
      #expect(result.exitCode == 0 && lines(result, word) == 1, "\(result.diagnostics)")
    }
  }

  /// The files of the VOC development kit: pixels count from 1, both ends included.
  @Test func filesOfTheVOCKitAreRead() throws {
    let truth = try truth()
    let cats = try folder.write("voc/comp4_det_val_cat.txt", "a 0.9 11 11 30 30\n")
    try folder.write("voc/comp4_det_val_dog.txt", "b 0.8 41 41 60 60\n")
    #expect(
      try ap50(evaluate("--truth", truth, "--detections", folder.path + "/voc", "--json")) > 0.999)
    #expect(abs(try ap50(evaluate("--truth", truth, "--detections", cats, "--json")) - 0.5) < 1e-12)
    try folder.write("voc/comp4_det_val_horse.txt", "b 0.8 41 41 60\n")
    let result = try evaluate("--truth", truth, "--detections", folder.path + "/voc")
    #expect(result.exitCode == 4 && lines(result, "the class \"horse\"") == 1)
  }

  /// Annotations state the size of their images, which are not needed to score files.
  @Test func annotationsWithoutImagesAreGroundTruth() throws {
    for (name, label, left) in [("a", "cat", 11), ("b", "dog", 41)] {
      try folder.write(
        "set/Annotations/\(name).xml",
        """
        <annotation><filename>\(name).jpg</filename>
        <size><width>100</width><height>80</height><depth>3</depth></size>
        <object><name>\(label)</name><difficult>0</difficult><bndbox><xmin>\(left)</xmin>
        <ymin>\(left)</ymin><xmax>\(left + 19)</xmax><ymax>\(left + 19)</ymax></bndbox></object>
        </annotation>
        """)
    }
    let labels = try labels("0 0.2 0.25 0.2 0.25 0.9\n", classes: "cat\ndog\n")
    let result = try evaluate(
      "--truth", folder.path + "/set", "--split", "train", "--detections", labels, "--json")
    #expect(abs(try ap50(result) - 0.5) < 1e-12)
    #expect(lines(result, "does not exist; its labels are kept") == 2)
  }

  @Test func inputsAreNotReplaced() throws {
    let (truth, found) = (try truth(), try found())
    let text = try String(contentsOfFile: found, encoding: .utf8)
    for words in [["--csv", found], ["--csv", folder.path + "/./found.json"], ["--csv", truth]] {
      let result = try BuiltProgram.run(
        ["evaluate", "--truth", truth, "--detections", found] + words)
      #expect(result.exitCode == 2 && lines(result, "would replace an input") == 1)
    }
    #expect(try String(contentsOfFile: found, encoding: .utf8) == text)
  }

  @Test func nothingInCommonIsAnError() throws {
    let text = try String(contentsOfFile: found(), encoding: .utf8)
    let other = try folder.write(
      "other.json",
      text.replacing("\"category_id\": ", with: "\"category_id\": 1"))
    let result = try evaluate(
      "--truth", try truth(), "--detections", other, "--allow-mismatches", "--json")
    #expect(result.exitCode == 4 && lines(result, "no detection is of an image and a class") == 1)
    // Texts that are no ids are names.
    let named = try folder.write(
      "named.json",
      text.replacing("\"category_id\": 1", with: "\"category_id\": \"cat\"")
        .replacing("\"category_id\": 2", with: "\"category_id\": \"dog\""))
    #expect(try ap50(evaluate("--truth", try truth(), "--detections", named, "--json")) > 0.999)
    let nothing = try evaluate(
      "--truth", try truth(), "--detections", try folder.write("none.json", "[]"), "--json")
    #expect(try ap50(nothing) == 0)
  }

  // MARK: Label files

  private func labels(_ rows: String, classes: String? = nil) throws -> String {
    try folder.write("out/labels/a.txt", rows)
    if let classes { try folder.write("out/classes.txt", classes) }
    return folder.path + "/out"
  }

  /// The box [10, 10, 20, 20] of 100 x 80 pixels: center 0.2, 0.25, size 0.2, 0.25.
  @Test func classesOfLabelFilesAreMatchedByName() throws {
    let truth = try truth()
    let row = "0.2 0.25 0.2 0.25"
    let byNumber = try labels("0 \(row) 0.9\n")
    let result = try evaluate("--truth", truth, "--detections", byNumber, "--json")
    #expect(abs(try ap50(result) - 0.5) < 1e-12)
    #expect(lines(result, "no classes.txt; class numbers") == 1)
    // The cat has the number 1 in the other list.
    let byName = try labels("1 \(row) 0.9\n", classes: "dog\ncat\nhorse\n")
    for path in [byName, byName + "/labels"] {
      let named = try evaluate("--truth", truth, "--detections", path, "--json")
      #expect(abs(try ap50(named) - 0.5) < 1e-12 && named.diagnostics == "")
    }
    _ = try labels("2 \(row) 0.9\n")
    let unknown = try evaluate("--truth", truth, "--detections", byName, "--json")
    #expect(unknown.exitCode == 4 && lines(unknown, "the class 2, \"horse\"") == 1)
  }

  @Test(arguments: [
    ("0 0.2 0.25 0.2 0.25", "no score"),
    ("0 0.2 0.25 0.2 0.25 3", "the score 3.0 is not in 0 to 1"),
    ("0 0.2 0.25 0.2 0.25 nan", "a row is expected"),
    ("0 0x1p-2 0.25 0.2 0.25 0.5", "a row is expected"),
  ])
  func rowsWithoutAScoreAreRefused(row: String, word: String) throws {
    let path = try labels(row + "\n", classes: "cat\ndog\n")
    let result = try evaluate("--truth", try truth(), "--detections", path, "--json")
    #expect(result.exitCode == 4 && result.output == "")
    #expect(lines(result, word) == 1, "\(result.diagnostics)")
  }

  /// Box, score and track; the same box as a polygon with a score.
  @Test(arguments: ["0.2 0.25 0.2 0.25 0.9 7", "0.1 0.125 0.3 0.125 0.3 0.375 0.1 0.375 0.9"])
  func tracksAndPolygonsHaveScores(row: String) throws {
    let path = try labels("0 \(row)\n", classes: "cat\ndog\n")
    let result = try evaluate("--truth", try truth(), "--detections", path, "--json")
    #expect(abs(try ap50(result) - 0.5) < 1e-12)
  }
}
