import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Images that are damaged, unusual or no images at all, in every command that decodes.
@Suite struct DecodingTests {
  private let folder: TemporaryFolder
  private let weights: String

  init() throws {
    folder = try TemporaryFolder()
    weights = try Fixtures.writeWeights(in: folder)
  }

  private func run(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(words, in: folder.path)
  }

  /// A dataset whose val split holds a whole image and one that ends after two thirds.
  private func writeData() throws {
    for split in ["train", "val"] {
      for name in ["whole", "cut"] {
        let path = "images/\(split)/\(name).jpg"
        let box = Box(x1: 20, y1: 10, x2: 60, y2: 50)
        try Fixtures.writeImage(
          to: "\(folder.path)/\(path)", width: 80, height: 60, box: box,
          seed: UInt64(name.count + split.count * 10))
        try folder.write("labels/\(split)/\(name).txt", "0 0.5 0.5 0.5 0.666667\n")
        if name == "cut" { try cut(path) }
      }
    }
    try folder.write(
      "data.yaml", "train: images/train\nval: images/val\nnames: [cat, dog, person]\n")
  }

  private func cut(_ name: String) throws {
    let url = URL(fileURLWithPath: folder.path).appendingPathComponent(name)
    let bytes = try Data(contentsOf: url)
    try bytes.prefix(bytes.count * 2 / 3).write(to: url)
  }

