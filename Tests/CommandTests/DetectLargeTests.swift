import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// The options for large and hard images; the library's own detector is the reference.
@Suite struct DetectLargeTests {
  private let folder: TemporaryFolder
  private let models: [Model]

  init() throws {
    folder = try TemporaryFolder()
    let first = try Fixtures.writeWeights(to: folder.path + "/a.safetensors")
    // The same classes in another order, other parameters.
    let second = Model(.compact, classNames: ["person", "cat", "dog"], imageSize: 64, seed: 2)
    try second.write(to: folder.path + "/b.safetensors")
    models = [first, second]
  }

  private struct Line: Decodable {
    struct Found: Decodable {
      let box: [Double]
      let class_index: Int
      let score: Float
    }
    let boxes: [Found]
  }

  @Test(arguments: [
    (["--tile", "64", "--overlap", "0.5", "--tile-merge", "nms", "--batch", "3"], 1),
    (["--augment", "--nms", "wbf"], 2), (["--nms", "soft", "--min-size", "11"], 1),
    (["--nms", "diou"], 2),
  ])
  func theProgramHasTheDetectorsBoxes(words: [String], count: Int) throws {
    try Fixtures.writeImage(to: folder.path + "/image.png", width: 150, height: 70)
    let weights = ["a.safetensors", "b.safetensors"].prefix(count).joined(separator: ",")
    let result = try BuiltProgram.run(
      ["detect", "image.png", "--json", "--no-save", "--conf", "0.02", "-w", weights] + words,
      in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let line = try JSONDecoder().decode(Line.self, from: Data(result.output.utf8))

    var options = DetectionOptions(confidence: 0.02)
    switch words[1] {
    case "64": (options.tile, options.overlap, options.merge) = (64, 0.5, .nms)
    case "--nms": (options.augments, options.nms) = (true, .wbf)
    case "soft": (options.nms, options.minimumSize) = (.soft, 11)
    default: options.nms = .diou
    }
    let detector = Detector(
      Array(models.prefix(count)), options: options, pool: ThreadPool(threads: 1),
      kernels: try Kernels.chosen())
    let expected = try detector.detect(ImageFile.read(folder.path + "/image.png").image)
    #expect(line.boxes.count == expected.count && !expected.isEmpty)
    for (found, detection) in zip(line.boxes, expected) {
      #expect(found.score == detection.score && found.class_index == detection.classIndex)
      let box = detection.box
      // Written to a hundredth of a pixel.
      for (a, b) in zip(found.box, [box.x1, box.y1, box.x2, box.y2]) {
        #expect(abs(a - b) <= 0.00501)
      }
    }
  }

  @Test func anEnsembleNeedsTheSameClasses() throws {
    try Model(.compact, classNames: ["cat", "cow"], imageSize: 64, seed: 3)
      .write(to: folder.path + "/c.safetensors")
    try Fixtures.writeImage(to: folder.path + "/image.png")
    for command in [["detect", "."], ["evaluate", "--data", "."]] {
      let result = try BuiltProgram.run(
        command + ["-w", "a.safetensors,c.safetensors"], in: folder.path)
      #expect(result.exitCode == 2)
      #expect(
        result.diagnostics.contains(
          "networks that are evaluated together need the same classes, but c.safetensors has 2 classes and "
            + "a.safetensors has 3: only the former has 'cow', only the latter 'dog' and 1 more"))
    }
  }

  @Test(arguments: [
    (["detect", "x.png", "--overlap", "0.3"], "--overlap is for tiles"),
    (["detect", "x.png", "--tile-merge", "nms"], "--tile-merge is for tiles"),
    (["detect", "x.png", "--tile", "100"], "--tile takes a multiple of 32"),
    (
      ["detect", "x.png", "--nms", "fast"], "--nms takes hard, soft, diou, wbf or blend, not 'fast'"
    ),
    (["detect", "x.png", "-w", "builtin,"], "--weights takes a weights file, builtin or none"),
    (
      ["evaluate", "--annotations", "a.json", "--detections", "b.json", "--augment"],
      "--augment is for a network"
    ),
  ])
  func optionsWithoutEffectAreRefused(words: [String], message: String) throws {
    let result = try BuiltProgram.run(words, in: folder.path)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains(message), "\(result.diagnostics)")
  }

  @Test func evaluateTakesTilesAndEnsembles() throws {
    try Fixtures.writeVOC(in: folder)
    let result = try BuiltProgram.run(
      [
        "evaluate", "--data", ".", "--json", "-w", "a.safetensors,b.safetensors", "--ensemble",
        "--tile", "64", "--nms", "wbf", "--augment",
      ], in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.contains("\"weights\":\"a.safetensors,b.safetensors\""))
  }

  /// As two files of detections: each by itself, and the difference of the second to the first.
  @Test func evaluateComparesSeveralWeights() throws {
    try Fixtures.writeVOC(in: folder)
    let result = try BuiltProgram.run(
      [
        "evaluate", "--data", ".", "--json", "-w", "a.safetensors,b.safetensors", "--bootstrap",
        "10",
      ], in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.contains("\"against_first\""), "\(result.output)")
  }
}
