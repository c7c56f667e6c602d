import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Runs into a folder that are divided, killed and resumed, by the built program.
@Suite struct BatchRunTests {
  private let folder: TemporaryFolder
  private let weights: String

  init() throws {
    folder = try TemporaryFolder()
    weights = try Fixtures.writeWeights(in: folder)
  }

  private func detect(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(["detect", "-w", weights, "--imgsz", "64", "-q"] + words, in: folder.path)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(folder.path)/\(name)", encoding: .utf8)
  }

  private func merge(_ name: String) throws -> String {
    let result = try BuiltProgram.run(["merge", name], in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    return result.output
  }

  /// A list of images, of which each 100th is broken in one of four ways; returns their indices.
  private func writeList(_ count: Int) throws -> Set<Int> {
    try Fixtures.writeImage(to: folder.path + "/in/a.jpg", width: 48, height: 32)
    try Fixtures.writeImage(to: folder.path + "/in/b.png", width: 30, height: 60)
    let png = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/in/b.png"))
    try png.prefix(png.count / 2).write(to: URL(fileURLWithPath: folder.path + "/in/half.png"))
    try folder.write("in/text.jpg", "no image")
    try folder.write("in/empty.png", "")
    let broken = ["half.png", "text.jpg", "empty.png", "gone.jpg"]
    var failing: Set<Int> = []
    let lines = (0..<count).map { index in
      guard index % 100 == 37 || index == 3 else { return index % 3 == 0 ? "b.png" : "a.jpg" }
      failing.insert(index)
      return broken[failing.count % broken.count]
    }
    try folder.write("in/list.txt", lines.joined(separator: "\n"))
    return failing
  }

  private struct Row: Decodable {
    let index: Int
    let status: String
    let error_class: String?
  }

  private func rows(_ text: String) throws -> [Row] {
    try text.split(separator: "\n").map {
      try JSONDecoder().decode(Row.self, from: Data($0.utf8))
    }
  }

  /// Debug programs are slow.
  private static var imageCount: Int {
    #if DEBUG
      60
    #else
      2000
    #endif
  }

  /// Four shards, each killed at random moments by SIGKILL and SIGTERM and started again.
  @Test func killedShardsGiveTheRowsOfOneRun() throws {
    let count = Self.imageCount
    let failing = try writeList(count)
    let whole = try detect("in/list.txt", "-o", "whole", "--no-save")
    #expect(whole.exitCode == 3, "\(whole.diagnostics)")
    var generator = SeededGenerator(seed: 11)
    for shard in 0..<4 {
      let words = [
        "detect", "-w", weights, "--imgsz", "64", "-q", "in/list.txt", "-o", "parts", "--shard",
        "\(shard)/4",
      ]
      for _ in 0..<5 {
        let process = try BuiltProgram.start(words, in: folder.path)
        usleep(UInt32(20_000 + generator.next() % 300_000))
        kill(process.processIdentifier, generator.next() % 2 == 0 ? SIGKILL : SIGTERM)
        process.waitUntilExit()
      }
      let last = try BuiltProgram.run(words, in: folder.path)
      #expect(last.exitCode == 3 || last.exitCode == 0, "\(last.diagnostics)")
    }
    let merged = try merge("parts")
    #expect(try merged == text("whole/rows.jsonl"))
    let found = try rows(merged)
    #expect(found.map(\.index) == Array(0..<count))
    #expect(Set(found.filter { $0.status == "failed" }.map(\.index)) == failing)
    let verified = try BuiltProgram.run(["verify", "parts", "--json"], in: folder.path)
    #expect(verified.exitCode == 0)
    #expect(verified.output.contains("\"rows\":\(count),\"failed\":\(failing.count)"))
    // Nothing is left but what the run is made of.
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/parts")
    #expect(files.count == 1 + 4 * 3, "\(files)")
  }

  @Test func aTornRowIsMadeAnew() throws {
    _ = try writeList(9)
    #expect(try detect("in/list.txt", "-o", "out").exitCode == 3)
    let rows = try text("out/rows.jsonl")
    let place = folder.path + "/out/"
    // As a process leaves it that dies within a row, whose times were written before.
    let times = try text("out/times.jsonl")
    for (name, bytes) in [("rows", rows.utf8.count - 10), ("times", times.utf8.count)] {
      let data = try Data(contentsOf: URL(fileURLWithPath: place + name + ".jsonl"))
      try data.prefix(bytes).write(to: URL(fileURLWithPath: place + name + ".jsonl.partial"))
      try FileManager.default.removeItem(atPath: place + name + ".jsonl")
    }
    let incomplete = try BuiltProgram.run(["merge", "out"], in: folder.path)
    #expect(incomplete.exitCode == 1 && incomplete.output.isEmpty)
    #expect(incomplete.diagnostics.contains("1 shard of 1 are not complete"))
    #expect(try BuiltProgram.run(["verify", "out"], in: folder.path).exitCode == 4)
    let again = try detect("in/list.txt", "-o", "out")
    #expect(again.exitCode == 3)
    #expect(again.diagnostics.contains("out: resuming after 8 rows, 1 failed"))
    #expect(try text("out/rows.jsonl") == rows)
    #expect(try text("out/times.jsonl").split(separator: "\n").count == 9)
    // A complete run does nothing more.
    let third = try detect("in/list.txt", "-o", "out")
    #expect(third.exitCode == 3 && third.diagnostics.contains("out is complete: 9 rows, 1 failed"))
  }

  @Test func runsOfOtherOptionsAreRefused() throws {
    _ = try writeList(3)
    #expect(try detect("in/list.txt", "-o", "out").exitCode == 0)
    for (words, difference) in [
      (["in/list.txt", "--conf", "0.4"], "--conf 0.25, now 0.4"),
      (["in/a.jpg"], "3 inputs, now 1"),
      (["in/list.txt", "--no-save"], "--no-save default, now on"),
      (["in/list.txt", "--shard", "0/2"], "shards 1, now 2"),
    ] {
      let result = try BuiltProgram.run(
        ["detect", "-w", weights, "--imgsz", "64", "-o", "out"] + words, in: folder.path)
      #expect(result.exitCode == 1)
      #expect(
        result.diagnostics.contains("holds results of another run: ")
          && result.diagnostics.contains(difference), "\(result.diagnostics)")
    }
    #expect(try detect("in/a.jpg", "-o", "out", "--overwrite").exitCode == 0)
    #expect(try rows(text("out/rows.jsonl")).count == 1)
  }

