import Basics
import Foundation
import Testing

@testable import Training

/// What a run that was killed before its first checkpoint leaves, and two runs of one name.
@Suite(.serialized)
struct InterruptedRunTests {
  private let folder: TemporaryFolder
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallData.make(in: folder.path, training: 8, validation: 2)
  }

  private func config(_ name: String) -> TrainingConfig {
    var config = SmallData.config(name, data: data, in: folder)
    config.imgsz = 32
    config.epochs = 1
    return config
  }

  private func weights(_ run: RunFolder) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: run.lastWeights))
  }

  private func kill(_ config: TrainingConfig) throws -> RunFolder {
    let run = try Trainer(config).folder
    for path in [run.checkpoint, run.lastWeights, run.results] {
      try Data("part".utf8).write(to: URL(fileURLWithPath: path + ".glimpse-part"))
    }
    return run
  }

  private func leftovers() -> [String] {
    (FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? [])
      .filter { $0.contains(".glimpse-part") }
  }

  @Test func aRunKilledInItsFirstStepIsResumed() throws {
    let whole = try Trainer(config("whole"))
    #expect(try whole.run().ending == .finished)
    let run = try kill(config("killed"))
    #expect(leftovers().count == 3)
    let trainer = try Trainer(resuming: run.path)
    #expect(leftovers() == [])
    var notes: [String] = []
    let outcome = try trainer.run { if case .issue(let text) = $0 { notes.append(text) } }
    #expect(outcome.ending == .finished && outcome.steps == 2)
    #expect(notes.contains { $0.contains("was interrupted before its first checkpoint") })
    #expect(try weights(run) == weights(whole.folder))
  }

  @Test func itsNameIsFreeAgain() throws {
    let run = try kill(config("killed"))
    #expect(try Trainer(config("killed")).run().ending == .finished)
    #expect(try Trainer(resuming: run.path).run().steps == 2)
    // Now it has results.
    let error = #expect(throws: TrainingError.self) { try Trainer(config("killed")) }
    #expect(error?.description.contains("a run of this name exists already") == true)
    // An empty folder is nobody's; one with other files is.
    for (name, file) in [("empty", nil), ("mine", "notes.txt"), ("mine too", "weights/x.bin")] {
      let path = "\(folder.path)/runs/\(name)"
      try FileManager.default.createDirectory(
        atPath: path + "/weights", withIntermediateDirectories: true)
      guard let file else {
        #expect(try Trainer(config(name)).folder.path == path)
        continue
      }
      try Data("x".utf8).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
      #expect(throws: TrainingError.self) { try Trainer(config(name)) }
      #expect(FileManager.default.contents(atPath: "\(path)/\(file)") == Data("x".utf8))
      #expect(FileContents.entry(path + "/config.json") == .nothing)
    }
  }

  /// The second of two runs of one name is refused before it writes anything.
  @Test func twoRunsOfOneNameDoNotStartTogether() throws {
    let first = try Trainer(config("twice"))
    let before = try Data(contentsOf: URL(fileURLWithPath: first.folder.config))
    var other = config("twice")
    other.seed = 7
    let error = #expect(throws: TrainingError.self) { try Trainer(other) }
    #expect(error?.description.contains("another process is training this run") == true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: first.folder.config)) == before)
    #expect(try first.run().ending == .finished)
    // Runs without a name get folders of their own.
    other.name = nil
    let runs = try [Trainer(other), Trainer(other)]
    #expect(Set(runs.map { FilePath.name($0.folder.path) }) == ["train-1", "train-2"])
  }

  /// The state of a checkpoint with numbers that no training has, which would overflow.
  @Test func aCheckpointOfImpossibleNumbersIsRefused() throws {
    let run = try Trainer(config("whole"))
    #expect(try run.run().ending == .finished)
    let path = run.folder.checkpoint
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    for (value, other) in [
      (#"\"step\":2"#, #"\"step\":9223372036854775807"#),
      (#"\"epoch\":1"#, #"\"epoch\":9223372036854775807"#),
      (#"\"epoch\":0"#, #"\"epoch\":7"#),
      (#"\"count\":0"#, #"\"count\":-1"#),
      (#"\"sums\":[]"#, #"\"sums\":[{\"name\":\"other\",\"value\":1}]"#),
    ] {
      let changed = header.replacing(value, with: other)
      #expect(changed != header, "\(value)")
      let size = withUnsafeBytes(of: UInt64(changed.utf8.count).littleEndian) { Data($0) }
      try (size + Data(changed.utf8) + bytes.dropFirst(8 + length))
        .write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: TrainingError.self, "\(other)") {
        try Trainer(resuming: run.folder.path)
      }
      #expect(error?.description.contains("checkpoint") == true)
    }
  }

  /// Relative paths are those of the working folder of the first process.
  @Test func theSavedConfigurationHasAbsolutePaths() throws {
    let working = FileManager.default.currentDirectoryPath
    let up = String(repeating: "../", count: working.split(separator: "/").count)
    var relative = config("relative")
    relative.data = up + data.dropFirst()
    relative.output = up + relative.output.dropFirst()
    let run = try Trainer(relative).folder
    let saved = try TrainingConfig(jsonFile: run.config)
    #expect(saved.data == "\(working)/\(relative.data)")
    #expect(saved.output == "\(working)/\(relative.output)")
    #expect(FileContents.identity(saved.data) == FileContents.identity(data))
    #expect(TrainingConfig(data: "").absolute.data == "")
  }
}