  /// What is there is decoded in every command, and each names the file in a warning.
  @Test func aDamagedJPEGIsUsedWithAWarningInEveryCommand() throws {
    try writeData()
    let commands = [
      ["detect", "images/val", "--no-save", "--weights", weights],
      ["evaluate", "--data", "data.yaml", "--weights", weights],
      ["check", "data.yaml"],
      ["train", "--data", "data.yaml", "--epochs", "1", "--imgsz", "32", "--batch", "2"],
    ]
    for words in commands {
      let result = try BuiltProgram.run(words, in: folder.path)
      #expect(result.exitCode == 0, "\(words[0]): \(result.diagnostics)")
      let text = result.output + result.diagnostics
      #expect(
        text.contains("images/val/cut.jpg: ") && text.contains("Premature end of JPEG file"),
        "\(words[0]): \(text)")
    }
    for words in commands {
      let result = try BuiltProgram.run(words + ["--strict"], in: folder.path)
      #expect([3, 4].contains(result.exitCode), "\(words[0]): \(result.exitCode)")
      #expect((result.output + result.diagnostics).contains("cut.jpg"), "\(words[0])")
    }
  }

  /// The last row of results.csv and `evaluate` score the same weights on the same images: a whole
  /// one, a damaged one, and one that is listed but missing, whose object counts as missed.
  @Test func validationScoresDamagedAndMissingImagesAsEvaluateDoes() throws {
    try writeData()
    try folder.write("val.txt", "images/val/whole.jpg\nimages/val/cut.jpg\nimages/val/gone.jpg\n")
    try folder.write("labels/val/gone.txt", "0 0.5 0.5 0.5 0.666667\n")
    try folder.write(
      "data.yaml", "train: images/train\nval: val.txt\nnames: [cat, dog, person]\n")
    let trained = try run(
      "train", "--data", "data.yaml", "--epochs", "1", "--imgsz", "64", "--batch", "2", "--weights",
      weights, "--precision", "f32", "--lr0", "1e-9", "--name", "r")
    #expect(trained.exitCode == 0, "\(trained.diagnostics)")
    let csv = try String(contentsOfFile: folder.path + "/runs/r/results.csv", encoding: .utf8)
    let rows = csv.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    let column = try #require(rows[0].firstIndex(of: "metrics/mAP50-95"))
    let expected = try #require(Double(rows[1][column]))
    let evaluated = try run(
      "evaluate", "--data", "data.yaml", "--weights", "runs/r/weights/last.safetensors",
      "--precision", "f32", "--json")
    struct Scores: Decodable {
      let metrics: [String: Double?]
      let images: Int
      let groundTruth: Int
    }
    #expect(evaluated.exitCode == 3)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let scores = try decoder.decode(Scores.self, from: Data(evaluated.output.utf8))
    #expect(scores.images == 3)
    #expect(scores.groundTruth == 3)
    // The CSV has five digits.
    let ap = try #require(scores.metrics["AP"] ?? nil)
    #expect(abs(ap - expected) < 1e-5)
  }

  /// Boxes depend on the image alone, not on what is written beside them: a JPEG whose longer side is
  /// more than twice the input is decoded at a reduced scale, and drawn at its full size.
  /// The 16-bit image has samples of 12 bits, which are read as such.
  @Test(arguments: [("a.jpg", 8), ("a.png", 8), ("a.png", 16)])
  func boxesDoNotDependOnOutputs(name: String, bits: Int) throws {
    let path = "\(folder.path)/in/\(name)"
    try Fixtures.writeImage(to: path, width: 400, height: 300)
    if bits == 16 {
      let samples = try ImageFile.read(path).image.bytes.map { UInt16($0) << 4 }
      try ImageFile.write(
        Image(
          width: 400, height: 300, format: PixelFormat(channels: 3, bitDepth: 16),
          bytes: samples.withUnsafeBytes { [UInt8]($0) }), to: path)
    }
    let common = ["detect", "in", "--weights", weights, "--conf", "0.01", "--json"]
    func boxes(_ words: [String]) throws -> [String] {
      let result = try BuiltProgram.run(common + words, in: folder.path)
      #expect(result.exitCode == 0, "\(result.diagnostics)")
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? NSDictionary)
      let boxes = try #require(object["boxes"] as? [NSDictionary])
      return boxes.map { "\($0["box"] ?? "") \($0["class"] ?? "") \($0["score"] ?? "")" }
    }
    let expected = try boxes(["--no-save"])
    #expect(!expected.isEmpty)
    let image = try ImageFile.read(path, policy: DecodePolicy(format: nil)).image
    #expect(image.format.bitDepth == bits)
    #expect(try image.asInput == ImageFile.read(path).image)
    #expect(try boxes(["-o", "drawn"]) == expected)
    #expect(try boxes(["-o", "labels", "--no-save", "--save-txt"]) == expected)
    #expect(try boxes(["-o", "crops", "--no-save", "--save-crop"]) == expected)
    #expect(try boxes(["-o", "all", "--save-txt", "--save-crop", "--batch", "2"]) == expected)
  }

  /// Opening a pipe that nobody writes to would wait forever.
  @Test func aNamedPipeIsNamedAndStopsNothing() throws {
    try Fixtures.writeImage(to: "\(folder.path)/in/a.jpg")
    try #require(mkfifo("\(folder.path)/in/pipe.jpg", 0o600) == 0)
    try folder.write("list.txt", "in/a.jpg\nin/pipe.jpg\n")
    for inputs in [["in"], ["list.txt"], ["in/pipe.jpg", "in/a.jpg"]] {
      let result = try BuiltProgram.run(
        ["detect", "--no-save", "--weights", weights] + inputs, in: folder.path)
      #expect(result.exitCode == 3, "\(inputs)")
      #expect(
        result.diagnostics.contains(
          "in/pipe.jpg: the file cannot be read: it is a named pipe, not a regular file"))
      #expect(result.output.contains("in/a.jpg 80x60"))
    }
  }

  /// What a download or a checkout leaves in place of an image is named as what it is.
  @Test func whatIsNoImageIsNamedAsWhatItIs() throws {
    let contents = [
      ("<!DOCTYPE html><html>", "an HTML page"), ("", "an empty file"),
      ("{\"a\": 1}", "a JSON file"),
      ("version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
    ]
    for (index, (text, _)) in contents.enumerated() { try folder.write("in/\(index).jpg", text) }
    let result = try run("detect", "in", "--no-save", "--weights", weights)
    #expect(result.exitCode == 3)
    for (index, (_, name)) in contents.enumerated() {
      #expect(
        result.diagnostics.contains(
          "in/\(index).jpg is no JPEG, PNG, TIFF, BMP or Netpbm image: it is \(name)"))
    }
  }
}

extension Fixtures {
  /// Writes weights into a folder; returns their path.
  static func writeWeights(in folder: TemporaryFolder) throws -> String {
    let path = folder.path + "/w.safetensors"
    try writeWeights(to: path)
    return path
  }
}
