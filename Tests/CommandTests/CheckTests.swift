import Foundation
import Glimpse
import TestSupport
import Testing

@testable import GlimpseCommand

/// `check` of the built program.
@Suite struct CheckTests {
  private static let nasty = "<script>alert('a & b')</script>"
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func check(_ words: [String]) throws -> BuiltProgram.Result {
    try BuiltProgram.run(
      ["check"] + words, environment: ["XDG_CACHE_HOME": folder.path + "/cache"])
  }

  private struct Document: Decodable {
    struct Split: Decodable {
      let name: String
      let images: Int
      let objects: Int
      let small: Int
      let medium: Int
    }
    struct ClassRow: Decodable {
      let name: String
      let counts: [String: Int]
    }
    struct Issue: Decodable {
      let severity: String
      let kind: String
      let file: String
      let line: Int?
    }
    let errors: Int
    let warnings: Int
    let splits: [Split]
    let classes: [ClassRow]
    let issues: [Issue]
  }

  private func document(_ text: String) throws -> Document {
    #expect(text.split(separator: "\n").count == 1)
    return try JSONDecoder().decode(Document.self, from: Data(text.utf8))
  }

  /// A YOLO dataset of two images a split, without an issue.
  private func writeYOLO() throws -> String {
    let root = folder.path + "/yolo"
    try folder.write(
      "yolo/data.yaml",
      "train: images/train\nval: images/val\nnames: [\"\(Self.nasty)\", cat]\n")
    for (number, name) in ["train/a", "train/b", "val/c", "val/d"].enumerated() {
      let box = Box(
        x1: Double(5 + 9 * number), y1: Double(4 * number), x2: 60, y2: Double(40 + 3 * number))
      try Fixtures.writeImage(
        to: "\(root)/images/\(name).png", box: box, seed: UInt64(number))
      // 40 x 15 and 8 x 6 pixels of 80 x 60.
      try folder.write(
        "yolo/labels/\(name).txt", "0 0.5 0.5 0.5 0.25\n1 0.25 0.25 0.1 0.1\n")
    }
    return root
  }

  @Test func aSoundDataSetGivesZero() throws {
    let root = try writeYOLO()
    let result = try check([root])
    #expect(result.exitCode == 0 && result.diagnostics.isEmpty)
    #expect(result.output.contains("No issues found."))
    // The same from what is kept, without decoding, and strictly.
    for words in [[], ["--no-images"], ["--strict"], ["--threads", "1"]] {
      #expect(try check([root] + words).exitCode == 0, "\(words)")
    }
    let numbers = try document(check([root, "--json"]).output)
    #expect(numbers.splits.map(\.name) == ["train", "val"])
    #expect(numbers.splits.allSatisfy { $0.images == 2 && $0.objects == 4 })
    // 600 and 48 square pixels are below 32².
    #expect(numbers.splits.allSatisfy { $0.small == 4 && $0.medium == 0 })
    #expect(numbers.classes.map(\.name) == [Self.nasty, "cat"])
    #expect(numbers.classes.allSatisfy { $0.counts == ["train": 2, "val": 2] })
    #expect(numbers.issues.isEmpty && numbers.errors == 0 && numbers.warnings == 0)
  }

  @Test func warningsCountOnlyWhenStrict() throws {
    let root = try writeYOLO()
    try folder.write("yolo/labels/train/orphan.txt", "0 0.5 0.5 0.5 0.5\n")
    #expect(try check([root]).exitCode == 0)
    let strict = try check([root, "--strict"])
    #expect(strict.exitCode == 4 && strict.output.contains("0 errors, 1 warning"))
    // Of a split without it, none.
    #expect(try check([root, "--strict", "--split", "val"]).exitCode == 0)
  }

  @Test func errorsGiveFourAndAreNamedByFileAndLine() throws {
    let root = try writeYOLO()
    let rows = Array(repeating: "7 0.5 0.5 0.5 0.5\n", count: 8).joined()
    try folder.write("yolo/labels/val/c.txt", "0 0.5 0.5 0.5 0.25\n" + rows)
    let result = try check([root])
    #expect(result.exitCode == 4)
    #expect(result.output.contains("error: unknown class (8)"))
    #expect(result.output.contains("\(root)/labels/val/c.txt:2: "))
    #expect(result.output.contains("and 3 more; --all lists them"))
    #expect(!result.output.contains("c.txt:7: "))
    #expect(try check([root, "--all"]).output.contains("c.txt:9: "))
    #expect(try check([root, "--max-issues", "7"]).output.contains("and 1 more"))
    let sheet = folder.path + "/issues.csv"
    let found = try document(check([root, "--json", "--csv", sheet]).output)
    #expect(found.errors == 8 && found.issues.map(\.line) == Array(2...9))
    #expect(found.issues.allSatisfy { $0.severity == "error" && $0.kind == "unknown class" })
    let lines = try String(contentsOfFile: sheet, encoding: .utf8).split(separator: "\r\n")
    #expect(lines.count == 9 && lines[0] == "severity,kind,file,line,message")
    #expect(lines[1].hasPrefix("error,unknown class,\(root)/labels/val/c.txt,2,"))
  }

