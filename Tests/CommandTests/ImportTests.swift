import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Networks of other programs on the command line, with those of ../shared/imports.
@Suite(
  .enabled(if: Fixtures.hasShared("../imports/networks"), "needs ../shared/imports"))
struct ImportTests {
  private static let imports = Fixtures.shared.appendingPathComponent("../imports").path
  private static let photo = Fixtures.shared.appendingPathComponent("photos/astronaut.png").path
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func network(_ name: String) -> String { "\(Self.imports)/networks/\(name)" }

  private func run(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(words)
  }

  private struct Row: Decodable {
    struct Object: Decodable, Hashable {
      var `class`: String
      var score: Double
      var box: [Double]?
    }
    var boxes: [Object]?
    var classes: [Object]?
  }

  private func row(_ result: BuiltProgram.Result) throws -> Row {
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    return try JSONDecoder().decode(Row.self, from: Data(result.output.utf8))
  }

  /// A file of import gives the rows of the network that it was made of, with the class names that were
  /// given then.
  @Test(arguments: ["yoloface-50k.cfg", "blazeface.onnx"])
  func anImportedFileRunsAsTheNetwork(_ name: String) throws {
    let names = try folder.write("names.txt", "a face\n")
    let path = folder.path + "/net.safetensors"
    let imported = try run("import", network(name), "--names", names, "-o", path)
    #expect(imported.exitCode == 0, "\(imported.diagnostics)")
    let (file, own) = (
      try row(run("detect", Self.photo, "--weights", path, "--json", "--no-save")),
      try row(run("detect", Self.photo, "--weights", network(name), "--json", "--no-save"))
    )
    #expect(file.boxes?.map(\.box) == own.boxes?.map(\.box) && own.boxes?.count == 1)
    #expect(file.boxes?.map(\.class) == ["a face"])
    #expect(try run("import", network(name), "-o", path).exitCode == 1)
    let training = try run("export", "--weights", path, "-o", folder.path + "/x.onnx")
    #expect(training.exitCode == 2 && training.diagnostics.contains("another program"))
  }

