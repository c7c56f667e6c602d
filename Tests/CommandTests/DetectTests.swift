import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// A line of `detect --json`.
private struct Line: Decodable {
  struct Found: Decodable {
    let box: [Double]
    let `class`: String
    let class_index: Int
    let score: Float
  }

  let path: String
  let width: Int?
  let height: Int?
  let boxes: [Found]?
  let milliseconds: Double?
  let drawing: String?
  let error: String?
  let warnings: [String]?

  static func all(_ output: String) throws -> [Line] {
    try output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
  }
}

@Suite struct DetectTests {
  private let folder: TemporaryFolder
  private let weights: String
  private let trained: Model

  init() throws {
    folder = try TemporaryFolder()
    weights = folder.path + "/w.safetensors"
    trained = try Fixtures.writeWeights(to: weights)
  }

  private func detect(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(["detect", "--weights", weights] + words, in: folder.path)
  }

  private func files(_ name: String) -> [String] {
    let found = try? FileManager.default.subpathsOfDirectory(atPath: "\(folder.path)/\(name)")
    return (found ?? []).filter { !Fixtures.runFiles.contains(($0 as NSString).lastPathComponent) }
      .sorted()
  }

  /// The library's own detector is the reference: the program adds reading and printing.
  @Test(arguments: [1, 3])
  func jsonHasTheDetectorsBoxes(batch: Int) throws {
    var options = DetectionOptions(confidence: 0.02, iou: 0.5, maximumDetections: 7)
    options.classes = [0, 2]
    let detector = Detector(
      trained, imageSize: 96, options: options, pool: ThreadPool(threads: 1),
      kernels: try Kernels.chosen())
    let sizes = [(80, 60), (300, 41), (33, 200), (64, 64)]
    for (index, size) in sizes.enumerated() {
      try Fixtures.writeImage(
        to: "\(folder.path)/in/\(index).png", width: size.0, height: size.1, seed: UInt64(index))
    }
    let result = try detect(
      "in", "--json", "--no-save", "--conf", "0.02", "--iou", ".5", "--max-det", "7", "--imgsz",
      "96", "--classes", "CAT,2", "--batch", "\(batch)", "--threads", "2")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let lines = try Line.all(result.output)
    #expect(lines.map(\.path) == sizes.indices.map { "in/\($0).png" })
    for (line, size) in zip(lines, sizes) {
      #expect(line.width == size.0 && line.height == size.1)
      #expect((line.milliseconds ?? 0) > 0)
      let image = try ImageFile.read("\(folder.path)/\(line.path)").image
      let expected = try detector.detect(image)
      let boxes = try #require(line.boxes)
      #expect(boxes.count == expected.count && !boxes.isEmpty)
      for (box, detection) in zip(boxes, expected) {
        #expect(box.score == detection.score)
        #expect(box.class_index == detection.classIndex)
        #expect(box.class == Fixtures.classNames[detection.classIndex])
        let corners = [
          detection.box.x1, detection.box.y1, detection.box.x2, detection.box.y2,
        ]
        // Written to a hundredth of a pixel.
        for (a, b) in zip(box.box, corners) { #expect(abs(a - b) <= 0.00501) }
      }
    }
    #expect(files("runs").isEmpty)
  }

  @Test func imagesWithBoxesGoIntoANewFolder() throws {
    try Fixtures.writeImage(to: folder.path + "/a.jpg", width: 120, height: 90)
    let before = FileManager.default.contents(atPath: folder.path + "/a.jpg")
    for number in 1...2 {
      let result = try detect("a.jpg", "--conf", "0.1", "--max-det", "3")
      #expect(result.exitCode == 0)
      #expect(result.output.hasPrefix("a.jpg 120x90: "))
      #expect(result.output.hasSuffix(" ms)\n"))
      #expect(result.output.split(separator: "\n").count == 1)
      #expect(result.diagnostics.contains("1 image, 3 boxes, "))
      #expect(result.diagnostics.hasSuffix("results are in runs/detect-\(number)\n"))
    }
    #expect(files("runs") == ["detect-1", "detect-1/a.jpg", "detect-2", "detect-2/a.jpg"])
    let drawn = try ImageFile.read(folder.path + "/runs/detect-1/a.jpg").image
    #expect(drawn.width == 120 && drawn.height == 90)
    let plain = try ImageFile.read(folder.path + "/a.jpg").image
    #expect(drawn != plain)
    #expect(FileManager.default.contents(atPath: folder.path + "/a.jpg") == before)
  }

  @Test func namesThatCollideDoNotOverwriteEachOther() throws {
    for path in ["x/cat.png", "y/cat.png", "y/cat-2.png", "z/CAT.jpg"] {
      try Fixtures.writeImage(to: "\(folder.path)/\(path)")
    }
    let result = try detect("x", "y", "z", "x/cat.png", "--output", "out", "--json")
    #expect(result.exitCode == 0)
    let drawings = try Line.all(result.output).map(\.drawing)
    #expect(
      drawings == [
        "out/cat.png", "out/cat-2.png", "out/cat-3.png", "out/CAT.jpg", "out/cat-4.png",
      ])
    #expect(files("out").count == 5)
  }

