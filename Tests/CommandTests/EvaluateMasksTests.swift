import Foundation
import Glimpse
import TestSupport
import Testing

/// `evaluate` of mask folders by the built program.
@Suite struct EvaluateMasksTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ rows: [[UInt8]]) throws {
    try writeImage(
      name,
      Image(width: rows[0].count, height: rows.count, format: .gray8, bytes: rows.flatMap(\.self)))
  }

  private func writeImage(_ name: String, _ image: Image) throws {
    let path = folder.path + "/" + name
    try FileManager.default.createDirectory(
      atPath: FilePath.folder(path), withIntermediateDirectories: true)
    try ImageFile.write(image, to: path)
  }

  private func evaluate(_ words: [String]) throws -> BuiltProgram.Result {
    try BuiltProgram.run(
      ["evaluate", "--truth", "truth", "--detections", "found"] + words, in: folder.path)
  }

  /// Two masks of one class, in which 4 of 5 + 4 and 2 of 2 + 4 pixels are common.
  private func writeTwo() throws {
    try write("truth/a.png", [[255, 255, 0, 0], [255, 255, 255, 0]])
    try write("found/a.tif", [[1, 1, 0, 0], [1, 1, 0, 0]])
    try write("truth/b_mask.png", [[0, 0, 255], [0, 0, 255]])
    try write("found/b.png", [[0, 255, 255], [0, 255, 255]])
  }

  @Test func oneClass() throws {
    try writeTwo()
    let result = try evaluate(["--json", "--csv", "classes.csv"])
    #expect(result.exitCode == 0)
    #expect(result.diagnostics == "")
    // Dice (2 * 6) / (7 + 8), IoU 6 / 9; of images 8 / 9 and 4 / 6; 11 of 14 pixels are correct.
    // Objects: a has IoU 4 / 5, b has 2 / 4, which is not above 0.5.
    for part in [
      "\"dice\":0.8,", "\"dice_image_mean\":0.7777777777777777,", "\"miou\":0.6666666666666666,",
      "\"pixel_accuracy\":0.7857142857142857,", "\"object_f1_50\":0.5,", "\"images\":2,",
      "\"object_f1_75\":0.5,", "\"annotations\":\"truth\",\"detections\":\"found\"",
      "{\"name\":\"object\",\"images\":2,\"iou\":0.6666666666666666,\"dice\":0.8,",
      "\"per_image\":[{\"name\":\"truth/a\",\"dice\":0.8888888888888888,",
    ] {
      #expect(result.output.contains(part), "\(part)")
    }
    let csv = try String(contentsOfFile: folder.path + "/classes.csv", encoding: .utf8)
    let lines = csv.split(separator: "\r\n").map { $0.split(separator: ",") }
    #expect(lines.map { $0[1] } == ["class", "all", "object"])
    #expect(lines[1][2...4] == ["2", "0.6666666666666666", "0.8"])
  }

  @Test func textHasClassesMetricsAndIntervals() throws {
    try writeTwo()
    let result = try evaluate(["--bootstrap", "100"])
    #expect(result.exitCode == 0)
    #expect(result.output.contains("object       2  0.667  0.800"))
    #expect(result.output.contains("Dice                          0.800  0.667 to 0.889"))
    #expect(result.output.contains("\n2 images\n"))
  }

  @Test func severalResultsAreCompared() throws {
    try writeTwo()
    let result = try BuiltProgram.run(
      ["evaluate", "--truth", "truth", "--detections", "found,truth", "--json"], in: folder.path)
    #expect(result.exitCode == 0)
    #expect(result.output.contains("\"runs\":[{\"detections\":\"found\""))
    #expect(result.output.contains("{\"detections\":\"truth\",\"metrics\":{\"dice\":1.0,"))
  }

  /// Class names in another order are matched by name.
  @Test func classesAreNamedByLists() throws {
    try write("truth/a.png", [[1, 1, 2, 2], [0, 0, 255, 2]])
    try write("found/a.png", [[2, 2, 1, 1], [0, 1, 1, 2]])
    _ = try folder.write("truth/classes.txt", "cell\nwall\n")
    _ = try folder.write("found/classes.txt", "wall\ncell\n")
    let result = try evaluate(["--json"])
    #expect(result.exitCode == 0)
    // cell: 2 of 2 + 3 pixels; wall: 2 of 3 + 3. The ignored pixel does not count.
    #expect(result.output.contains("{\"name\":\"cell\",\"images\":1,\"iou\":0.6666666666666666,"))
    #expect(result.output.contains("{\"name\":\"wall\",\"images\":1,\"iou\":0.5,"))
    #expect(result.output.contains("\"pixels\":7,"))
    #expect(result.output.contains("\"classes\":[\"background\",\"cell\",\"wall\"]"))
  }

  @Test func classesAreFoundByValues() throws {
    try write("truth/a.png", [[1, 1, 3], [0, 0, 3]])
    try write("found/a.png", [[1, 1, 3], [0, 0, 0]])
    let result = try evaluate(["--json"])
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.contains("numbers up to 3"))
    #expect(result.output.contains("\"name\":\"class3\",\"images\":1,\"iou\":0.5,"))
    // The mean of class1, 1, and class3, 0.5; class2 does not occur.
    #expect(result.output.contains("\"miou\":0.75,"))
  }

  @Test func aSplitOfADatasetIsGroundTruth() throws {
    try writeImage("truth/images/a.png", Image(width: 2, height: 1, filledWith: 9))
    try writeImage("truth/images/b.png", Image(width: 2, height: 1, filledWith: 9))
    try write("truth/masks/a.png", [[255, 0]])
    try write("truth/masks/b.png", [[255, 0]])
    _ = try folder.write("truth/val.txt", "a\n")
    _ = try folder.write("truth/train.txt", "b\n")
    try write("found/a.png", [[255, 0]])
    try write("found/overlays/a.png", [[7, 7]])
    _ = try folder.write("found/contours.json", "{}")
    let result = try evaluate(["--split", "val", "--json"])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.contains("\"dice\":1.0,"))
    #expect(result.output.contains("\"images\":1,"))
  }

  @Test func badMasksAreNamed() throws {
    _ = try folder.write("truth/classes.txt", "cell\nwall\n")
    let good: [[UInt8]] = [[1, 1, 2, 2], [0, 0, 0, 0]]
    for name in ["good", "missing", "size", "value", "color", "short"] {
      try write("truth/\(name).png", good)
      if name != "missing" { try write("found/\(name).png", good) }
    }
    try write("found/extra.png", good)
    try write("found/size.png", [[1, 1, 2]])
    try write("found/value.png", [[1, 1, 2, 77], [0, 0, 0, 0]])
    try writeImage(
      "found/color.png",
      Image(
        width: 4, height: 2, format: .rgb8,
        bytes: [UInt8](repeating: 1, count: 21) + [250, 3, 4]))
    let file = URL(fileURLWithPath: folder.path + "/found/short.png")
    try Data(contentsOf: file).prefix(45).write(to: file)

    let result = try evaluate(["--json"])
    #expect(result.exitCode == 4)
    #expect(result.output == "")
    for part in [
      "missing mask: truth/missing: found holds no mask of this name",
      "unknown image: found/extra.png: ",
      "image size mismatch: found/size.png: the mask has 3x1 pixels, but its image 4x2",
      "unknown class: found/value.png: the mask has the number 77 at pixel (3, 0)",
      "invalid mask: found/color.png: the mask has colors",
      "invalid mask: found/short.png: ",
      "6 mismatches",
    ] {
      #expect(result.diagnostics.contains(part), "\(part) in \(result.diagnostics)")
    }

    // Five images count as background: 2 of 12 and 2 pixels of each class are found.
    let allowed = try evaluate(["--json", "--allow-mismatches"])
    #expect(allowed.exitCode == 0)
    #expect(allowed.output.contains("\"dice\":0.2857142857142857,"))
    #expect(allowed.output.contains("\"images\":6,"))
  }

  /// In a prediction of one class, other numbers are probably classes.
  @Test func aPredictedNumberIsNoObject() throws {
    try write("truth/a.png", [[255, 0]])
    try write("found/a.png", [[1, 2]])
    let result = try evaluate([])
    #expect(result.exitCode == 4)
    #expect(
      result.diagnostics.contains("found/a.png: the mask has the number 2 at pixel (1, 0)"))
  }

  @Test func theGroundTruthIsCheckedToo() throws {
    _ = try folder.write("truth/classes.txt", "cell\nwall\n")
    try write("truth/a.png", [[1, 9]])
    try write("found/a.png", [[1, 2]])
    let result = try evaluate([])
    #expect(result.exitCode == 4)
    #expect(result.diagnostics.contains("unknown class: truth/a.png: the mask has the number 9"))
  }

  @Test func unsuitedOptionsAreRefused() throws {
    try writeTwo()
    for words in [["--also", "f1"], ["--errors"], ["--count-difficult"]] {
      let result = try evaluate(words)
      #expect(result.exitCode == 2)
      #expect(result.diagnostics.contains("has no effect on masks"))
    }
    _ = try folder.write("boxes.json", "[]")
    let mixed = try BuiltProgram.run(
      ["evaluate", "--truth", "truth", "--detections", "boxes.json"], in: folder.path)
    #expect(mixed.exitCode == 2)
    #expect(mixed.diagnostics.contains("--detections takes a folder of mask files"))
  }

  @Test func theReportShowsTheWorstImages() throws {
    try writeTwo()
    // Names and images that could break a page: an image of 16 bits, one of another size, none.
    let nasty = "<b>'&"
    try write("truth/\(nasty).png", [[255, 255, 0, 0]])
    try write("found/\(nasty).png", [[0, 255, 255, 0]])
    try writeImage(
      "images/a.png",
      Image(
        width: 4, height: 2, format: PixelFormat(channels: 1, bitDepth: 16),
        bytes: (0..<16).map { UInt8($0) }))
    try writeImage("images/\(nasty).png", Image(width: 9, height: 9, filledWith: 50))
    let result = try evaluate(["--html", "report.html"])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let text = try String(contentsOfFile: folder.path + "/report.html", encoding: .utf8)
    let page = PageReader(text)
    #expect(page.issue == nil)
    let titles = page.all("h2").map(\.text)
    #expect(titles == ["Images and objects", "Classes", "Confusion matrix", "Worst images"])
    // Overlays of three images, and one image of the size of its mask.
    #expect(page.all("image").count == 4)
    #expect(page.all("figcaption").count == 5)
    #expect(text.contains("Dice 0.500, 0 of 1 object found, 1 predicted"))
    #expect(page.all("dd").first?.text == "0.737")
  }
}
