import Foundation
import Testing

@testable import Datasets

/// Walks through folders that nest and link to each other.
struct PictureFolderTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(name), withDestinationPath: target)
  }

  private func pictures() throws -> [String] {
    try PictureFolder.pictures(below: folder.path).map {
      String($0.dropFirst(folder.path.count + 1))
    }
  }

  @Test func picturesLieAsDeepAsTheyLike() throws {
    let deep = (1...12).map { "\($0)/" }.joined() + "x.png"
    try folder.write("", to: deep)
    try folder.write("", to: "a.png")
    #expect(try pictures() == [deep, "a.png"])
  }

  /// Ten folders that each have links to all ten would be walked along ten to the eighth paths.
  @Test func foldersThatLinkToEachOtherAreWalkedOnce() throws {
    for place in 0..<10 { try folder.write("", to: "\(place)/x.png") }
    for place in 0..<10 {
      for other in 0..<10 { try link("\(place)/to-\(other)", to: "../\(other)") }
    }
    #expect(try pictures() == (0..<10).map { "\($0)/x.png" })
  }

  /// Labels lie beside a folder under its own name, so that is the one that counts.
  @Test func aFolderIsKnownByItsOwnNameAndNotByALinkToIt() throws {
    try folder.write("", to: "z/x.png")
    try folder.write("", to: "a/y.png")
    try link("a/link", to: "../z")
    try link("b", to: "z")
    #expect(try pictures() == ["a/y.png", "z/x.png"])
  }

  @Test func linksLeadToOtherFolders() throws {
    try folder.write("", to: "set/b.png")
    try folder.write("", to: "other/deep/x.png")
    try link("set/a", to: "../other")
    try link("set/lost", to: "nowhere")
    let below = try PictureFolder.pictures(below: folder.path("set"))
    #expect(below == [folder.path("set/a/deep/x.png"), folder.path("set/b.png")])
  }

  /// As the names in each folder are, which is not the order of the paths: "-" is before "/".
  @Test func picturesAreInTheOrderOfNames() throws {
    for name in ["a/x.png", "a-b/x.png", "a.png", "B/x.png"] { try folder.write("", to: name) }
    #expect(try pictures() == ["B/x.png", "a/x.png", "a-b/x.png", "a.png"])
  }
}