  @Test func labelsAndCropsFitTheBoxes() throws {
    for name in ["cat.png", "cat.jpg"] {
      try Fixtures.writeImage(to: "\(folder.path)/in/\(name)", width: 100, height: 50)
    }
    let result = try detect(
      "in", "-o", "out", "--conf", "0.02", "--max-det", "4", "--save-txt", "--save-conf",
      "--save-crop",
      "--no-save", "--json")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let lines = try Line.all(result.output)
    for (line, stem) in zip(lines, ["cat", "cat-2"]) {
      #expect(line.drawing == nil)
      let text = try String(
        contentsOfFile: "\(folder.path)/out/labels/\(stem).txt", encoding: .utf8)
      let rows = text.split(separator: "\n").map {
        $0.split(separator: " ").compactMap { Double($0) }
      }
      let boxes = try #require(line.boxes)
      #expect(rows.count == boxes.count && rows.count == 4)
      for (number, (row, found)) in zip(rows, boxes).enumerated() {
        let box = found.box
        let expected = [
          Double(found.class_index), (box[0] + box[2]) / 200, (box[1] + box[3]) / 100,
          (box[2] - box[0]) / 100, (box[3] - box[1]) / 50, Double(found.score),
        ]
        // The JSON's hundredth of a pixel is at most 0.0002 of 50 pixels.
        for (a, b) in zip(row, expected) { #expect(abs(a - b) < 3e-4) }
        #expect(row.count == 6)
        let ending = stem == "cat" ? "jpg" : "png"
        let crop = "\(folder.path)/out/crops/\(found.class)/\(stem)-\(number + 1).\(ending)"
        let image = try ImageFile.read(crop).image
        #expect(abs(Double(image.width) - (box[2] - box[0])) < 2.1)
        #expect(abs(Double(image.height) - (box[3] - box[1])) < 2.1)
      }
    }
    #expect(lines.count == 2)
    #expect(!files("out").contains("cat.png"))
  }

  /// Label files without scores can be used for training: five columns.
  @Test func labelsHaveScoresOnRequestAndAClassList() throws {
    try Fixtures.writeImage(to: "\(folder.path)/in/cat.png", width: 100, height: 50)
    let result = try detect(
      "in", "-o", "out", "--conf", "0.02", "--max-det", "3", "--save-txt", "--no-save")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let text = try String(contentsOfFile: "\(folder.path)/out/labels/cat.txt", encoding: .utf8)
    let rows = text.split(separator: "\n")
    #expect(rows.count == 3 && rows.allSatisfy { $0.split(separator: " ").count == 5 })
    #expect(
      try String(contentsOfFile: "\(folder.path)/out/classes.txt", encoding: .utf8)
        == "cat\ndog\nperson\n")
    #expect(try detect("in", "-o", "other", "--save-conf").exitCode == 2)
  }

  @Test func badFilesAmongGoodOnesAreListed() throws {
    let good = try Fixtures.writeImage(to: folder.path + "/good.jpg", width: 200, height: 160)
    let bytes = try #require(FileManager.default.contents(atPath: good))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: folder.path + "/half.jpg"))
    try folder.write("text.png", "no image at all")
    try folder.write("empty.jpg")
    try folder.write("list.txt", "good.jpg\nhalf.jpg\ntext.png\nempty.jpg\ngone.jpg\ngood.jpg\n")
    let result = try detect("list.txt", "--json", "--strict")
    #expect(result.exitCode == 3)
    let lines = try Line.all(result.output)
    #expect(lines.map { $0.error == nil } == [true, false, false, false, false, true])
    #expect(lines.map { $0.boxes != nil } == [true, false, false, false, false, true])
    let listed = result.diagnostics.split(separator: "\n").suffix(5)
    #expect(listed.first == "4 of 6 images failed:")
    #expect(
      listed.dropFirst().map { $0.trimmingCharacters(in: .whitespaces) } == [
        "half.jpg", "text.png", "empty.jpg", "gone.jpg",
      ])

