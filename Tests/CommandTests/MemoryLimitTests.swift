import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// A step that does not fit into memory is refused before it starts, with the figure that fits.
@Suite struct MemoryLimitTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Fixtures.writeVOC(in: folder)
  }

  private func expectRefusal(_ result: BuiltProgram.Result, _ words: [String]) {
    #expect(result.exitCode == 1, "\(words): \(result.diagnostics)")
    #expect(result.output == "")
    let last = result.diagnostics.split(separator: "\n").last ?? ""
    #expect(last.hasPrefix("error: too little memory: "), "\(words): \(result.diagnostics)")
    #expect(last.contains(" fits"), "\(last)")
  }

  /// 4096 images of 4096 x 4096 pixels: the input alone has 3 TiB in one byte per value.
  @Test func absurdStepsAreRefused() throws {
    let size = ["--batch", "4096", "--imgsz", "4096"]
    for words in [
      ["bench"] + size, ["bench", "--train"] + size, ["bench", "--precision", "bf16"] + size,
    ] {
      expectRefusal(try BuiltProgram.run(words, in: folder.path), words)
    }
    // The dataset has six images to train on: with no more in a step, 4096 pixels may fit.
    let many = folder.path + "/many"
    try FileManager.default.createDirectory(atPath: many, withIntermediateDirectories: true)
    for number in 0..<4096 {
      try FileManager.default.createSymbolicLink(
        atPath: "\(many)/\(number).png",
        withDestinationPath: "\(folder.path)/JPEGImages/p0.png")
    }
    let words = ["detect", "many", "--no-save"] + size
    expectRefusal(try BuiltProgram.run(words, in: folder.path), words)
  }

  /// The limit of the address space stands for a small machine; the program itself needs some of it.
  @Test func aSmallMachineIsToldWhatFits() throws {
    for words in [
      "bench --imgsz 4096 --batch 16", "bench --train --imgsz 2048 --batch 16",
      "detect JPEGImages --no-save --imgsz 4096 --batch 10",
      "evaluate --data . --imgsz 4096x4096 --batch 4",
      "train --data . --imgsz 2048 --batch 6 --cache 0 --epochs 1",
    ] {
      let result = try BuiltProgram.runShell(
        "ulimit -v 2500000; exec \"$GLIMPSE\" \(words) --precision f32 --threads 1", in: folder.path
      )
      expectRefusal(result, [words])
    }
    // What the message advises is accepted.
    let result = try BuiltProgram.runShell(
      "ulimit -v 2500000; exec \"$GLIMPSE\" bench --imgsz 64 --batch 2 --runs 1 --threads 1",
      in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
  }
}
