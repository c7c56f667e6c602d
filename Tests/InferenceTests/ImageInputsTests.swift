import Foundation
import TestSupport
import Testing

@testable import Inference

@Suite struct ImageInputsTests {
  private let folder: TestFolder
  private var root: String { folder.path }

  init() throws {
    folder = try TestFolder()
  }

  private func complaint(_ arguments: [String], lines: [String] = []) -> String {
    do {
      return try ImageInputs.expand(arguments, readStandardInput: { lines }).joined(separator: "|")
    } catch {
      return error.description
    }
  }

  @Test func aFolderGivesItsImagesSorted() throws {
    for name in [
      "b.JPG", "a10.png", "a2.jpeg", "sub/c.Png", "notes.txt", "label.xml", ".hidden.jpg",
      ".cache/x.jpg", "Z.jpg", "noending", "old.jpe", "x.JFIF",
    ] { try folder.write(name) }
    let expected = ["Z.jpg", "a10.png", "a2.jpeg", "b.JPG", "old.jpe", "sub/c.Png", "x.JFIF"].map {
      "\(root)/\($0)"
    }
    #expect(try ImageInputs.expand([root]) == expected)
    #expect(try ImageInputs.expand([root + "/"]) == expected)
  }

  @Test func filesAreTakenWhateverTheirNameAndAsOftenAsGiven() throws {
    let image = try folder.write("image.dat")
    let other = try folder.write(".hidden.jpg")
    #expect(try ImageInputs.expand([image, other, image]) == [image, other, image])
  }

  @Test func linksAreFollowedButNotInCircles() throws {
    let image = try folder.write("real/a.jpg")
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: "\(root)/link", withDestinationPath: "\(root)/real")
    try manager.createSymbolicLink(atPath: "\(root)/real/loop", withDestinationPath: root)
    try manager.createSymbolicLink(atPath: "\(root)/dead.jpg", withDestinationPath: "/nowhere")
    #expect(try ImageInputs.expand([root]) == ["\(root)/link/a.jpg", image])
  }

  @Test func aListIsReadBesideItself() throws {
    let image = try folder.write("images/a.jpg")
    let list = try folder.write(
      "train.txt", "\u{20}images/a.jpg \r\n\n./images/a.jpg\n\(image)\nimages\nimages/gone.jpg")
    #expect(
      try ImageInputs.expand([list]) == [
        "\(root)/images/a.jpg", "\(root)/./images/a.jpg", image, "\(root)/images/a.jpg",
        "\(root)/images/gone.jpg",
      ])
  }

  @Test func aListMayBeRelativeToTheWorkingFolder() throws {
    // The tests run in the package's root or elsewhere: take a file that is there for certain.
    let here = FileManager.default.currentDirectoryPath
    let names = try FileManager.default.contentsOfDirectory(atPath: here)
    let file = try #require(
      names.first {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder)
          && !isFolder.boolValue
      })
    let list = try folder.write("list.TXT", file)
    #expect(try ImageInputs.expand([list]) == [file])
  }

  @Test func standardInputGivesPaths() throws {
    let image = try folder.write("a.jpg")
    let lines = [image, "", "gone.jpg"]
    #expect(
      try ImageInputs.expand(["-", image], readStandardInput: { lines })
        == [image, "gone.jpg", image])
    #expect(complaint(["-"], lines: [" "]) == "standard input holds no paths")
  }

  @Test func whatLeadsToNoImageIsAnError() throws {
    #expect(complaint(["\(root)/cat.jpg"]) == "there is no file or folder '\(root)/cat.jpg'")
    try folder.write("empty/readme.md")
    #expect(
      complaint(["\(root)/empty"])
        == "the folder '\(root)/empty' holds no images (.jpg, .jpeg, .jpe, .jfif or .png)")
    let list = try folder.write("list.txt", "\n\n")
    #expect(complaint([list]) == "the list '\(list)' holds no paths")
    let binary = "\(root)/binary.txt"
    try Data([0xFF, 0xD8, 0xFF]).write(to: URL(fileURLWithPath: binary))
    #expect(
      complaint([binary])
        == "\(binary):1: the file cannot be read: it is not UTF-8; save the file in that encoding")
  }
}

extension TestFolder {
  /// Writes a text file; returns its full path.
  @discardableResult
  fileprivate func write(_ name: String, _ text: String = "") throws -> String {
    try write(text, to: name)
    return path(name)
  }
}
