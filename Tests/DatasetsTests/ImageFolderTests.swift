import TestSupport
import Foundation
import Testing

@testable import Datasets

/// Walks through folders that nest and link to each other.
struct ImageFolderTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(name), withDestinationPath: target)
  }

  /// The images below a folder, without problems.
  private func images(_ name: String? = nil) throws -> [String] {
    let (images, told) = try walk(name)
    #expect(told == [])
    return images
  }

  /// The images below a folder, and where there are problems.
  private func walk(_ name: String? = nil) throws -> (images: [String], told: [String]) {
    var issues: [DatasetIssue] = []
    let images = try ImageFolder.files(
      below: name.map { folder.path($0) } ?? folder.path, issues: &issues,
      where: { $0.hasSuffix(".png") })
    #expect(issues.allSatisfy { $0.kind == .layout })
    return (
      images.map { String($0.dropFirst(folder.path.count + 1)) },
      issues.map { String($0.file.dropFirst(folder.path.count + 1)) }
    )
  }

  @Test func imagesLieAsDeepAsTheyLike() throws {
    let deep = (1...12).map { "\($0)/" }.joined() + "x.png"
    try folder.write("", to: deep)
    try folder.write("", to: "a.png")
    #expect(try images() == [deep, "a.png"])
  }

  /// Ten folders that each have links to all ten would be walked along ten to the eighth paths.
  @Test func foldersThatLinkToEachOtherAreWalkedOnce() throws {
    for place in 0..<10 { try folder.write("", to: "\(place)/x.png") }
    for place in 0..<10 {
      for other in 0..<10 { try link("\(place)/to-\(other)", to: "../\(other)") }
    }
    #expect(try images() == (0..<10).map { "\($0)/x.png" })
  }

  /// Labels lie beside a folder under its own name, so that is the one that counts.
  @Test func aFolderIsKnownByItsOwnNameAndNotByALinkToIt() throws {
    try folder.write("", to: "z/x.png")
    try folder.write("", to: "a/y.png")
    try link("a/link", to: "../z")
    try link("b", to: "z")
    #expect(try images() == ["a/y.png", "z/x.png"])
  }

  @Test func linksLeadToOtherFolders() throws {
    try folder.write("", to: "set/b.png")
    try folder.write("", to: "other/deep/x.png")
    try link("set/a", to: "../other")
    try link("set/lost", to: "nowhere")
    let (images, told) = try walk("set")
    #expect(images == ["set/a/deep/x.png", "set/b.png"])
    #expect(told == ["set/lost"])
  }

  /// The way up would lead into other splits, and to the root through the whole machine. A link to
  /// the folder itself has nothing new.
  @Test func linksThatLeadUpwardAreToldAndNotFollowed() throws {
    try folder.write("", to: "set/train/deep/a.png")
    try folder.write("", to: "set/val/b.png")
    try folder.write("", to: "far/inner/c.png")
    try folder.write("", to: "far/d.png")
    try link("set/train/all", to: "/")
    try link("set/train/deep/up", to: "../..")
    try link("set/train/same", to: "../train")
    // A folder elsewhere has such a link, too.
    try link("set/train/inner", to: "../../far/inner")
    try link("far/inner/up", to: "..")
    let (images, told) = try walk("set/train")
    #expect(images == ["set/train/deep/a.png", "set/train/inner/c.png"])
    #expect(told == ["set/train/all", "set/train/deep/up", "set/train/inner/up"])
  }

  /// "caf" with the e acute of Latin 1: no other name is the worse for it.
  @Test func namesThatAreNotUTF8AreToldAndPassedOver() throws {
    try folder.write("", to: "train/x.png")
    let name = Array(folder.path("train/caf").utf8).map { CChar(bitPattern: $0) }
    let (inner, file) = (name + [CChar(bitPattern: 0xE9), 0], name + [CChar(bitPattern: 0xE8), 0])
    try #require(mkdir(inner, 0o755) == 0)
    defer { rmdir(inner) }
    let descriptor = creat(file, 0o644)
    try #require(descriptor >= 0)
    close(descriptor)
    defer { unlink(file) }
    let (images, told) = try walk()
    #expect(images == ["train/x.png"])
    #expect(told == ["train/caf\\xe8", "train/caf\\xe9"])
    try folder.write("", to: "train/dog/y.png")
    let data = try Dataset.open(
      path: folder.path, split: "train", format: .folders,
      reading: DatasetReading(measuresImages: false))
    #expect(data.classNames == ["dog"])
    #expect(data.issues.count { $0.message.contains("UTF-8") } == 2)
  }

  /// Paths of more than 4,095 bytes (PATH_MAX) cannot be opened: eleven names of 200 bytes stay
  /// below that, and twice as many, which renaming can make, do not.
  @Test func aFolderThatCannotBeListedIsToldAndPassedOver() throws {
    try folder.write("", to: "set/x.png")
    let part = (0..<11).map { _ in "/" + String(repeating: "n", count: 200) }.joined()
    try folder.write("", to: "set\(part)/a.png")
    try folder.write("", to: "other\(part)/b.png")
    let (from, to) = (folder.path("other"), folder.path("set\(part)/other"))
    try #require(rename(from, to) == 0)
    defer { rename(to, from) }
    let (images, told) = try walk("set")
    #expect(images == ["set\(part)/a.png", "set/x.png"])
    #expect(told.count == 1)
    #expect(throws: DatasetsError.self) { try walk("nowhere") }
  }

  /// As the names in each folder are, which is not the order of the paths: "-" is before "/".
  @Test func imagesAreInTheOrderOfNames() throws {
    for name in ["a/x.png", "a-b/x.png", "a.png", "B/x.png"] { try folder.write("", to: name) }
    #expect(try images() == ["B/x.png", "a/x.png", "a-b/x.png", "a.png"])
  }
}