    let tolerant = try detect("half.jpg", "--json")
    #expect(tolerant.exitCode == 0)
    #expect(try Line.all(tolerant.output)[0].warnings?.count == 1)
    #expect(tolerant.diagnostics.contains("1 image, "))
    #expect(tolerant.diagnostics.contains(", 1 warning, "))
    let picky = try detect("good.jpg", "--max-pixels", "1000")
    #expect(picky.exitCode == 3)
    #expect(picky.output == "")
    #expect(picky.diagnostics.contains("--max-pixels"))
  }

  /// A JPEG of twelve times the input's side is decoded at an eighth, drawn or not.
  @Test func drawingsDoNotChangeDetections() throws {
    try Fixtures.writeImage(to: folder.path + "/large.jpg", width: 768, height: 600)
    let words = ["large.jpg", "--json", "--conf", "0.01"]
    func boxes(_ more: [String]) throws -> String {
      let result = try BuiltProgram.run(
        ["detect", "--weights", weights] + words + more, in: folder.path)
      return "\(try Line.all(result.output).map(\.boxes))"
    }
    let drawn = try boxes([])
    #expect(drawn.contains("score"))
    #expect(try drawn == boxes(["--no-save"]))
    #expect(try ImageFile.information(folder.path + "/runs/detect-1/large.jpg").width == 768)
  }

  @Test func nothingOfTheUserIsOverwritten() throws {
    try Fixtures.writeImage(to: folder.path + "/in/a.png")
    let before = FileManager.default.contents(atPath: folder.path + "/in/a.png")
    let full = try detect("in", "--output", "in")
    #expect(full.exitCode == 1)
    #expect(full.diagnostics.contains("the folder 'in' is not empty"))
    let same = try detect("in", "--output", "in/../in", "--overwrite")
    #expect(same.exitCode == 1)
    #expect(same.diagnostics.contains("holds the input 'a.png'"))
    #expect(FileManager.default.contents(atPath: folder.path + "/in/a.png") == before)
    for _ in 0..<2 {
      #expect(try detect("in", "--output", "out", "--overwrite").exitCode == 0)
    }
    #expect(files("out") == ["a.png"])
  }

  @Test func mistakesAreToldBeforeAnyWork() throws {
    try Fixtures.writeImage(to: folder.path + "/a.png")
    for (words, code, sentence) in [
      (["a.png", "--classes", "horse"], 2, "these weights have no class 'horse'"),
      (["a.png", "--classes", "dgo"], 2, "have no class 'dgo'; did you mean dog?"),
      (["a.png", "--classes", "3"], 2, "--classes takes indices from 0 to 2"),
      (["b.png"], 1, "b.png: there is no file or folder of this name"),
      ([], 2, "detect needs <path>..."),
      (["a.png", "--imgsz", "65"], 2, "the nearest is 64"),
      (["a.png", "--conf", "2"], 2, "--conf takes a number from 0 to 1"),
      (["a.png", "--weights", "a.png"], 1, "a.png is not a valid safetensors file"),
      (["a.png", "--weights", "./none"], 1, "./none: there is no file of this name"),
    ] {
      let result = try BuiltProgram.run(
        ["detect", "--weights", weights] + words, in: folder.path)
      #expect(result.exitCode == Int32(code))
      #expect(result.output == "")
      #expect(result.diagnostics.hasPrefix("error: "))
      #expect(result.diagnostics.contains(sentence), "\(result.diagnostics)")
      #expect(result.diagnostics.split(separator: "\n").count == 1)
    }
    #expect(files("runs").isEmpty)
  }

  @Test(.enabled(if: Fixtures.hasShared("photos"), "needs the photographs beside the project"))
  func photographsOfAllKindsAreDrawn() throws {
    let photos = Fixtures.shared.appendingPathComponent("photos").path
    let result = try detect(photos, "--conf", "0.2")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.split(separator: "\n").count == 8)
    #expect(files("runs/detect-1").count == 8)
    let (width, height) = (1411, 1411)  // as the folder's README says
    #expect(result.output.contains("retina.jpg \(width)x\(height): "))
  }

  /// Every file gives one line, whatever is wrong with it, and the program ends as it should.
  @Test func hostileFilesFailAlone() throws {
    let codecs = folder.path + "/mixed"
    try Fixtures.writeImage(to: codecs + "/whole.png")
    try Fixtures.writeImage(to: codecs + "/whole.jpg")
    for (name, text) in [("empty.jpg", ""), ("text.png", "no image"), ("page.jpeg", "<html>")] {
      try folder.write("mixed/\(name)", text)
    }
    let png = try Data(contentsOf: URL(fileURLWithPath: codecs + "/whole.png"))
    try png.prefix(60).write(to: URL(fileURLWithPath: codecs + "/cut.png"))
    try (png.prefix(20) + Data(count: 40)).write(to: URL(fileURLWithPath: codecs + "/zeros.png"))
    var source = InputSource([codecs])
    var images: [String] = []
    while let item = source.next() { images.append(item.path) }
    let result = try detect(codecs, "--json", "--no-save")
    #expect(result.exitCode == 3)
    let lines = try Line.all(result.output)
    #expect(lines.map(\.path) == images)
    let failed = lines.filter { $0.error != nil }
    #expect(!failed.isEmpty && failed.count < lines.count)
    #expect(failed.allSatisfy { $0.error?.contains($0.path) == true })
    #expect(result.diagnostics.contains("\(failed.count) of \(lines.count) images failed:\n"))
  }
}
