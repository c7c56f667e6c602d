import Foundation
import TestSupport
import Testing

@testable import Basics

@Suite struct AtomicFileTests {
  private let folder: TestFolder
  private var path: String { folder.path("x.txt") }

  init() throws { folder = try TestFolder() }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func text() throws -> String? { try FileContents.text(path) }

  @Test func theFileAppearsWhole() throws {
    let file = try AtomicFile(path)
    try file.append(Array("first ".utf8))
    #expect(try text() == nil)
    try file.append(Array("second".utf8))
    try file.commit()
    #expect(try text() == "first second")
    #expect(try names() == ["x.txt"])
  }

  @Test func abandonedWritingLeavesThePreviousContent() throws {
    try AtomicFile.write("old", to: path)
    do {
      let file = try AtomicFile(path)
      try file.append(Array("new".utf8))
    }
    #expect(try text() == "old")
    #expect(try names() == ["x.txt"])
  }

  /// A killed process leaves its part, here with more bytes than the next file has, and no lock.
  @Test func leftoversOfKilledProcessesAreUsedUp() throws {
    try folder.write(String(repeating: "left ", count: 100), to: "x.txt.glimpse-part")
    try folder.write("left", to: "x.txt.glimpse-part2")
    try AtomicFile.write("new", to: path)
    #expect(try text() == "new")
    #expect(try names() == ["x.txt"])
  }

  @Test func leftoversAreRemovedWithoutWriting() throws {
    try folder.write("whole", to: "x.txt")
    for number in ["", "2", "3"] { try folder.write("left", to: "x.txt.glimpse-part\(number)") }
    AtomicFile.removeLeftovers(of: path)
    #expect(try names() == ["x.txt"])
    #expect(try text() == "whole")
    // Not the part of a living writer.
    let writer = try AtomicFile(path)
    AtomicFile.removeLeftovers(of: path)
    try writer.append(Array("new".utf8))
    try writer.commit()
    #expect(try text() == "new")
  }

  /// Two writers of one file each have a part of their own; the last to commit wins.
  @Test func writersAtTheSameTimeDoNotMix() throws {
    let first = try AtomicFile(path)
    let second = try AtomicFile(path)
    #expect(try names() == ["x.txt.glimpse-part", "x.txt.glimpse-part2"])
    try first.append(Array("first".utf8))
    try second.append(Array("second".utf8))
    try first.commit()
    #expect(try text() == "first")
    try second.commit()
    #expect(try text() == "second")
    #expect(try names() == ["x.txt"])
  }

  /// Several threads write one file: what is read is always one whole content.
  @Test func readersSeeWholeContents() async throws {
    let path = path
    let contents = (0..<8).map { String(repeating: "\($0)", count: 10_000 + $0) }
    await withTaskGroup { group in
      for content in contents {
        group.addTask {
          for _ in 0..<20 {
            try? AtomicFile.write(content, to: path, isSynced: false)
            if let text = try? FileContents.text(path) { #expect(contents.contains(text)) }
          }
        }
      }
    }
    #expect(try names() == ["x.txt"])
  }

  /// A folder that takes the name after the file was started makes the rename fail.
  @Test func aFailedCommitLeavesNothingBehind() throws {
    let file = try AtomicFile(path)
    try file.append(Array("new".utf8))
    try folder.write("", to: "x.txt/inner")
    var failure: FileError?
    do { try file.commit() } catch { failure = error }
    #expect(failure?.operation == .write)
    #expect(try names() == ["x.txt"])
    // A device that is always full.
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: "/dev/full") }
  }

  @Test func foldersAndMissingFoldersAreRefused() throws {
    let error = #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder.path) }
    #expect(error?.description == "\(folder.path): the file cannot be written: it is a folder")
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder.path("no/x.txt")) }
  }

  @Test func permissionsAreKept() throws {
    try AtomicFile.write("old", to: path)
    chmod(path, 0o640)
    try AtomicFile.write("new", to: path)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
  }

  /// File systems allow 255 bytes, and the part's name has an ending.
  @Test func longNamesAreCutWhileTheyAreWritten() throws {
    let name = String(repeating: "é", count: 127)
    try AtomicFile.write("x", to: folder.path(name))
    #expect(try names() == [name])
  }

  /// Written directly, not replaced.
  @Test func devicesStay() throws {
    try AtomicFile.write("x", to: "/dev/null")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }
}

@Suite struct NumberedFolderTests {
  @Test func theNextFreeNumberIsTaken() throws {
    let folder = try TestFolder()
    let runs = folder.path("deep/runs")
    #expect(try NumberedFolder.make("train", in: runs) == "\(runs)/train-1")
    #expect(try NumberedFolder.make("train", in: runs) == "\(runs)/train-2")
    #expect(try NumberedFolder.make("detect", in: runs) == "\(runs)/detect-1")
    try folder.write("", to: "file")
    let error = #expect(throws: FileError.self) {
      try NumberedFolder.make("x", in: folder.path("file"))
    }
    #expect(error?.reason == "there is a file of this name")
  }

  @Test func takersAtTheSameTimeGetTheirOwn() async throws {
    let folder = try TestFolder()
    let runs = folder.path("runs")
    let paths = await withTaskGroup(of: String?.self) { group in
      for _ in 0..<16 { group.addTask { try? NumberedFolder.make("run", in: runs) } }
      return await group.reduce(into: Set<String>()) { if let path = $1 { $0.insert(path) } }
    }
    #expect(paths == Set((1...16).map { "\(runs)/run-\($0)" }))
  }
}