  /// Tensors in a file beside the network are kept, too: traps/external.onnx (expect.json: the sum of its
  /// outputs for ones).
  @Test func externalDataAreKept() throws {
    let path = folder.path + "/net.safetensors"
    let result = try run("import", "\(Self.imports)/traps/external.onnx", "-o", path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let (file, own) = (
      try NetworkFile(path: path), try NetworkFile(path: "\(Self.imports)/traps/external.onnx")
    )
    func outputs(_ file: NetworkFile) throws -> [[Float]] {
      let input = file.inputs[0]
      let dims = input.dims.map { $0 ?? 1 }
      let ones = [Float](repeating: 1, count: dims.reduce(1, *))
      return try file.run(
        [input.name: ConstantTensor(.float, dims: dims, values: .floats(ones))],
        kernels: Kernels(.scalar), pool: ThreadPool(threads: 1)
      ).map(\.tensor.values.floats)
    }
    #expect(try outputs(file) == outputs(own))
  }

  @Test func classifyPrintsTheMostProbableClasses() throws {
    let digits = "\(Self.imports)/references/mnist"
    let line = try row(
      run(
        "classify", digits + "/seven.png", "--weights", network("mnist.onnx"), "--json", "-k", "2"))
    #expect(line.classes?.count == 2 && line.classes?.first?.class == "7")
    #expect(line.classes.map { $0[0].score > $0[1].score } == true)
    let out = folder.path + "/rows"
    let two = try run(
      "classify", digits + "/seven.png", digits + "/three.png", "--weights", network("mnist.onnx"),
      "-o", out)
    #expect(two.output.contains("three.png 28x28: 3 1.00"))
    #expect(try run("verify", out).exitCode == 0)
    #expect(try run("merge", out).output.split(separator: "\n").count == 2)
  }

  @Test func infoShowsTheRecipe() throws {
    let result = try run("info", network("yunet_n_dynamic.onnx"))
    #expect(result.output.contains("input       input ? x 3 x ? x ?"))
    #expect(result.output.contains("recipe      yunet: "))
    let check = try run("import", network("mnist.onnx"), "--check", Self.photo)
    #expect(check.exitCode == 0 && check.output.contains("Plus214_Output_0"))
  }

  /// Each mistake has a sentence that says what to do.
  @Test(arguments: [
    (["detect", "x.png", "--weights", "sinet.onnx"], "segmentation; --recipe names another one"),
    (["segment", "x.png", "--weights", "blazeface.onnx"], "detection; --recipe names another one"),
    (["classify", "x.png", "--weights", "builtin"], "an .onnx or .cfg network"),
    (["detect", "x.png", "--weights", "blazeface.onnx", "--recipe", "yolox"], "found preds"),
    (["detect", "x.png", "--recipe", "yolox"], "are none"),
    (["detect", "x.png", "--weights", "blazeface.onnx", "--names", "coco80"], "has 80"),
    (["detect", "x.png", "--weights", "blazeface.onnx", "--imgsz", "320"], "128x128"),
    (["bench", "--weights", "blazeface.onnx", "--batch", "2"], "one image at a time"),
  ])
  func mistakesAreExplained(_ words: [String], _ expected: String) throws {
    let words = words.map {
      $0 == "x.png" ? Self.photo : $0.hasSuffix(".onnx") ? network($0) : $0
    }
    let result = try BuiltProgram.run(words)
    #expect(result.exitCode == 1 || result.exitCode == 2)
    #expect(result.diagnostics.contains(expected), "\(result.diagnostics)")
    #expect(result.output.isEmpty)
  }

  private struct Metrics: Decodable { var metrics: [String: Double] }

  /// COCO's metrics of twelve images equal those of onnxruntime and pycocotools: yolox_ap.json, made by
  /// Golden/make_yolox_ap.py (with all 79, which take too long here, they do so, too).
  @Test func averagePrecisionIsThatOfPycocotools() throws {
    let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/yolox_ap.json")
    let expected = try JSONDecoder().decode(
      [String: [String: Double]].self, from: Data(contentsOf: golden))
    let data = Fixtures.shared.appendingPathComponent("coco_mini")
    let annotations = try Data(
      contentsOf: data.appendingPathComponent("annotations/instances_val2017.json"))
    var json = try #require(
      try JSONSerialization.jsonObject(with: annotations) as? [String: Any])
    let images = try #require(json["images"] as? [[String: Any]]).sorted {
      ($0["id"] as? Int ?? 0) < ($1["id"] as? Int ?? 0)
    }.prefix(12)
    let ids = Set(images.map { $0["id"] as? Int })
    json["annotations"] = try #require(json["annotations"] as? [[String: Any]])
      .filter { ids.contains($0["image_id"] as? Int) }
    json["images"] = try images.map { image in
      let name = try #require(image["file_name"] as? String)
      let decoded = try ImageFile.read(data.appendingPathComponent("val2017/\(name)").path).image
      var image = image
      image["file_name"] = name.replacing(".jpg", with: ".png")
      try FileManager.default.createDirectory(
        atPath: folder.path + "/val2017", withIntermediateDirectories: true)
      try ImageFile.write(
        decoded, to: folder.path + "/val2017/\(name.replacing(".jpg", with: ".png"))")
      return image
    }
    try folder.write(
      "annotations/instances_val2017.json",
      String(decoding: JSONSerialization.data(withJSONObject: json), as: UTF8.self))
    let result = try run(
      "evaluate", "--data", folder.path, "--weights", network("yolox_nano.onnx"), "--json")
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    let found = try JSONDecoder().decode(Metrics.self, from: Data(result.output.utf8)).metrics
    for (name, value) in try #require(expected["images12"])
    where name.hasPrefix("AP") || name.hasPrefix("AR") {
      #expect(abs((found[name] ?? -1) - value) <= 1e-3, "\(name)")
    }
  }
}
