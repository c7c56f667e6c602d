import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Evaluations as newcomers type them: wrong names, ranges and splits, comparisons, masks.
@Suite struct EvaluateNewcomerTests {
  private let folder: TemporaryFolder

  /// A YOLO dataset of one image in `val` and one in `test`, each with one cat.
  init() throws {
    folder = try TemporaryFolder()
    for (split, name, seed) in [("val", "a", 1), ("test", "b", 2)] {
      try Fixtures.writeImage(
        to: "\(folder.path)/data/images/\(split)/\(name).png",
        box: Box(x1: 10, y1: 10, x2: 50, y2: 40), seed: UInt64(seed))
      try folder.write("data/labels/\(split)/\(name).txt", "0 0.4 0.4 0.5 0.5\n")
    }
    try folder.write(
      "data/data.yaml", "val: images/val\ntest: images/test\nnames: [cat, dog, person]\n")
  }

  private func run(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(words, in: folder.path)
  }

  @Test(arguments: [
    (["--at-conf", "50"], "--at-conf takes a number from 0 to 1, not '50'; did you mean 0.5?"),
    (["--at-conf", "-1"], "--at-conf takes a number from 0 to 1, not '-1'\n"),
    (["--conf", "2"], "--conf takes a number from 0 to 1, not '2'\n"),
    (
      ["--conf", "0,5"],
      "--conf takes a number from 0 to 1, not '0,5'; numbers have a decimal point; did you mean 0.5?"
    ),
  ])
  func numbersOutOfRangeAreRefused(words: [String], sentence: String) throws {
    let result = try BuiltProgram.run(["evaluate", "--data", "data"] + words, in: folder.path)
    #expect(result.exitCode == 2 && result.diagnostics.contains(sentence), "\(result.diagnostics)")
  }

  private struct Runs: Decodable {
    struct Run: Decodable {
      struct Difference: Decodable { let difference: Double }
      let metrics: [String: Double?]
      let first_against_this: [String: Difference]?
      let against_first: [String: Difference]?
    }
    let runs: [Run]
  }

  /// The difference is that of --weights to --against, in JSON, terminal and report.
  @Test func theNewWeightsAreComparedWithTheOld() throws {
    for seed: UInt64 in [1, 2] {
      try Model(.compact, classNames: ["cat", "dog", "person"], imageSize: 64, seed: seed)
        .write(to: "\(folder.path)/\(seed == 1 ? "old" : "new").safetensors")
    }
    let words = [
      "evaluate", "--data", "data", "-w", "new.safetensors", "--against", "old.safetensors",
      "--bootstrap", "10",
    ]
    let json = try BuiltProgram.run(words + ["--json"], in: folder.path)
    try #require(json.exitCode == 0, "\(json.diagnostics)")
    let runs = try JSONDecoder().decode(Runs.self, from: Data(json.output.utf8)).runs
    let (new, old) = (runs[0].metrics["AP50"] ?? nil, runs[1].metrics["AP50"] ?? nil)
    let difference = try #require(runs[1].first_against_this?["AP50"]?.difference)
    #expect(runs[1].against_first == nil && runs[0].first_against_this == nil)
    #expect(try abs(difference - (#require(new) - #require(old))) < 1e-12)
    let text = try BuiltProgram.run(words + ["--report", "r.html"], in: folder.path)
    #expect(text.output.contains("(1) - (2) AP50-95"), "\(text.output)")
    let page = try String(contentsOfFile: folder.path + "/r.html", encoding: .utf8)
    #expect(page.contains("new.safetensors against old.safetensors"))
    #expect(page.contains("A is “old.safetensors”, B is “new.safetensors”"))
  }

  @Test func namesOfMapMustBeClassesOfTheDataset() throws {
    try Fixtures.writeWeights(to: folder.path + "/w.safetensors")
    for map in ["dog=catt", "cat=catt,dog=puppy,person=human"] {
      let result = try run("evaluate", "--data", "data", "-w", "w.safetensors", "--map", map)
      #expect(result.exitCode == 2, "\(result.diagnostics)")
      #expect(
        result.diagnostics.contains("--map: data has no class 'catt'; did you mean cat?"),
        "\(result.diagnostics)")
    }
  }

  /// The three causes of an unknown image: another split, no image, several images.
  @Test func unknownImagesHaveTheirCause() throws {
    for name in ["a", "b", "c"] { try folder.write("found/\(name).txt", "0 0.4 0.4 0.5 0.5 0.9\n") }
    let words = ["evaluate", "--annotations", "data", "--detections", "found"]
    let result = try BuiltProgram.run(words + ["--split", "test"], in: folder.path)
    #expect(result.exitCode == 4)
    #expect(
      result.diagnostics.contains(
        "found/a.txt: the image \"a\" is of the split \"val\", and \"test\" is evaluated"),
      "\(result.diagnostics)")
    #expect(result.diagnostics.contains("found/c.txt: no image \"c\" is in data\n"))
    try FileManager.default.copyItem(
      atPath: folder.path + "/data/images/test/b.png",
      toPath: folder.path + "/data/images/test/b.jpg")
    let twice = try BuiltProgram.run(words + ["--split", "test"], in: folder.path)
    #expect(
      twice.diagnostics.contains(
        "found/b.txt: \"b\" is the name of more than one image in data\n"), "\(twice.diagnostics)")
  }

  /// Masks need a network for masks, to train and to evaluate.
  @Test func masksNeedASegmentationNetwork() throws {
    for (kind, format) in [("images", PixelFormat.rgb8), ("masks", .gray8)] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/cells/\(kind)", withIntermediateDirectories: true)
      for name in ["a", "b"] {
        var image = Image(width: 40, height: 40, format: format)
        if kind == "masks" { image.bytes[800] = 255 }
        try ImageFile.write(image, to: "\(folder.path)/cells/\(kind)/\(name).png")
      }
    }
    let trained = try run("train", "--data", "cells", "--epochs", "1", "--imgsz", "32")
    #expect(trained.exitCode == 4, "\(trained.diagnostics)")
    #expect(trained.diagnostics.contains("detectors do not train on masks: give --task segment"))
    try Fixtures.writeWeights(to: folder.path + "/w.safetensors")
    let evaluated = try run("evaluate", "--data", "cells", "-w", "w.safetensors")
    #expect(evaluated.exitCode == 2)
    #expect(
      evaluated.diagnostics.contains(
        "cells holds masks, which need a segmentation network, and w.safetensors is of compact"),
      "\(evaluated.diagnostics)")
  }
}