  @Test func shardsAreTakenFromSchedulers() throws {
    _ = try writeList(5)
    for (variables, expected) in [
      (
        ["SLURM_ARRAY_TASK_ID": "8", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "7"], 1
      ),
      (["JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "2"], 0),
      (["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2"], 1),
    ] as [([String: String], Int)] {
      let out = "out\(variables.count)-\(expected)"
      let result = try BuiltProgram.run(
        ["detect", "-w", weights, "--imgsz", "64", "in/list.txt", "-o", out, "--shard", "auto"],
        in: folder.path, environment: variables)
      #expect(result.exitCode != 1 && result.exitCode != 2, "\(result.diagnostics)")
      let found = try rows(text("\(out)/rows-\(expected)-of-2.jsonl"))
      #expect(found.map(\.index) == (0..<5).filter { $0 % 2 == expected })
    }
    for (words, sentence) in [
      (["--shard", "auto", "-o", "x"], "no variables of Slurm, Kubernetes or Open MPI are set"),
      (["--shard", "2/2", "-o", "x"], "takes i/n with i from 0 to n - 1"),
      (["--shard", "0/2"], "--shard needs --output"),
    ] {
      let result = try BuiltProgram.run(
        ["detect", "-w", weights, "in/list.txt"] + words, in: folder.path)
      #expect(
        result.exitCode == 2 && result.diagnostics.contains(sentence), "\(result.diagnostics)")
    }
  }

  @Test func failuresMayEndTheRun() throws {
    _ = try writeList(9)
    let fails = try detect("in/list.txt", "-o", "out", "--on-error", "fail", "--threads", "1")
    #expect(fails.exitCode == 1 && fails.diagnostics.contains("--on-error fail ends the run"))
    // The rows so far are kept.
    #expect(try text("out/rows.jsonl.partial").contains("\"status\":\"failed\""))
    let limit = try detect("in/list.txt", "--json", "--no-save", "--max-failures", "0")
    #expect(limit.exitCode == 1 && limit.diagnostics.contains("more than --max-failures 0"))
    #expect(try detect("in/list.txt", "--no-save", "--max-failures", "1").exitCode == 3)
  }

  /// Two programs that write one part would mix their rows.
  @Test func aSecondWriterIsRefused() throws {
    _ = try writeList(2)
    #expect(try detect("in/list.txt", "-o", "out").exitCode == 0)
    let rows = folder.path + "/out/rows.jsonl"
    try FileManager.default.moveItem(atPath: rows, toPath: rows + ".partial")
    let result = try BuiltProgram.runShell(
      "exec 9<out/rows.jsonl.partial; flock 9; \"$GLIMPSE\" detect -w \(weights) --imgsz 64 in/list.txt -o out",
      in: folder.path)
    #expect(result.exitCode == 1)
    #expect(result.diagnostics.contains("another process writes 'out/rows.jsonl'"))
  }

  /// Images on standard input, as ffmpeg's image2pipe writes them.
  @Test func aStreamIsRead() throws {
    _ = try writeList(2)
    let result = try BuiltProgram.runShell(
      "cat in/a.jpg in/b.png in/a.jpg | \"$GLIMPSE\" detect -w \(weights) --imgsz 64 --stream - --json",
      in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.split(separator: "\n").count == 3)
    #expect(result.output.contains("\"path\":\"frame-000002.png\""))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!files.contains("runs"))
  }

  /// A tar archive gives the same boxes as its files.
  @Test func archivesAreRead() throws {
    _ = try writeList(2)
    let packed = try BuiltProgram.runShell(
      "tar cf in/images.tar in/a.jpg in/b.png", in: folder.path)
    try #require(packed.exitCode == 0)
    func boxes(_ inputs: String...) throws -> [Substring] {
      let result = try BuiltProgram.run(
        ["detect", "-w", weights, "--imgsz", "64", "--json", "--no-save"] + inputs, in: folder.path)
      #expect(result.exitCode == 0, "\(result.diagnostics)")
      return result.output.split(separator: "\n").map {
        $0[($0.range(of: "\"width\"")?.lowerBound ?? $0.startIndex)...].prefix { $0 != "m" }
      }
    }
    let found = try boxes("in/images.tar")
    #expect(try found == boxes("in/a.jpg", "in/b.png") && found.count == 2)
  }

  /// Files of other programs beside the rows, and a converted run.
  @Test func otherFormatsAreWritten() throws {
    _ = try writeList(2)
    let result = try detect(
      "in/a.jpg", "in/b.png", "-o", "out", "--no-save", "--save-voc", "--save-labelme", "--conf",
      "0.01", "--max-det", "2")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(try text("out/annotations/a.xml").contains("<width>48</width><height>32</height>"))
    #expect(try text("out/labelme/b.json").contains("\"imageHeight\":60"))
    let csv = try BuiltProgram.run(["merge", "out", "--to", "csv"], in: folder.path)
    #expect(csv.exitCode == 0 && csv.output.split(separator: "\n").count == 5)
    let coco = try BuiltProgram.run(
      ["merge", "out", "--to", "coco", "-o", "results.json"], in: folder.path)
    #expect(coco.exitCode == 0 && coco.output.isEmpty)
    #expect(try text("results.json").contains("\"image_id\":\"a\""))
    let misused = try BuiltProgram.run(
      ["merge", "out", "--annotations", "x.json"], in: folder.path)
    #expect(misused.exitCode == 2)
  }

  /// Files that are opened must not get the number of a stream that is closed.
  @Test func aClosedOutputIsNoFileOfTheRun() throws {
    _ = try writeList(2)
    let closed = try BuiltProgram.runShell(
      "\"$GLIMPSE\" detect -w \(weights) --imgsz 64 in/a.jpg -o out >&-", in: folder.path)
    #expect(closed.exitCode == 1)
    #expect(closed.diagnostics.contains("cannot write to standard output: Bad file descriptor"))
    let full = try BuiltProgram.runShell(
      "\"$GLIMPSE\" detect -w \(weights) --imgsz 64 in/a.jpg --json --no-save >/dev/full",
      in: folder.path)
    #expect(full.exitCode == 1)
    #expect(full.diagnostics.contains("cannot write to standard output: No space left on device"))
  }

  @Test func everySchemaIsJSON() throws {
    for command in ["detect", "segment"] {
      let result = try BuiltProgram.run(["schema", command])
      let schema =
        try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      #expect(schema?["$id"] as? String == "urn:glimpse:\(command)-row:1")
    }
  }
}
