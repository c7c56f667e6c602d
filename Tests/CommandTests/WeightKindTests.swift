import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Files given as weights that are none, or those of another model.
@Suite struct WeightKindTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Fixtures.writeImage(to: folder.path + "/a.jpg")
  }

  private func run(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(words, in: folder.path)
  }

  @Test(arguments: [
    ("PK\u{3}\u{4}\u{14}\0\0\0\0\0best/data.pkl", "a PyTorch file"),
    ("\u{8}\u{8}\u{12}\u{7}pytorch", "an ONNX model"), ("<!DOCTYPE html>", "an HTML page"),
    ("version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"), ("", "an empty file"),
  ])
  func otherFilesAreNamedAsWhatTheyAre(content: String, name: String) throws {
    try folder.write("w.safetensors", content)
    for words in [["detect", "a.jpg"], ["export"], ["info"], ["bench", "--runs", "1"]] {
      let result = try BuiltProgram.run(
        words + ["--weights", "w.safetensors"], in: folder.path)
      #expect(result.exitCode == 1)
      #expect(
        result.diagnostics.contains("w.safetensors is not a valid safetensors file: it is \(name)"),
        "\(words[0]): \(result.diagnostics)")
    }
  }

  /// Of PyTorch's files, inference takes the export to ONNX and a training the weights.
  @Test func theAdviceDependsOnTheCommand() throws {
    try folder.write("best.pt", "PK\u{3}\u{4}\u{14}\0\0\0\0\0best/data.pkl")
    try folder.write("x.weights", "\0\0\0\0\u{2}\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")
    try Fixtures.writeYOLO(in: folder, count: 1)
    for words in [
      ["detect", "a.jpg"], ["segment", "a.jpg"], ["classify", "a.jpg"], ["bench", "--runs", "1"],
      ["evaluate", "--data", "data.yaml"],
    ] {
      let torch = try BuiltProgram.run(words + ["-w", "best.pt"], in: folder.path)
      #expect(torch.exitCode == 1)
      #expect(
        torch.diagnostics.contains(
          "export it to ONNX ('yolo export format=onnx' for Ultralytics) and give the .onnx file"),
        "\(words[0]): \(torch.diagnostics)")
      let darknet = try BuiltProgram.run(words + ["-w", "x.weights"], in: folder.path)
      #expect(
        darknet.diagnostics.contains("it is Darknet's weights; give the .cfg file beside it"),
        "\(words[0]): \(darknet.diagnostics)")
    }
    let trained = try run(
      "train", "--data", "data.yaml", "--imgsz", "32", "--batch", "1", "-w", "best.pt")
    #expect(trained.diagnostics.contains("save its state_dict as safetensors"))
  }

  /// Exports without outputs that are read back are recognized by their metadata.
  @Test func ownExportsAreRecognized() throws {
    let path = try Fixtures.writeWeights(in: folder)
    for (option, how) in [(["--nms"], "with --nms"), ([], "without --decoded")] {
      let exported = try BuiltProgram.run(
        ["export", "-w", path, "-o", "net.onnx", "--overwrite"] + option, in: folder.path)
      #expect(exported.exitCode == 0, "\(exported.diagnostics)")
      let result = try run("detect", "a.jpg", "--no-save", "-w", "net.onnx")
      #expect(result.exitCode == 2)
      #expect(
        result.diagnostics
          == "error: net.onnx: exported by Glimpse \(how); give the .safetensors file, or export with "
          + "--decoded\n")
    }
    let missing = try run(
      "detect", "a.jpg", "--no-save", "-w", "net.onnx", "--names", "nosuch.txt")
    #expect(missing.exitCode == 1)
    #expect(missing.diagnostics == "error: nosuch.txt: there is no file or folder of this name.\n")
  }

  @Test func aCutWeightsFileIsNamed() throws {
    let path = try Fixtures.writeWeights(in: folder)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path))
    let result = try run("detect", "a.jpg", "--weights", path)
    #expect(result.exitCode == 1)
    #expect(
      result.diagnostics.contains(
        "it ends early: it has \(bytes.count / 2) bytes, and its header describes data up to byte "
          + "\(bytes.count)"))
  }

  /// A checkpoint is no weights file, and weights are no run.
  @Test func checkpointsAndWeightsAreTold() throws {
    try Fixtures.writeYOLO(in: folder, count: 2)
    let trained = try run(
      "train", "--data", "data.yaml", "--epochs", "1", "--imgsz", "32", "--batch", "2", "--name",
      "r")
    #expect(trained.exitCode == 0, "\(trained.diagnostics)")
    let checkpoint = "runs/r/checkpoint.safetensors"
    for words in [
      ["detect", "a.jpg"], ["evaluate", "--data", "data.yaml"], ["export"], ["info"],
      ["train", "--data", "data.yaml", "--epochs", "1", "--imgsz", "32", "--batch", "2"],
    ] {
      let result = try BuiltProgram.run(words + ["--weights", checkpoint], in: folder.path)
      #expect(result.exitCode == 2, "\(words[0])")
      #expect(
        result.diagnostics.contains("\(checkpoint) is the checkpoint of a training"),
        "\(words[0]): \(result.diagnostics)")
    }
    let resumed = try run("train", "--resume", "runs/r/weights/last.safetensors")
    #expect(resumed.exitCode == 1)
    #expect(resumed.diagnostics.hasSuffix("; give runs/r\n"), "\(resumed.diagnostics)")
  }

  /// Weights whose metadata do not fit end in a sentence with exit code 2.
  @Test(arguments: [
    ("model", "yolov8n"), ("model", "unet"), ("head", "detection yolox 8,16,64"),
    ("head", "segmentation"), ("head", ""), ("class_names", "[]"), ("class_names", "[\"a\"]"),
    ("input", "0x0"), ("input", "99999999999x99999999999"), ("mean", "[1e39,0,0]"),
    ("std", "[0,0,0]"),
  ])
  func craftedMetadataAreRefused(key: String, value: String) throws {
    let path = try Fixtures.writeWeights(in: folder)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var header = try #require(
      JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: NSDictionary])
    var metadata = try #require(header["__metadata__"] as? [String: String])
    metadata[key] = value
    header["__metadata__"] = metadata as NSDictionary
    let json = [UInt8](try JSONSerialization.data(withJSONObject: header))
    bytes =
      withUnsafeBytes(of: UInt64(json.count).littleEndian) { [UInt8]($0) } + json
      + bytes[(8 + length)...]
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let result = try run("detect", "a.jpg", "--no-save", "--weights", path)
    #expect(result.exitCode == 2, "\(result.diagnostics)")
    #expect(result.diagnostics.hasPrefix("error: \(path)"))
  }
}
