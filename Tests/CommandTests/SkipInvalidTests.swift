import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Invalid labels end the commands that write from a dataset, unless they are skipped on request.
@Suite struct SkipInvalidTests {
  private let folder: TemporaryFolder

  /// Four training images of one valid row each. One has two invalid rows more; another has only
  /// an invalid one, and would count as background without it.
  init() throws {
    folder = try TemporaryFolder()
    for (split, count) in [("train", 4), ("val", 2)] {
      for number in 0..<count {
        try Fixtures.writeImage(
          to: "\(folder.path)/set/images/\(split)/\(split)\(number).png",
          seed: UInt64(number + count))
        try folder.write("set/labels/\(split)/\(split)\(number).txt", "0 .5 .5 .4 .4\n")
      }
    }
    try folder.write(
      "set/labels/train/train0.txt", "0 .5 .5 .4 .4\n0 0x1p-1 .5 .4 .4\n7 .5 .5 .1 .1\n")
    try folder.write("set/labels/train/train1.txt", "cat\n")
    try folder.write(
      "set/data.yaml", "train: images/train\nval: images/val\nnames: [cat, dog]\n")
  }

  private func run(_ words: String..., in place: String? = nil) throws -> BuiltProgram.Result {
    try BuiltProgram.run(words, in: place ?? folder.path)
  }

  @Test(arguments: [
    ["convert", "set", "--to", "coco", "-o", "out"],
    ["split", "set", "--ratios", "3,2", "-o", "out"],
  ])
  func writingSkipsOnRequest(words: [String]) throws {
    let refused = try BuiltProgram.run(words, in: folder.path)
    #expect(refused.exitCode == 4 && refused.diagnostics.contains("--skip-invalid"))
    let done = try BuiltProgram.run(words + ["--skip-invalid"], in: folder.path)
    #expect(done.exitCode == 3)
    for part in [
      "train0.txt:2: \"0x1p-1\"", "train0.txt:3: the class \"7\"", "train1.txt:1: \"cat\"",
    ] {
      #expect(done.diagnostics.contains(part), "\(done.diagnostics)")
    }
    // The image without a valid label is left out: 3 of 4, and 2.
    #expect(done.output.contains("5 images with 5 objects"), "\(done.output)")
    #expect(done.output.contains("by 4 issues"))
  }

  @Test func trainingSkipsOnRequest() throws {
    let words = ["train", "-d", "set", "--imgsz", "32", "--epochs", "1", "--batch", "2"]
    let refused = try BuiltProgram.run(words, in: folder.path)
    #expect(refused.exitCode == 4)
    let done = try BuiltProgram.run(words + ["--skip-invalid"], in: folder.path)
    #expect(done.exitCode == 3, "\(done.diagnostics)")
    #expect(done.diagnostics.contains("warning: 3 invalid labels skipped"))
    #expect(done.diagnostics.contains("train1.png: none of the image's labels is valid"))
    #expect(done.diagnostics.contains("on 3 images of 2 classes, validating on 2"))
  }

  /// config.json holds the dataset's absolute path; one that was moved is named by it.
  @Test func aRunIsResumedFromAnotherFolder() throws {
    try folder.write("elsewhere/note.txt")
    let words = ["train", "-d", "set", "--imgsz", "32", "--batch", "2", "--skip-invalid"]
    _ = try BuiltProgram.run(words + ["--epochs", "1", "--name", "one"], in: folder.path)
    let elsewhere = folder.path + "/elsewhere"
    let resumed = try run("train", "--resume", "../runs/one", "--epochs", "2", in: elsewhere)
    #expect(resumed.exitCode == 3, "\(resumed.diagnostics)")
    #expect(resumed.diagnostics.contains("Resuming from epoch 2"))
    try FileManager.default.moveItem(
      atPath: folder.path + "/set", toPath: folder.path + "/moved")
    let lost = try run("train", "--resume", "../runs/one", "--epochs", "3", in: elsewhere)
    #expect([1, 4].contains(lost.exitCode))
    #expect(lost.diagnostics.contains("/set: there is no file or folder"), "\(lost.diagnostics)")
  }
}
