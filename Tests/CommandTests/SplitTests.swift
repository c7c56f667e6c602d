import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// The built program deals images out to splits.
@Suite struct SplitTests {
  private let folder: TemporaryFolder
  /// Where new folders go: not into the dataset.
  private let target: TemporaryFolder

  /// The ten images of `Fixtures.writeVOC`, which all look alike but for a moving rectangle.
  init() throws {
    folder = try TemporaryFolder()
    target = try TemporaryFolder()
    try Fixtures.writeVOC(in: folder)
  }

  private func split(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(
      ["split", "."] + words, in: folder.path,
      environment: ["XDG_CACHE_HOME": folder.path + "/cache"])
  }

  private func names(_ path: String, _ split: String) throws -> [String] {
    try Dataset.open(path: target.path + "/" + path, split: split).samples.map {
      URL(fileURLWithPath: $0.imagePath).lastPathComponent
    }
  }

  @Test func sharesAreKeptAndSeedsDecide() throws {
    for (output, seed) in [("a", "1"), ("b", "1"), ("c", "2")] {
      let result = try split(
        "-o", target.path + "/" + output, "--ratios", "7,3", "--seed", seed, "--no-groups", "--to",
        "yolo")
      #expect(result.exitCode == 0, "\(result.diagnostics)")
    }
    #expect(try names("a", "train").count == 7 && names("a", "val").count == 3)
    #expect(try names("a", "val") == names("b", "val"))
    #expect(try names("a", "val") != names("c", "val"))
    #expect(
      try Set(names("a", "train") + names("a", "val")) == Set((0..<10).map { "p\($0).png" }))
    // The classes cat, dog and person have four, three and three images: one of each goes to val.
    #expect(
      DatasetStatistics([try Dataset.open(path: target.path + "/a", split: "val")]).classObjects
        == [1, 1, 1])
  }

  /// Two exact copies of an image go the same way, whatever the seed.
  @Test func copiesStayTogether() throws {
    let images = folder.path + "/JPEGImages/"
    for number in 0..<10 {
      // Images that differ: each of another size, so that only the copies are alike.
      try Fixtures.writeImage(
        to: images + "p\(number).png", width: 60 + 20 * number, height: 60,
        box: Box(x1: 10, y1: 10, x2: 40, y2: 40), seed: UInt64(number))
    }
    try FileManager.default.removeItem(atPath: images + "p9.png")
    try FileManager.default.copyItem(atPath: images + "p0.png", toPath: images + "p9.png")
    for seed in 0..<4 {
      let result = try split(
        "-o", target.path + "/out\(seed)", "--shares", "1,1", "--seed", "\(seed)", "--images",
        "none", "--to",
        "coco")
      #expect([0, 3].contains(result.exitCode), "\(result.diagnostics)")
      let file = try String(
        contentsOfFile: target.path + "/out\(seed)/annotations/instances_val.json", encoding: .utf8)
      #expect(file.contains("\"p0.png\"") == file.contains("\"p9.png\""))
    }
  }

  @Test func foldsAreWritten() throws {
    let result = try split(
      "-o", target.path + "/folds", "--folds", "5", "--no-groups", "--images", "symlink")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    var seen: [String] = []
    for fold in 1...5 {
      #expect(try names("folds/fold-\(fold)", "train").count == 8)
      seen += try names("folds/fold-\(fold)", "val")
    }
    #expect(seen.count == 10 && Set(seen).count == 10)
  }

  /// Ten images leave nothing for two of twelve folds: none of them is written then.
  @Test func foldsAppearTogether() throws {
    let result = try split("-o", target.path + "/folds", "--folds", "12", "--no-groups")
    #expect(result.exitCode == 4 && result.diagnostics.contains("are too few"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: target.path).isEmpty)
  }

  /// An issue of the dataset is one, however many folds are made of it.
  @Test func issuesAreToldOnce() throws {
    let path = folder.path + "/Annotations/p0.xml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try folder.write("Annotations/p0.xml", text.replacing("<xmax>35<", with: "<xmax>2<"))
    let result = try split(
      "-o", target.path + "/folds", "--folds", "3", "--no-groups", "--images", "none")
    #expect(result.exitCode == 3)
    #expect(result.diagnostics.split(separator: "\n").count == 1, "\(result.diagnostics)")
  }

  /// Ten images that look alike are one group, which cannot be dealt out.
  @Test func tooFewGroupsAreRefused() throws {
    for number in 1..<10 {
      let place = folder.path + "/JPEGImages/p\(number).png"
      try FileManager.default.removeItem(atPath: place)
      try FileManager.default.copyItem(
        atPath: folder.path + "/JPEGImages/p0.png", toPath: place)
    }
    let result = try split("-o", target.path + "/out")
    #expect(result.exitCode == 4)
    #expect(result.diagnostics.contains("1 groups of near-duplicate images are too few"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: target.path).isEmpty)
  }

  @Test func usageIsExplained() throws {
    for (words, message) in [
      (["."], "split needs --output <folder>"),
      ([".", "-o", "x", "--shares", "1"], "--ratios takes two or three numbers"),
      ([".", "-o", "x", "--shares", "1,1", "--folds", "2"], "exclude each other"),
      ([".", "-o", "x", "--folds", "1"], "--folds takes"),
    ] {
      let result = try BuiltProgram.run(["split"] + words, in: folder.path)
      #expect(result.exitCode == 2)
      #expect(result.diagnostics.contains(message), "\(result.diagnostics)")
    }
  }
}
