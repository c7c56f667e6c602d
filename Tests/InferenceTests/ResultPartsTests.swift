import Foundation
import TestSupport
import Testing

@testable import Inference

/// The files of a run as processes leave them that end at the worst moment.
@Suite struct ResultPartsTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func row(_ index: Int) -> String { "{\"index\":\(index),\"status\":\"ok\"}" }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path(name), encoding: .utf8)
  }

  private func parts() throws -> ResultParts {
    try ResultParts(in: folder.path, shard: Shard(number: 1, of: 2), discards: false)
  }

  /// Shard 1 of 2 has the rows 1, 3, 5.
  private func write(_ indices: [Int], to parts: ResultParts) throws {
    try parts.append(rows: indices.map(row), times: indices.map { "t\($0)" })
  }

  @Test func rowsOfAnEarlierRunAreKept() throws {
    try write([1, 3], to: parts())
    // A row whose index is not the next one is not kept, nor is what follows.
    try folder.write(
      row(1) + "\n" + row(5) + "\n" + row(3) + "\n", to: "rows-1-of-2.jsonl.partial")
    let again = try parts()
    #expect(again.done == 1 && !again.isComplete)
    try write([3, 5], to: again)
    try again.finish(command: "detect", seconds: 1)
    #expect(try text("rows-1-of-2.jsonl") == [1, 3, 5].map { row($0) + "\n" }.joined())
    #expect(try text("times-1-of-2.jsonl") == "t1\nt3\nt5\n")
    #expect(try parts().isComplete)
  }

  /// The process ended after the times had their final name; then the last row was lost, too.
  @Test func rowsMayBeMissingWhereTheTimesAreComplete() throws {
    do {
      // The process's locks end with it.
      let first = try parts()
      try write([1, 3], to: first)
      try first.finish(command: "detect", seconds: 1)
    }
    let rows = folder.path("rows-1-of-2.jsonl")
    try FileManager.default.removeItem(atPath: rows)
    try folder.write(row(1) + "\n{\"ind", to: "rows-1-of-2.jsonl.partial")
    let again = try parts()
    #expect(again.done == 1 && !again.isComplete)
    try write([3], to: again)
    try again.finish(command: "detect", seconds: 1)
    #expect(try text("rows-1-of-2.jsonl") == row(1) + "\n" + row(3) + "\n")
    #expect(try text("times-1-of-2.jsonl") == "t1\nt3\n")
    #expect(try text("summary-1-of-2.json").contains("\"images\":2,\"failed\":0"))
  }
}
