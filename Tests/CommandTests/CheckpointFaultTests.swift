import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Trainings that are killed or cannot write, at every file that they write: the last complete
/// checkpoint always loads, and the resumed run equals one that was never interrupted.
@Suite(.serialized) struct CheckpointFaultTests {
  private let folder: TemporaryFolder
  private static let words = [
    "train", "--data", ".", "--imgsz", "32", "--batch", "3", "--epochs", "2", "--patience", "0",
    "--threads", "1", "--workers", "1",
  ]
  /// The files in the order in which an epoch writes them.
  private static let files = [
    "weights/last.safetensors", "weights/best.safetensors", "results.csv",
    "checkpoint.safetensors",
  ]

  init() throws {
    folder = try TemporaryFolder()
    try Fixtures.writeVOC(in: folder)
  }

  private func contents(_ run: String, _ file: String) -> Data? {
    FileManager.default.contents(atPath: "\(folder.path)/runs/\(run)/\(file)")
  }

  private func leftovers() -> [String] {
    (FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? [])
      .filter { $0.contains(".glimpse-part") }
  }

  private func resume(_ run: String) throws {
    let result = try BuiltProgram.run(["train", "--resume", "runs/\(run)"], in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(leftovers() == [])
  }

  /// Kills the program as soon as a file is there; false if the program ended before.
  private func kill(_ words: [String], at file: String) throws -> Bool {
    let process = try BuiltProgram.start(words, in: folder.path)
    while process.isRunning, access("\(folder.path)/\(file)", F_OK) != 0 { usleep(100) }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  @Test func killedRunsAreResumed() throws {
    let whole = try BuiltProgram.run(Self.words + ["--name", "whole"], in: folder.path)
    #expect(whole.exitCode == 0, "\(whole.diagnostics)")
    let expected = Self.files.prefix(2).map { contents("whole", $0) }
    let moments = ["config.json"] + Self.files.map { $0 + ".glimpse-part" } + [Self.files[3]]
    var kills = 0
    for (number, moment) in moments.enumerated() {
      let run = "killed-\(number)"
      if try kill(Self.words + ["--name", run], at: "runs/\(run)/\(moment)") { kills += 1 }
      // A second kill, while the last checkpoint is complete.
      if contents(run, "checkpoint.safetensors") != nil {
        let words = ["train", "--resume", "runs/\(run)"]
        if try kill(words, at: "runs/\(run)/checkpoint.safetensors.glimpse-part") { kills += 1 }
      }
      if contents(run, "config.json") != nil {
        try resume(run)
      } else {
        // Killed before there was anything to resume: the name is free.
        let again = try BuiltProgram.run(Self.words + ["--name", run], in: folder.path)
        #expect(again.exitCode == 0, "\(again.diagnostics)")
      }
      #expect(Self.files.prefix(2).map { contents(run, $0) } == expected, "\(moment)")
    }
    // The machine may be too busy to see some of the short-lived files.
    #expect(kills >= 3)
  }

  /// A file size limit stands for a full disk: `write` fails in the middle of the file. The weights
  /// of compact have 4 MB, its checkpoint has four times as much.
  @Test(arguments: [(1 << 10, "last.safetensors"), (6 << 10, "checkpoint.safetensors")])
  func aFullDiskKeepsTheLastCheckpoint(kibibytes: Int, file: String) throws {
    let words = Self.words + ["--name", "full"]
    let first = try BuiltProgram.run(words + ["--epochs", "1"], in: folder.path)
    #expect(first.exitCode == 0, "\(first.diagnostics)")
    let before = Self.files.map { contents("full", $0) }
    let result = try BuiltProgram.runShell(
      "ulimit -f \(kibibytes); exec \"$GLIMPSE\" train --resume runs/full --epochs 2",
      in: folder.path)
    #expect(result.exitCode == 1, "\(result.diagnostics)")
    #expect(result.diagnostics.contains("\(file): the file cannot be written: File too large"))
    #expect(contents("full", "checkpoint.safetensors") == before[3])
    #expect(leftovers() == [])
    if file.hasPrefix("last") { #expect(Self.files.map { contents("full", $0) } == before) }
    try resume("full")
    let whole = try BuiltProgram.run(
      Self.words + ["--name", "whole", "--epochs", "2"], in: folder.path)
    #expect(whole.exitCode == 0)
    let more = try BuiltProgram.run(
      ["train", "--resume", "runs/full", "--epochs", "2"], in: folder.path)
    #expect(more.exitCode == 0)
    #expect(contents("full", "results.csv")?.split(separator: 10).count == 3)
  }
}
