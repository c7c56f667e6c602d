import Foundation
import Glimpse
import TestSupport
import Testing

@testable import GlimpseCommand

@Suite struct ExportTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func export(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(["export"] + words, in: folder.path)
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)"))
  }

  /// The library's own file is the reference; InteropTests looks into it.
  @Test(arguments: [[], ["--training"]])
  func theFileIsTheLibrarys(words: [String]) throws {
    let weights = try Fixtures.writeWeights(to: folder.path + "/w.safetensors")
    let result = try BuiltProgram.run(
      [
        "export", "--weights", "w.safetensors", "--imgsz", "96", "--batch", "3", "--format", "onnx",
        "--output", "net.onnx",
      ] + words, in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let lines = result.output.split(separator: "\n")
    #expect(lines[0].hasPrefix("net.onnx: compact, ONNX opset 17, "))
    #expect(
      lines.dropFirst() == [
        "  input   input: float32 3x3x96x96, RGB from 0 to 1",
        "  output  outputs_stride8: float32 3x7x12x12",
        "  output  outputs_stride16: float32 3x7x6x6",
        "  output  outputs_stride32: float32 3x7x3x3", "  classes 3: cat, dog, person",
      ])
    let model = try weights.resized(to: .exact(height: 96, width: 96))
    let expected = try model.onnx(
      ONNXExport(batch: 3, foldsNormalization: words.isEmpty),
      metadata: model.description.letterboxMetadata)
    #expect(try bytes("net.onnx") == Data(expected.bytes))
    let text = try String(decoding: bytes("net.onnx"), as: UTF8.self)
    #expect(text.contains("BatchNormalization") == !words.isEmpty)
    #expect(text.contains("backbone.stem.conv.weight") && text.contains(#"["cat","dog","person"]"#))
    #expect(text.contains("backbone.stem.bn.running_mean") == !words.isEmpty)
    #expect(text.contains("input_values") && text.contains("letterbox_value"))
  }

  @Test func decodedOutputsAreNamed() throws {
    try Fixtures.writeWeights(to: folder.path + "/w.safetensors")
    let decoded = try export("--weights", "w.safetensors", "--decoded", "-o", "decoded.onnx")
    // 8 x 8, 4 x 4 and 2 x 2 anchor points of 64 x 64 pixels.
    #expect(decoded.output.contains("\n  output  predictions: float32 1x7x84\n"))
    let text = try String(decoding: bytes("decoded.onnx"), as: UTF8.self)
    #expect(text.contains(#"{0: "cat", 1: "dog", 2: "person"}"#) && text.contains("[64, 64]"))
    let nms = try export(
      "--weights", "w.safetensors", "--nms", "--dynamic", "--max-det", "9", "-o", "nms.onnx")
    #expect(nms.output.contains("  input   input: float32 Nx3x64x64, RGB from 0 to 1\n"))
    #expect(
      nms.output.contains(
        """
          output  num_detections: int64 N
          output  boxes: float32 Nx9x4
          output  scores: float32 Nx9
          output  classes: int64 Nx9

        """))
  }

  @Test func anExistingFileIsKept() throws {
    try folder.write("compact.onnx", "mine")
    for words in [[], ["--format", "safetensors", "-o", "compact.onnx"]] {
      let refused = try BuiltProgram.run(["export"] + words, in: folder.path)
      #expect(refused.exitCode == 1)
      #expect(
        refused.diagnostics.contains(
          "the file 'compact.onnx' exists; choose another name, or pass --overwrite"))
    }
    #expect(try bytes("compact.onnx") == Data("mine".utf8))
    #expect(try export("--overwrite").exitCode == 0)
    #expect(try bytes("compact.onnx").count > 1_000_000)
  }

  @Test(arguments: [
    (["--conf", "0.3"], "--conf is a setting of NMS; add --nms"),
    (["--dynamic", "--batch", "2"], "--dynamic leaves the batch size open; drop --batch"),
    (["--nms", "--training"], "--training is for the network's own outputs"),
    (["--note", "a"], "--note and --metrics are for --format safetensors"),
    (["--half", "--training"], "--training is for weights that change; drop --half"),
    (["--nms", "--format", "safetensors"], "--nms has no effect with --format safetensors"),
    (
      ["--model", "unet-s", "--decoded"],
      "--decoded and --nms are for detectors, and unet-s is none"
    ),
  ])
  func optionsThatDoNotGoTogetherAreRefused(words: [String], sentence: String) throws {
    let result = try BuiltProgram.run(["export"] + words, in: folder.path)
    #expect(result.exitCode == 2 && result.diagnostics.contains(sentence), "\(result.diagnostics)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func theDefaultNameIsTheNetworks() throws {
    #expect(try export("--imgsz", "64").exitCode == 0)
    #expect(try bytes("compact.onnx").count > 1_000_000)
  }

  /// Half precision keeps 11 bits: a relative error of at most 2^-11, and 2^-25 below the smallest
  /// normal number.
  @Test func weightsAreExportedInHalfPrecision() throws {
    let model = try Fixtures.writeWeights(to: folder.path + "/w.safetensors")
    let result = try export(
      "--weights", "w.safetensors", "--format", "safetensors", "--half", "--class-names", "a,b,c",
      "--note", "made by hand", "-o", "half.safetensors")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output == "half.safetensors: compact\n")
    let half = try Model(path: folder.path + "/half.safetensors")
    #expect(half.description.classNames == ["a", "b", "c"])
    #expect(
      try Safetensors(path: folder.path + "/half.safetensors").metadata["note"] == "made by hand")
    for (old, new) in zip(model.parameters.values, half.parameters.values) {
      #expect(abs(old - new) <= max(abs(old) * 0x1p-11, 0x1p-25))
    }
    #expect(try bytes("half.safetensors").count * 100 < 60 * bytes("w.safetensors").count)
    #expect(
      try export("--weights", "w.safetensors", "--class-names", "a").diagnostics.contains(
        "--class-names takes 3 different names, one per class of the weights, not 1"))
  }

  /// The file is read back beside the network: the differences are those of rounding weights to 11 bits.
  @Test func anONNXFileOfHalfTheSizeIsReadBack() throws {
    try Fixtures.writeWeights(to: folder.path + "/w.safetensors")
    let words = ["--weights", "w.safetensors", "--imgsz", "64", "--check"]
    let whole = try BuiltProgram.run(["export", "-o", "f32.onnx"] + words, in: folder.path)
    let half = try BuiltProgram.run(
      ["export", "-o", "f16.onnx", "--half"] + words, in: folder.path)
    #expect(whole.exitCode == 0 && half.exitCode == 0, "\(half.diagnostics)")
    #expect(try bytes("f16.onnx").count * 100 < 60 * bytes("f32.onnx").count)
    /// The largest differences and magnitudes of the outputs that --check prints.
    func differences(_ result: BuiltProgram.Result) -> [(difference: Double, magnitude: Double)] {
      result.output.split(separator: "\n").filter { $0.hasPrefix("  check") }.compactMap { line in
        let numbers = line.split { " ,".contains($0) }.compactMap { Double($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
      }
    }
    let (exact, rounded) = (differences(whole), differences(half))
    #expect(exact.count == 3 && rounded.count == 3, "\(half.output)")
    #expect(exact.allSatisfy { $0.difference < 1e-4 * max($0.magnitude, 1) })
    #expect(rounded.allSatisfy { $0.difference > 0 && $0.difference < 0.05 * max($0.magnitude, 1) })
  }

  @Test func nothingIsLeftHalfWritten() throws {
    let nowhere = try export("--output", "no/net.onnx")
    #expect(nowhere.exitCode == 1)
    #expect(nowhere.diagnostics.contains("no/net.onnx: the file cannot be written"))
    let format = try export("--format", "tflite")
    #expect(format.exitCode == 2 && format.diagnostics.contains("--format takes onnx"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let python = root.appendingPathComponent(".peers/bin/python").path
  private static let hasPython = FileManager.default.isExecutableFile(atPath: python)

  /// Every network, from the input that `bench` dumps to the outputs that it dumps.
  @Test(
    .enabled(if: hasPython, "needs .peers/bin/python with onnx and onnxruntime"),
    arguments: ModelCatalog.listed.map(\.name))
  func onnxruntimeGivesWhatBenchDumps(model: String) throws {
    let network = ["--model", model, "--imgsz", "64", "--batch", "2"]
    for (name, words) in [("plain", []), ("training", ["--training"])] {
      let result = try BuiltProgram.run(
        ["export", "--output", "\(name).onnx"] + words + network, in: folder.path)
      #expect(result.exitCode == 0)
      let bench = try BuiltProgram.run(
        ["bench", "--runs", "1", "--dump-input", "\(name).0.f32", "--dump-output", "out"]
          + network, in: folder.path)
      #expect(bench.exitCode == 0)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.python)
    process.arguments = [
      Self.root.appendingPathComponent("Tests/EngineTests/Golden/run_onnx.py").path, folder.path,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let expected = try floats("out")
    for name in ["plain.out.f32", "training.out.f32"] {
      let found = try floats(name)
      #expect(relativeDifference(found, expected) < 1e-4, "\(name)")
    }
  }

  private func floats(_ name: String) throws -> [Float] {
    try [UInt8](bytes(name)).withUnsafeBytes { [Float]($0.bindMemory(to: Float.self)) }
  }
}
