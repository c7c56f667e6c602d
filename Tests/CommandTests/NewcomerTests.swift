import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// What newcomers and users of other programs type, and what the program says.
@Suite struct NewcomerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(words, in: folder.path)
  }

  private func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder.path)/\(path)")
  }

  @Test(arguments: [
    ("detect a.jpg --model x", "--model: use --weights"),
    ("evaluate --task detect", "--task: the weights decide the task; drop it"),
    ("detect a.jpg --show-conf", "scores are drawn unless --hide-conf is given"),
    ("detect a.jpg --save-json", "'glimpse merge' with '--to coco' converts its rows"),
    ("detect a.jpg --name x", "--name: use --output"),
    ("train --label-smoothing 0.1", "targets are not smoothed; drop it"),
    ("train --nbs 64", "use --accumulate for steps of several batches"),
    ("train --gpu 0", "Glimpse runs on the CPU only; drop it"),
    ("train --half", "--half: drop it: --precision auto decides"),
    ("detect a.jpg --ext_output", "use --json, which prints the boxes"),
    ("track a.mp4", "unknown command 'track'; objects are not tracked between images"),
    (
      "export --format openvino", "not 'openvino': export ONNX and convert it with OpenVINO's 'ovc'"
    ),
    ("detect a.jpg --recipe yolov8", "not 'yolov8': use --recipe ultralytics"),
    ("export --nms --decoded", "--nms decodes the boxes, too; drop --decoded or --nms"),
    ("export --nms --check", "own outputs in an ONNX file; drop --nms\n"),
    ("train --task segment --model compact --data x", "give --model unet-s, unet or unet-resnet18"),
    ("detect a.jpg --save --no-save", "--save and --no-save exclude each other"),
  ])
  func habitsAreAnswered(line: String, sentence: String) throws {
    let result = try BuiltProgram.run(line.split(separator: " ").map(String.init), in: folder.path)
    #expect(result.exitCode == 2, "\(result.diagnostics)")
    #expect(result.diagnostics.contains(sentence), "\(result.diagnostics)")
  }

  @Test func helpIsACommand() throws {
    #expect(try run("help", "help").output.contains("Print the help of a command"))
    #expect(try run("help", "merge").output.contains("glimpse merge [options]"))
    let program = try run("help")
    #expect(program.exitCode == 0 && program.output.contains("\n  help "))
    #expect(program.output.contains("Object detection and segmentation on CPUs"))
    #expect(try run("segment", "--help").output.contains("--batch <windows>"))
  }

  /// Images of one name, one image that is none, an empty stream, a lost class, and nothing at all.
  @Test func detectionsOfOddInputs() throws {
    let weights = try Fixtures.writeWeights(in: folder)
    for name in ["1.jpg", "1.png", "2.jpg"] {
      try Fixtures.writeImage(to: "\(folder.path)/in/\(name)")
    }
    try folder.write("in/broken.jpg", "no image")
    let words = ["detect", "in", "-w", weights, "-q", "-o", "out"]
    let result = try BuiltProgram.run(words + ["--no-save"], in: folder.path)
    #expect(result.exitCode == 3)
    #expect(result.diagnostics.split(separator: "\n").count { $0.contains("broken.jpg") } == 1)
    #expect(!result.diagnostics.contains("shares its name"), "no files are written")
    let other = try BuiltProgram.run(words, in: folder.path)
    #expect(other.diagnostics.contains("results of another run: --no-save on, now default;"))
    let labeled = try BuiltProgram.run(words + ["--overwrite", "--save-txt"], in: folder.path)
    #expect(labeled.diagnostics.contains("note: 1 input shares its name with another one"))
    #expect(exists("out/1.jpg") && exists("out/1-2.png"))

    let stream = try BuiltProgram.runShell(
      ": | \"$GLIMPSE\" detect -w \(weights) --stream -", in: folder.path)
    #expect(stream.exitCode == 1, "\(stream.diagnostics)")
    #expect(stream.diagnostics.contains("standard input holds no images"))
    let lost = try run("detect", "in/2.jpg", "-w", weights, "--classes", "cat", "dog")
    #expect(lost.diagnostics.contains("separated by commas: --classes cat,dog"))
    let failed = try run("detect", "in/broken.jpg", "-w", weights)
    #expect(failed.exitCode == 3 && !failed.diagnostics.contains("results are in"))
    #expect(!exists("runs/detect-2"))
    let large = try run("detect", "in/2.jpg", "-w", weights, "--max-pixels", "9")
    #expect(large.diagnostics.contains("(--max-pixels)"), "\(large.diagnostics)")
  }

  @Test func outputsAreReplacedOnlyIfAsked() throws {
    let weights = try Fixtures.writeWeights(in: folder)
    try Fixtures.writeImage(to: folder.path + "/a.jpg")
    #expect(try run("detect", "a.jpg", "-w", weights, "-o", "out", "--no-save").exitCode == 0)
    #expect(try run("merge", "out", "-o", "all.jsonl").exitCode == 0)
    let again = try run("merge", "out", "-o", "all.jsonl")
    #expect(again.exitCode == 1 && again.diagnostics.contains("pass --overwrite"))
    #expect(try run("merge", "out", "-o", "all.jsonl", "--overwrite").exitCode == 0)
  }

  /// A folder without weights, one with those of folds, and settings in another language.
  @Test func foldersAndSettingsAreNamed() throws {
    try Fixtures.writeImage(to: folder.path + "/a.jpg")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/empty", withIntermediateDirectories: true)
    try folder.write("folds/fold-1/weights/best.safetensors", "x")
    let empty = try run("detect", "a.jpg", "-w", "empty")
    #expect(empty.exitCode == 1)
    #expect(
      empty.diagnostics.contains(
        "empty is a folder, and there is no weights/best.safetensors here;"))
    let folds = try run("detect", "a.jpg", "-w", "folds")
    #expect(folds.diagnostics.hasSuffix("here; give folds/fold-1\n"), "\(folds.diagnostics)")

    try folder.write("hyp.yaml", "lr0: 0.01\n")
    try folder.write("cut.json", "{\"lr0\": ")
    try folder.write("type.json", "{\"epochs\": \"three\"}")
    for (path, sentence) in [
      ("hyp.yaml", "hyp.yaml: settings are JSON, as a run's config.json; YAML is not read\n"),
      ("cut.json", "(byte "),
      ("type.json", "the value of epochs has the wrong type; expected a whole number\n"),
    ] {
      let result = try run("train", "--data", "x", "--hyp", path)
      #expect(
        result.exitCode == 2 && result.diagnostics.contains(sentence), "\(result.diagnostics)")
      #expect(!result.diagnostics.contains("given data"))
    }
  }

  /// Label rows of detections and of spreadsheets, in check; skipped in evaluate.
  @Test func invalidLabelsAreExplainedAndSkipped() throws {
    let weights = try Fixtures.writeWeights(in: folder)
    try Fixtures.writeYOLO(in: folder, count: 3)
    try folder.write("labels/val/0.txt", "0 0.5 0.5 0.4 0.4 0.9\n0,0.5,0.5,0.4,0.4\n")
    let check = try run("check", "data.yaml")
    #expect(check.exitCode == 4)
    #expect(check.output.contains("A sixth number may be a score"), "\(check.output)")
    #expect(check.output.contains("Separate the numbers by spaces."))
    let refused = try run("evaluate", "--data", "data.yaml", "-w", weights)
    #expect(refused.exitCode == 4 && refused.diagnostics.contains("There is 1 more like it"))
    let skipped = try run(
      "evaluate", "--data", "data.yaml", "-w", weights, "--skip-invalid", "--json")
    #expect(skipped.exitCode == 3, "\(skipped.diagnostics)")
    // The image without any valid label is left out: it would count as background.
    #expect(skipped.output.contains("\"images\":2,"))
    try folder.write("found/1.txt", "0 0.5 0.5 0.4 0.4 0.9\n")
    let files = try run(
      "evaluate", "--annotations", "data.yaml", "--detections", "found", "--skip-invalid", "--json")
    #expect(files.exitCode == 3 && files.output.contains("\"ground_truth\":2,"), "\(files.output)")
  }
}