  /// The dataset is never changed: neither by replacing a file nor by a new one that it would read.
  @Test func outputsDoNotChangeTheDataset() throws {
    let root = try writeYOLO()
    let link = folder.path + "/link.csv"
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: root + "/labels/val/c.txt")
    func content() throws -> [String] {
      try FileManager.default.subpathsOfDirectory(atPath: root).sorted().map {
        $0 + (FileManager.default.contents(atPath: root + "/" + $0)?.base64EncodedString() ?? "")
      }
    }
    let before = try content()
    for file in [
      root + "/data.yaml", root + "/labels/val/c.txt", root + "/labels/train/new.txt",
      root + "/images/val/c.png", root + "/new.json",
    ] {
      for data in [root, root + "/data.yaml"] {
        let result = try check([data, "--csv", file])
        #expect(result.exitCode == 2 && result.output.isEmpty, "\(result.diagnostics)")
        #expect(result.diagnostics.contains(file))
      }
    }
    #expect(try check([root, "--csv", link]).exitCode == 2)
    #expect(try content() == before)
    #expect(try check([root, "--csv", root + "/issues.csv"]).exitCode == 0)
    // A description may name a dataset elsewhere.
    try folder.write(
      "away/data.yaml", "path: \(root)\ntrain: images/train\nval: images/val\nnames: [cat, dog]\n")
    let away = try check([folder.path + "/away", "--csv", root + "/labels/val/c.txt"])
    #expect(away.exitCode == 2)
  }

  @Test func aChangedLabelIsSeenThoughImagesAreKept() async throws {
    let root = try writeYOLO()
    try await Task.sleep(for: .seconds(2.2))
    #expect(try check([root]).exitCode == 0)
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache/glimpse")
    #expect(kept.count == 1)
    // The same length, and the old time put back.
    let path = root + "/labels/val/c.txt"
    let times = try FileManager.default.attributesOfItem(atPath: path)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try folder.write("yolo/labels/val/c.txt", text.replacing("1 0.25", with: "9 0.25"))
    try FileManager.default.setAttributes(
      [.modificationDate: times[.modificationDate] ?? Date()], ofItemAtPath: path)
    #expect(try check([root]).output.contains("c.txt:2: "))
  }

  @Test func imagesAreNotOpenedWhenNotAskedFor() throws {
    let root = try writeYOLO()
    try folder.write("yolo/images/val/c.png", "no image")
    #expect(try check([root]).output.contains("error: unreadable image (1)"))
    #expect(try check([root, "--no-images"]).exitCode == 0)
  }

  @Test func whatIsNoDataSetIsOneSentence() throws {
    try folder.write("empty/readme.txt", "nothing")
    for words in [
      ["/nonexistent"], [folder.path + "/empty"], [try writeYOLO(), "--split", "holiday"],
      [folder.path + "/yolo", "--format", "voc"],
    ] {
      let result = try check(words)
      #expect(result.exitCode == (words == ["/nonexistent"] ? 1 : 4) && result.output.isEmpty)
      #expect(result.diagnostics.split(separator: "\n").count == 1, "\(result.diagnostics)")
    }
    #expect(try check([]).exitCode == 2)
    #expect(try check([folder.path + "/yolo", "--report", "page.txt"]).exitCode == 2)
    #expect(try check([folder.path + "/yolo", "--report", "/nonexistent/p.html"]).exitCode == 1)
  }

  @Test func whatTrainingWillSeeIsDrawn() throws {
    let root = try writeYOLO()
    let out = folder.path + "/out"
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    func run(_ words: [String]) throws -> BuiltProgram.Result {
      try BuiltProgram.run(["check", root, "--augmented", "5"] + words, in: out)
    }
    let result = try run(["--report", "page.html"])
    #expect(result.exitCode == 0 && result.diagnostics.contains("runs/check-1/augmented.jpg"))
    // Three columns of two rows, 320 pixels each, with 4 pixels around.
    let sheet = try ImageFile.read(out + "/runs/check-1/augmented.jpg").image
    #expect(sheet.width == 3 * 324 + 4 && sheet.height == 2 * 324 + 4)
    let page = PageReader(try String(contentsOfFile: out + "/page.html", encoding: .utf8))
    #expect(page.issue == nil && page.all("h2").contains { $0.text == "Augmented training images" })
    #expect(page.all("b").count { $0.text.hasPrefix("Image ") } == 5)
    // The same again for the same settings, others for others.
    #expect(try run([]).exitCode == 0)
    let config = try folder.write("config.json", "{\"seed\": 5}")
    #expect(try run(["--config", config]).exitCode == 0)
    let sheets = try [1, 2, 3].map {
      try Data(contentsOf: URL(fileURLWithPath: out + "/runs/check-\($0)/augmented.jpg"))
    }
    #expect(sheets[0] == sheets[1] && sheets[0] != sheets[2])
    #expect(try run(["--config", "/nonexistent"]).exitCode != 0)
  }

  @Test func eachImageHasTheSizeThatItsBatchHasInTraining() throws {
    let check = try DatasetCheck(path: writeYOLO())
    var config = TrainingConfig()
    config.imgsz = 64
    config.multiScale = 0.5
    config.batch = 1
    let sheet = try AugmentedGrid(check, config: config, count: 60)
    // Two images an epoch, each a batch.
    let sides = (0..<60).map {
      config.plan(at: LoaderState(epoch: $0 / 2, batch: $0 % 2)).size.longestSide
    }
    #expect(
      sheet.thumbnails.map { max($0.width, $0.height) } == sides && Set(sides) == [32, 64, 96])
    // Eight columns.
    #expect(sheet.image.width == 8 * 324 + 4 && sheet.image.height == 8 * 324 + 4)
  }

  @Test func largeSheetsOfTrainingImagesAreBounded() throws {
    let check = try DatasetCheck(path: writeYOLO())
    var config = TrainingConfig()
    config.imgsz = 32
    // Twenty columns of 4096 / 20 - 4 = 200 pixels and 4 around each.
    let sheet = try AugmentedGrid(check, config: config, count: 400)
    #expect(sheet.thumbnails.count == 400)
    #expect(sheet.image.width == 20 * 204 + 4 && sheet.image.height == 20 * 204 + 4)
  }

  @Test func masksAndTurnedImagesAreShown() throws {
    for name in ["a", "b"] {
      try Fixtures.writeImage(
        to: folder.path + "/masks/images/\(name).png", seed: UInt64(name == "a" ? 1 : 2))
      try ImageFile.write(
        Image(width: 80, height: 60, format: .gray8, filledWith: 255),
        to: folder.path + "/masks/\(name).png.tmp.png")
      try FileManager.default.createDirectory(
        atPath: folder.path + "/masks/masks", withIntermediateDirectories: true)
      try FileManager.default.moveItem(
        atPath: folder.path + "/masks/\(name).png.tmp.png",
        toPath: folder.path + "/masks/masks/\(name).png")
    }
    let page = folder.path + "/page.html"
    let result = try check([folder.path + "/masks", "--report", page])
    #expect(result.exitCode == 0, "\(result.output)")
    #expect(try PageReader(String(contentsOfFile: page, encoding: .utf8)).all("image").count == 2)
  }

  @Test func thePageHoldsAllAndEscapesEverything() throws {
    let root = try writeYOLO()
    try FileManager.default.copyItem(
      atPath: root + "/images/train/a.png", toPath: root + "/images/val/a & <b>.png")
    try folder.write("yolo/labels/val/a & <b>.txt", "0 0.5 0.5 0.5 0.25\n0 0.5 0.5 0 0.25\n")
    let path = folder.path + "/page.html"
    #expect(try check([root, "--report", path]).exitCode == 4)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let page = PageReader(text)
    #expect(page.issue == nil)
    #expect(page.all("script").count == 1)
    let headings = page.all("h2").map(\.text)
    for heading in ["Issues", "Class balance", "Box statistics", "Labeled images"] {
      #expect(headings.contains(heading))
    }
    #expect(headings.contains("Duplicates and near-duplicates"))
    // Five images once each, and the pair.
    #expect(page.all("image").count == 7)
    #expect(page.all("image").allSatisfy { $0.attributes["href"]?.hasPrefix("data:") == true })
    let cells = page.all("td").map(\.text)
    #expect(cells.contains("labels/val/a & <b>.txt:2"))
    #expect(
      cells.contains { $0.contains("the image is a copy, byte for byte, of images/train/a.png") })
    // Every object of the images has its box twice: a halo, and a line in the color of its class.
    #expect(page.all("rect").count { $0.attributes["class"] == "halo" } == 9)
    #expect(page.all("text").contains { $0.text.hasPrefix("<script>") })
  }
}
