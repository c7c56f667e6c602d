import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// A line of `segment --json`.
private struct Line: Decodable {
  struct Found: Decodable {
    let `class`: String
    let class_index: Int
    let pixels: Int
    let fraction: Double
    let objects: Int
    let mean_area: Double
    let median_area: Double
    let smallest_area: Int
    let largest_area: Int
  }

  let path: String
  let width: Int?
  let height: Int?
  let objects: Int?
  let classes: [Found]?
  let mask: String?
  let overlay: String?
  let probability: String?
  let instances: String?
  let contours: String?
  let error: String?

  static func all(_ output: String) throws -> [Line] {
    try output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }
}

/// `glimpse segment` with the untrained small U-Net: what it writes is what the library computes.
@Suite struct SegmentTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func weights(_ classNames: [String] = ["cell"]) throws -> Model {
    let spec = try #require(ModelCatalog["unet-s"])
    let model = Model(spec, classNames: classNames, imageSize: 64, seed: 5)
    try model.write(to: folder.path + "/w.safetensors")
    return model
  }

  private func segment(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(["segment", "--weights", "w.safetensors"] + words, in: folder.path)
  }

  private func image(_ name: String, width: Int = 50, height: Int = 40, seed: UInt64 = 1) throws {
    try Fixtures.writeImage(
      to: "\(folder.path)/\(name)", width: width, height: height,
      box: Box(x1: 10, y1: 8, x2: 30, y2: 25), seed: seed)
  }

  private func read(_ name: String) throws -> Image {
    try ImageFile.read("\(folder.path)/\(name)", policy: DecodePolicy(format: nil)).image
  }

  private func files(_ name: String) -> [String] {
    let all = (try? FileManager.default.subpathsOfDirectory(atPath: "\(folder.path)/\(name)")) ?? []
    return all.filter { $0.contains(".") && !Fixtures.runFiles.contains($0) }.sorted()
  }

  /// The library's own segmenter is the reference: the program adds reading and writing.
  @Test func masksAreTheSegmenters() throws {
    let model = try weights()
    try image("a.png")
    try image("more/b.jpg", width: 33, height: 90, seed: 2)
    let result = try segment(
      "a.png", "more", "-o", "out", "--json", "--csv", "t.csv", "--probabilities", "--overlay")
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.contains("2 images, "))
    #expect(
      files("out") == [
        "a.png", "b.png", "overlays/a.png", "overlays/b.png", "probabilities/a.png",
        "probabilities/b.png",
      ])
    let segmenter = Segmenter(
      model, pool: ThreadPool(threads: 1), kernels: try Kernels.chosen())
    segmenter.keepsProbabilities = true
    let lines = try Line.all(result.output)
    #expect(lines.map(\.path) == ["a.png", "more/b.jpg"])
    for line in lines {
      let name = FilePath.stem(FilePath.name(line.path))
      let expected = try segmenter.segment(read(line.path))
      let mask = try read("out/\(name).png")
      #expect(mask.format == .gray8)
      #expect(mask.bytes == expected.classes.bytes.map { $0 == 0 ? 0 : 255 })
      let probability = try read("out/probabilities/\(name).png")
      #expect(probability.format == PixelFormat(channels: 1, bitDepth: 16))
      let samples = probability.withNumbers { $0.map { Int($0) } }
      #expect(samples == expected.probabilities?.map { Int(($0 * 65535).rounded()) })
      let overlay = try read("out/overlays/\(name).png")
      #expect(overlay.format == .rgb8 && overlay.width == mask.width)
      #expect((line.width, line.height) == (mask.width, mask.height))
      #expect((line.mask, line.overlay) == ("out/\(name).png", "out/overlays/\(name).png"))
      let found = try #require(line.classes?.first)
      #expect(found.pixels == mask.bytes.count { $0 != 0 })
      #expect(abs(found.fraction * Double(mask.bytes.count) - Double(found.pixels)) < 1e-6)
      let components = ConnectedComponents(
        of: mask.bytes, width: mask.width, height: mask.height
      ).components
      let areas = AreaHistogram(components.map(\.area))
      #expect(
        (found.smallest_area, found.largest_area) == (
          areas.range?.lowerBound ?? 0, areas.range?.upperBound ?? 0
        ))
      #expect(abs(found.mean_area - areas.mean) < 0.006 && found.median_area == areas.median)
      #expect(line.objects == components.count && found.objects == components.count)
    }
    let rows = try String(contentsOfFile: folder.path + "/t.csv", encoding: .utf8)
      .split(separator: "\n")
    #expect(rows.count == 3)
    #expect(rows[0].contains("cell fraction"))
    #expect(rows[1].hasPrefix("a.png,50,40,\(lines[0].objects ?? -1),"))
  }

  @Test func severalClassesAreNumbers() throws {
    let model = try weights(["cell", "nerve", "gap"])
    try image("a.png")
    let result = try segment("a.png", "-o", "out", "--probabilities")
    #expect(result.exitCode == 0)
    #expect(
      files("out") == ["a.png"] + ["cell", "gap", "nerve"].map { "probabilities/\($0)/a.png" })
    let segmenter = Segmenter(
      model, pool: ThreadPool(threads: 1), kernels: try Kernels.chosen())
    #expect(try read("out/a.png") == segmenter.segment(read("a.png")).classes)
    #expect(result.output.hasPrefix("a.png 50x40: "))
  }

  /// Windows do not depend on batches and threads, and hold fewer pixels than the image.
  @Test func windowsAndThreads() throws {
    _ = try weights()
    try image("a.png", width: 150, height: 130)
    for (number, words) in [
      ["--threads", "1"], ["--threads", "2", "--batch", "3"], ["--threads", "2"],
    ].enumerated() {
      let result = try BuiltProgram.run(
        ["segment", "-w", "w.safetensors", "a.png", "--tile", "64", "-o", "out\(number)"] + words,
        in: folder.path)
      #expect(result.exitCode == 0)
      #expect(try read("out\(number)/a.png") == read("out0/a.png"))
    }
    #expect(try segment("a.png", "--imgsz", "64", "-o", "alias").exitCode == 0)
    #expect(try read("alias/a.png") == read("out0/a.png"))
  }

  /// The polygons and run lengths of all objects, drawn again, are the mask.
  @Test(arguments: ["coco", "coco-rle"], [false, true])
  func contoursGiveBackTheMask(format: String, splits: Bool) throws {
    _ = try weights()
    try image("a.png")
    let result = try segment(
      ["a.png", "-o", "out", "--json", "--contours", format] + (splits ? ["--instances"] : []))
    #expect(result.exitCode == 0)
    let mask = try read("out/a.png")
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/out/contours.json"))
    let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let objects = try #require(root["annotations"] as? [[String: Any]])
    #expect(objects.count == (try Line.all(result.output).first?.objects))
    #expect(!objects.isEmpty)
    var drawn = [UInt8](repeating: 0, count: mask.bytes.count)
    for object in objects {
      let own =
        try (object["segmentation"] as? [[Double]]).map {
          try RunLengthMask(width: 50, height: 40, polygons: $0)
        }
        ?? RunLengthMask(
          width: 50, height: 40,
          counts: #require((object["segmentation"] as? [String: Any])?["counts"] as? [Int]))
      #expect(Double(own.area) == object["area"] as? Double)
      for (place, isInside) in own.pixels.enumerated() where isInside != 0 {
        #expect(drawn[place] == 0)
        drawn[place] = 255
      }
    }
    #expect(drawn == mask.bytes)
    if splits {
      let numbers = try read("out/instances/a.png").withNumbers { $0.map { Int($0) } }
      #expect(Set(numbers).subtracting([0]) == Set(1...objects.count))
      #expect(numbers.map { $0 == 0 ? UInt8(0) : 255 } == mask.bytes)
    }
  }

  private func segment(_ words: [String]) throws -> BuiltProgram.Result {
    try BuiltProgram.run(["segment", "--weights", "w.safetensors"] + words, in: folder.path)
  }

  @Test func labelMeFilesAreReadByConvert() throws {
    _ = try weights()
    try image("data/a.png")
    let result = try segment("data", "-o", "out", "--contours", "labelme", "--json")
    #expect(result.exitCode == 0)
    #expect(files("out") == ["a.png", "contours/a.json"])
    let line = try #require(try Line.all(result.output).first)
    #expect(line.contours == "out/contours/a.json")
    let json = try String(contentsOfFile: folder.path + "/out/contours/a.json", encoding: .utf8)
    #expect(json.contains("\"imagePath\":\"a.png\"") && json.contains("\"label\":\"cell\""))
    #expect(json.components(separatedBy: "\"shape_type\"").count == (line.objects ?? 0) + 1)
  }

  @Test func imagesOfOneStemKeepTheirSubfolders() throws {
    _ = try weights()
    for name in ["left/1.png", "right/1.png", "right/2.png"] { try image(name) }
    #expect(try segment("left", "right", "-o", "out").exitCode == 0)
    #expect(files("out") == ["2.png", "left/1.png", "right/1.png"])
  }

  /// A broken image fails alone, and leaves no file.
  @Test func brokenInputsAreNamed() throws {
    _ = try weights()
    try image("a.png", width: 200, height: 150)
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/a.png"))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: folder.path + "/cut.png"))
    let result = try segment("a.png", "cut.png", "none.png", "-o", "out", "--json", "--overlay")
    #expect(result.exitCode == 3)
    #expect(files("out") == ["a.png", "overlays/a.png"])
    let lines = try Line.all(result.output)
    #expect(lines.map { $0.error != nil } == [false, true, true])
    #expect(lines[1].width == nil)
    #expect(result.diagnostics.contains("cut.png ends early"))
    #expect(result.diagnostics.contains("2 of 3 images failed"))
    let failed = try segment("cut.png")
    #expect(failed.exitCode == 3 && !failed.diagnostics.contains("results are in"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/runs"))
    let limited = try segment("a.png", "-o", "small", "--max-pixels", "29999")
    #expect(limited.exitCode == 3)
    #expect(limited.diagnostics.contains("200x150 pixels, more than the limit of 29999"))
  }

  /// The image shows 19 nuclei by the labels of its dataset.
  @Test func theBuiltInWeightsFindNuclei() throws {
    let sample = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Samples/nuclei.png").path
    let result = try BuiltProgram.run(
      ["segment", sample, "-o", "masks", "--json"], in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let line = try #require(try Line.all(result.output).first)
    #expect((16...21).contains(try #require(line.objects)))
    #expect(files("masks") == ["nuclei.png"])
  }

  /// A TIFF mask has the pixels of the PNG mask, in several strips where rows are many.
  @Test func masksAreWrittenAsTIFF() throws {
    _ = try weights()
    try image("a.png", width: 640, height: 900)
    #expect(try segment("a.png", "-o", "png").exitCode == 0)
    #expect(try segment("a.png", "-o", "tif", "--mask-format", "tiff").exitCode == 0)
    #expect(files("tif") == ["a.tif"])
    let masks = try ["png/a.png", "tif/a.tif"].map {
      try ImageFile.read("\(folder.path)/\($0)").image
    }
    #expect(masks[0] == masks[1] && Set(masks[0].bytes).isSubset(of: [0, 255]))
  }

  @Test func mistakesAreUsage() throws {
    try image("a.png")
    try Fixtures.writeWeights(to: folder.path + "/w.safetensors")
    let detector = try segment("a.png")
    #expect(detector.exitCode == 2)
    #expect(detector.diagnostics.contains("compact, which does not segment"))
    _ = try weights()
    for words in [
      ["a.png", "--overlap", "0.9"], ["a.png", "--tile", "50"], ["a.png", "--contours", "xml"],
      ["a.png", "--threshold", "2"],
    ] {
      #expect(try segment(words).exitCode == 2)
    }
    #expect(try segment("a.png", "-o", ".").exitCode == 1, "the folder is not empty")
    let own = try segment("a.png", "-o", ".", "--overwrite")
    #expect(own.exitCode == 1)
    #expect(own.diagnostics.contains("would be overwritten"))
  }
}
