import Foundation
import TestSupport
import Testing

@testable import Basics

@Suite struct FolderWalkTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(name), withDestinationPath: target)
  }

  private func walk(_ links: FolderWalk.LinkPolicy, in name: String = "") -> [FolderWalk.Element] {
    Array(FolderWalk([name.isEmpty ? folder.path : folder.path(name)], links: links))
  }

  private func file(_ name: String) -> FolderWalk.Element { .file(folder.path(name)) }

  /// By the names in each folder: "-" is before "/", but a folder's files stay together.
  @Test(arguments: [FolderWalk.LinkPolicy.follow, .followOnce])
  func filesComeInTheOrderOfNames(policy: FolderWalk.LinkPolicy) throws {
    for name in ["a/x", "a-b/x", "a.png", "B/x", ".hidden", ".cache/y"] {
      try folder.write("", to: name)
    }
    #expect(walk(policy) == ["B/x", "a/x", "a-b/x", "a.png"].map(file))
  }

  @Test func linksInACircleEnd() throws {
    try folder.write("", to: "real/a")
    try link("link", to: "real")
    try link("real/loop", to: "..")
    try link("dead", to: "nowhere")
    #expect(
      walk(.follow) == [.brokenLink(folder.path("dead")), file("link/a"), file("real/a")])
    // "loop" leads to the beginning of the walk, which has been visited.
    #expect(walk(.followOnce) == [.brokenLink(folder.path("dead")), file("real/a")])
  }

  /// Ten folders that each have links to all ten would be walked along ten to the eighth paths.
  @Test func foldersThatLinkToEachOtherAreWalkedOnce() throws {
    for place in 0..<10 { try folder.write("", to: "\(place)/x") }
    for place in 0..<10 {
      for other in 0..<10 { try link("\(place)/to-\(other)", to: "../\(other)") }
    }
    let files = walk(.followOnce).filter { if case .file = $0 { true } else { false } }
    #expect(files == (0..<10).map { file("\($0)/x") })
  }

  /// Paths of more than 4,095 bytes (PATH_MAX) cannot be opened.
  @Test func foldersThatCannotBeListedAreReported() throws {
    #expect(walk(.follow, in: "gone") == [.unlistable(folder.path("gone"))])
    try folder.write("", to: "set/x")
    let part = (0..<11).map { _ in "/" + String(repeating: "n", count: 200) }.joined()
    try folder.write("", to: "set\(part)/a")
    try folder.write("", to: "other\(part)/b")
    let (from, to) = (folder.path("other"), folder.path("set\(part)/other"))
    try #require(rename(from, to) == 0)
    defer { rename(to, from) }
    let found = walk(.follow, in: "set")
    #expect(found.contains(file("set\(part)/a")) && found.contains(file("set/x")))
    #expect(found.count { if case .unlistable = $0 { true } else { false } } == 1)
  }
}

@Suite struct UniqueNamesTests {
  @Test func takenNamesAreNumbered() {
    var names = UniqueNames()
    let given = ["x", "x", "x-3", "x", "X"].map { names.name($0, ending: ".png") }
    #expect(given == ["x.png", "x-2.png", "x-3.png", "x-4.png", "X-5.png"])
    #expect(names.name("x", ending: ".png", in: "other") == "x.png")
  }

  @Test func reservedNamesAreNotNumbered() {
    var names = UniqueNames(stemsDiffer: false)
    for stem in ["a", "a", "a-2"] { names.reserve(stem, ending: ".jpg") }
    let given = ["a", "a", "a-2"].map { names.name($0, ending: ".jpg") }
    #expect(given == ["a.jpg", "a-3.jpg", "a-2.jpg"])
    #expect(names.name("a", ending: ".png") == "a.png")
  }
}
