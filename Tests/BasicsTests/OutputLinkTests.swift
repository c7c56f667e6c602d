import Foundation
import TestSupport
import Testing

@testable import Basics

/// Outputs that are symbolic links.
@Suite struct OutputLinkTests {
  private let folder: TestFolder
  private var path: String { folder.path("x.txt") }

  init() throws { folder = try TestFolder() }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func text() throws -> String? { try FileContents.text(path) }

  /// As a shell's redirection does: the link is kept, and the file that it leads to has the content.
  @Test func aLinkIsKeptAndItsFileWritten() throws {
    let manager = FileManager.default
    try manager.createDirectory(atPath: folder.path("data"), withIntermediateDirectories: false)
    try folder.write("old", to: "data/real.txt")
    for (link, target) in [
      ("link.txt", "data/real.txt"), ("second.txt", "link.txt"), ("new.txt", "data/new.txt"),
      ("absolute.txt", folder.path("data/absolute.txt")),
    ] {
      try manager.createSymbolicLink(atPath: folder.path(link), withDestinationPath: target)
      try AtomicFile.write("new", to: folder.path(link))
      #expect(try manager.destinationOfSymbolicLink(atPath: folder.path(link)) == target)
    }
    let names = try manager.contentsOfDirectory(atPath: folder.path("data")).sorted()
    #expect(names == ["absolute.txt", "new.txt", "real.txt"])
    for name in names { #expect(try FileContents.text(folder.path("data/" + name)) == "new") }
  }

  @Test func aLinkMayBeReplacedInstead() throws {
    try folder.write("kept", to: "real.txt")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "real.txt")
    try AtomicFile.write("new", to: path, followsLinks: false)
    #expect(try FileContents.text(folder.path("real.txt")) == "kept")
    #expect(try text() == "new")
  }

  /// `/dev/stdout` leads to such a path. What was written before stays.
  @Test func anOpenDescriptorIsWrittenAtItsPosition() throws {
    let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    try #require(write(descriptor, "first ", 6) == 6)
    let link = folder.path("stdout")
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: "/dev/fd/\(descriptor)")
    try AtomicFile.write("second", to: link)
    try #require(write(descriptor, " third", 6) == 6)
    #expect(try text() == "first second third")
    #expect(try names() == ["stdout", "x.txt"])
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(name), withDestinationPath: target)
  }

  private func target(_ name: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: folder.path(name))
  }

  @Test func danglingLinksCreateTheirTarget() throws {
    try link("a", to: "new.txt")
    try AtomicFile.write("x", to: folder.path("a"))
    #expect(target("a") == "new.txt")
    #expect(try FileContents.text(folder.path("new.txt")) == "x")
    try link("b", to: "gone/new.txt")
    try link("loop", to: "loop")
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder.path("b")) }
    for name in ["b", "loop"] {
      #expect(throws: FileError.self) { try AtomicFile.check(folder.path(name)) }
      #expect(target(name) != nil)
    }
    #expect(try names() == ["a", "b", "loop", "new.txt"])
    try AtomicFile.check(folder.path("a"))
    try AtomicFile.check(folder.path("other"))
    #expect(throws: FileError.self) { try AtomicFile.check(folder.path("no/other")) }
    #expect(throws: FileError.self) { try AtomicFile.check(folder.path) }
  }
}
