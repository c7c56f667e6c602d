import Basics
import Foundation
import TestSupport
import Testing

@testable import Training

/// The event file for TensorBoard.
///
/// `Golden/compare_tensorboard.py` compares the file of a run, as TensorBoard reads it, with its
/// results.csv.
@Suite struct EventFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Made by `Golden/make_events.py` with TensorBoard's own writer.
  private struct Golden: Decodable {
    let start: Int
    let csv: String
    let bytes: String
  }

  private func golden() throws -> (start: Int, results: ResultsTable, bytes: [UInt8]) {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/events.json")
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
    let digits = Array(golden.bytes)
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
    var results = ResultsTable(losses: ["box", "cls"], metrics: ["mAP50"])
    results.read(csv: golden.csv, epochs: 1000)
    return (golden.start, results, bytes)
  }

  /// The results up to an epoch.
  private func first(_ count: Int, of results: ResultsTable) -> ResultsTable {
    var part = ResultsTable(losses: ["box", "cls"], metrics: ["mAP50"])
    for row in results.rows.prefix(count) { part.append(row) }
    return part
  }

  @Test func bytesAreThoseOfTensorBoard() throws {
    let (start, results, bytes) = try golden()
    #expect(results.rows.count == 3)
    #expect(EventFile.bytes(results, start: start) == bytes)
  }

  /// The file after each epoch begins like that of the epoch before, so that epochs are appended.
  /// Whatever else is in the file is replaced: parts of records, later epochs, other values.
  @Test func theFileHoldsTheResultsWhateverItHeld() throws {
    let (start, results, bytes) = try golden()
    let run = try self.run(start: start)
    let path = "\(run.path)/events.out.tfevents.\(start).glimpse"
    for epochs in 0...3 {
      try EventFile(in: run, elapsed: 99).write(first(epochs, of: results))
      #expect(
        try FileContents.bytes(path) == EventFile.bytes(first(epochs, of: results), start: start))
    }
    #expect(try FileContents.bytes(path) == bytes)
    let number = try inode(path)
    for count in stride(from: 1, to: bytes.count, by: 13) {
      try cut(path, to: count)
      try EventFile(in: run, elapsed: 0).write(results)
      #expect(try FileContents.bytes(path) == bytes, "\(count) bytes were left")
    }
    // All of that was appended to one file, which a reader may hold open.
    #expect(try inode(path) == number)
    try EventFile(in: run, elapsed: 0).write(first(1, of: results))
    #expect(try FileContents.bytes(path) == EventFile.bytes(first(1, of: results), start: start))
    try Data(bytes.reversed()).write(to: URL(fileURLWithPath: path))
    try EventFile(in: run, elapsed: 0).write(results)
    #expect(try FileContents.bytes(path) == bytes)
    let names = try FileManager.default.contentsOfDirectory(atPath: run.path)
    #expect(names.sorted() == ["config.json", FilePath.name(path)])
  }

  /// Names that are not quite an event file's are left alone.
  @Test func onlyItsOwnFileIsWritten() throws {
    let (_, results, _) = try golden()
    let run = try self.run(start: nil)
    let others = [
      "events.out.tfevents.1700000000.host", "events.out.tfevents.x.glimpse",
      "events.out.tfevents.99999999999999999999.glimpse", "events.out.tfevents.-5.glimpse",
      "events.out.tfevents.٣.glimpse", "events.out.tfevents.007.glimpse",
    ]
    for name in others {
      try Data("kept".utf8).write(to: URL(fileURLWithPath: "\(run.path)/\(name)"))
    }
    let before = Date().timeIntervalSince1970
    try EventFile(in: run, elapsed: 1000).write(results)
    let paths = EventFile.paths(in: run.path)
    #expect(paths.count == 1)
    let start = paths.first.flatMap { Int(FilePath.name($0).split(separator: ".")[3]) } ?? 0
    #expect(abs(Double(start) - (before - 1000)) < 60)
    for name in others {
      #expect(try FileContents.text("\(run.path)/\(name)") == "kept")
    }
  }

  /// A run that is paused after its first epoch and resumed with one more writes each epoch once.
  @Test func aResumedRunGoesOnInTheSameFile() throws {
    let data = try SmallData.make(in: folder.path, training: 8, validation: 2)
    var config = SmallData.config("events", data: data, in: folder)
    config.imgsz = 32
    var steps = 0
    let pause = try Trainer(config).run { event in
      if case .step = event { steps += 1 }
    } isInterrupted: {
      steps == 3
    }
    #expect(pause.ending == .interrupted)
    let path = try #require(EventFile.paths(in: pause.folder).first)
    #expect(try epochs(of: path) == [0, 1])
    _ = try Trainer(resuming: pause.folder) { $0.epochs = 3 }.run()
    #expect(EventFile.paths(in: pause.folder) == [path])
    #expect(try epochs(of: path) == [0, 1, 2, 3])

    let results = try FileContents.text(pause.folder + "/results.csv") ?? ""
    let lines = results.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    let last = try #require(try events(of: path).last)
    let values = try #require(try last.messages(5).first).messages(1)
    #expect(values.map { $0.texts(1) } == lines[0].dropFirst().map { [$0] })
    #expect(values.map { $0.floats[2] } == lines[3].dropFirst().map { Float($0).map { [$0] } })
  }

  private func run(start: Int?) throws -> RunFolder {
    let path = folder.path + "/run"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: URL(fileURLWithPath: path + "/config.json"))
    if let start {
      try Data().write(to: URL(fileURLWithPath: "\(path)/events.out.tfevents.\(start).glimpse"))
    }
    return try RunFolder(existing: path)
  }

  private func inode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
  }

  private func cut(_ path: String, to count: Int) throws {
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.truncate(atOffset: UInt64(count))
    try file.close()
  }

  private func epochs(of path: String) throws -> [Int] {
    try events(of: path).map { $0.numbers[2]?.first ?? 0 }
  }

  /// Reads the records of a file, with their checksums.
  private func events(of path: String) throws -> [ProtobufMessage] {
    var rest = try FileContents.bytes(path) ?? []
    var events: [ProtobufMessage] = []
    while !rest.isEmpty {
      let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      let data = Array(rest.dropFirst(12).prefix(length))
      #expect(Array(rest.prefix(length + 16)) == RecordFraming.record(data))
      events.append(try ProtobufMessage(data))
      rest = Array(rest.dropFirst(length + 16))
    }
    return events
  }
}
