import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

@Suite struct EvaluateTests {
  private struct Score: Decodable {
    struct Entry: Decodable {
      let name: String
      let ground_truth: Int
      let AP: Double?
      let AP50: Double?
    }

    let split: String
    let images: Int
    let ground_truth: Int
    let metrics: [String: Double?]
    let classes: [Entry]
    let images_per_s: Double
    let ms_per_image: [String: Double]
    let errors: [String]
  }

  private let folder: TemporaryFolder
  private let weights: String
  private let trained: Model

  init() throws {
    folder = try TemporaryFolder()
    weights = folder.path + "/w.safetensors"
    trained = try Fixtures.writeWeights(to: weights)
    try Fixtures.writeVOC(in: folder)
  }

  private func evaluate(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(
      ["evaluate", "--weights", weights, "--data", folder.path] + words)
  }

  /// The library's detector and metric are the reference: the program adds reading and printing.
  @Test func jsonHasTheMetricsNumbers() throws {
    let detector = Detector(
      trained, imageSize: 64, options: .evaluation, pool: ThreadPool(threads: 1),
      kernels: try Kernels.chosen())
    let data = try Dataset.open(path: folder.path, split: "val")
    var input = EvaluationInput(classNames: data.classNames)
    for sample in data.samples {
      input.append(
        image: sample.imagePath, annotations: sample.annotations,
        detections: try detector.detect(ImageFile.read(sample.imagePath).image))
    }
    let report = try EvaluationResult(name: "", input).report

    let result = try evaluate("--json", "--batch", "3", "--threads", "2")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let score = try JSONDecoder().decode(Score.self, from: Data(result.output.utf8))
    #expect(score.split == "val" && score.images == 4 && score.ground_truth == 4)
    #expect(score.errors == [] && score.images_per_s > 0)
    #expect(Set(score.ms_per_image.keys) == ["read", "prepare", "infer", "post_process"])
    #expect(
      score.ms_per_image.values.allSatisfy { $0 >= 0 } && score.ms_per_image["infer"] ?? 0 > 0)
    // Absent objects of a size give -1 in the report and null in JSON.
    for number in report.numbers {
      let value = try #require(score.metrics[number.name])
      #expect(value == (number.value < 0 ? nil : number.value), "\(number.name)")
    }
    #expect(score.metrics.count == 12)
    #expect(score.classes.map(\.name) == Fixtures.classNames)
    // Images 6 to 9 show classes 0, 1, 2, 0.
    #expect(score.classes.map(\.ground_truth) == [2, 1, 1])
    #expect(score.classes.map { $0.AP ?? -1 } == report.classes.map(\.ap))
    #expect(score.classes.map { $0.AP50 ?? -1 } == report.classes.map(\.ap50))
    #expect(report.ap50 > 0, "all numbers are 0: the comparison says nothing")
  }

  @Test func peopleGetATable() throws {
    let result = try evaluate("--split", "train")
    #expect(result.exitCode == 0)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 6)
    #expect(lines[0].split(separator: " ") == ["class", "instances", "AP50", "AP75", "AP50-95"])
    #expect(lines[1].hasPrefix("cat ") && lines[4].hasPrefix("all "))
    #expect(lines[5].hasPrefix("6 images of ") && lines[5].contains("; ms per image: read "))
  }

  @Test func aImageThatCannotBeDecodedIsListed() throws {
    let path = folder.path + "/JPEGImages/p7.png"
    let bytes = try #require(FileManager.default.contents(atPath: path))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path))
    let result = try evaluate("--json")
    #expect(result.exitCode == 3)
    let score = try JSONDecoder().decode(Score.self, from: Data(result.output.utf8))
    #expect(score.images == 4 && score.errors.count == 1)
    #expect(score.errors[0].contains("p7.png"))
    #expect(result.diagnostics.contains("1 of 4 images could not be read"))
  }

  /// The objects of images that are gone count: 4 of 4, although only 2 images can be read.
  @Test func objectsOfMissingImagesCount() throws {
    for name in ["p7", "p8"] {
      try FileManager.default.removeItem(atPath: "\(folder.path)/JPEGImages/\(name).png")
    }
    let result = try evaluate("--json")
    #expect(result.exitCode == 3)
    let score = try JSONDecoder().decode(Score.self, from: Data(result.output.utf8))
    #expect(score.images == 4 && score.ground_truth == 4 && score.errors.count == 2)
    for name in ["p7.png", "p8.png"] { #expect(result.diagnostics.contains(name)) }
    for name in ["p6", "p9"] {
      try FileManager.default.removeItem(atPath: "\(folder.path)/JPEGImages/\(name).png")
    }
    let none = try evaluate("--json")
    #expect(none.exitCode == 1 && none.output == "")
    #expect(none.diagnostics.contains("none of the 4 images of split \"val\" could be read"))
  }

  @Test func dataSetsThatCannotBeUsedHaveACodeOfTheirOwn() throws {
    try folder.write("nothing/readme.txt", "x")
    for (path, split) in [("nothing", "val"), ("gone", "val"), ("", "test")] {
      let result = try BuiltProgram.run([
        "evaluate", "--weights", weights, "--data", "\(folder.path)/\(path)", "--split", split,
      ])
      #expect(result.exitCode == (path == "gone" ? 1 : 4), "\(result.diagnostics)")
      #expect(result.output == "")
      #expect(result.diagnostics.hasPrefix("error: "))
    }
    let bare = try BuiltProgram.run(["evaluate", "--weights", weights])
    #expect(bare.exitCode == 2)
    #expect(bare.diagnostics.contains("evaluate needs a dataset (--data <path>)"))
  }
}
