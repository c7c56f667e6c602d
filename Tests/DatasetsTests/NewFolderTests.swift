import Basics
import TestSupport
import Foundation
import Imaging
import Testing

@testable import Datasets

/// Where a dataset is written: what is there already stays what it is.
struct NewFolderTests {
  private let folder: TestFolder
  private let data: Dataset

  init() throws {
    folder = try TestFolder()
    try folder.writeImage("data/x.png", width: 40, height: 30)
    data = Dataset(
      path: folder.path("data"), format: .coco, split: "train", classNames: ["cat"],
      samples: [
        Sample(
          imagePath: folder.path("data/x.png"), imageWidth: 40, imageHeight: 30,
          annotations: [Annotation(box: Box(x1: 1, y1: 2, x2: 3, y2: 4), classIndex: 0)])
      ])
  }

  private func write(
    to name: String, images: DatasetWriter.ImageTransfer = .none
  ) throws -> DatasetWriter.Outcome {
    try DatasetWriter.check(folder: folder.path(name), data: folder.path("data"))
    return try DatasetWriter(format: .yolo, images: images).write(
      [data], to: folder.path(name))
  }

  private func link(_ name: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(name), withDestinationPath: destination)
  }

  private func make(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder.path(name), withIntermediateDirectories: true)
  }

  private func names(_ name: String) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: folder.path(name)))
  }

  /// A link that leads nowhere is refused before any work, and stays.
  @Test func linksToNothingAreRefused() throws {
    try link("out", to: "gone")
    #expect {
      try DatasetWriter.check(folder: folder.path("out"), data: folder.path("data"))
    } throws: {
      "\($0)".contains("a link to \"gone\", which does not exist")
    }
    #expect(throws: DatasetsError.self) { try write(to: "out") }
    #expect(try names("") == ["data", "out"])
  }

  /// A killed process leaves its temporary folder; the next run with the same target removes it, but
  /// not that of a running process, nor other folders.
  @Test func leftoversOfKilledRunsAreRemoved() throws {
    for name in [
      "out.partial-0123ABCD", "out.partial-89abcdef", "out.partial-notes", "other.partial-0123ABCD",
    ] {
      try make(name + "/images")
    }
    let lock = try #require(FolderLock(folder.path("out.partial-89abcdef")))
    _ = try write(to: "out")
    withExtendedLifetime(lock) {}
    #expect(
      try names("") == [
        "data", "out", "out.partial-89abcdef", "out.partial-notes", "other.partial-0123ABCD",
      ])
  }

  /// What a link leads to is what is meant: an empty folder is filled, and the link stays one.
  @Test func linksToEmptyFoldersAreFollowed() throws {
    try make("disk/empty")
    try link("out", to: "disk/empty")
    #expect(try write(to: "out").images == 1)
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("out"))
        == "disk/empty")
    #expect(try names("disk/empty") == ["data.yaml", "labels"])
    #expect(try names("disk") == ["empty"])
    #expect(try names("") == ["data", "disk", "out"])
  }

  @Test func linksToOthersDataAreRefused() throws {
    try folder.write("mine", to: "theirs/mine.txt")
    try link("out", to: "theirs")
    try link("file", to: "theirs/mine.txt")
    #expect {
      try write(to: "out")
    } throws: {
      "\($0)".contains("the folder is not empty")
    }
    #expect {
      try write(to: "file")
    } throws: {
      "\($0)".contains("this is a file")
    }
    #expect(try names("theirs") == ["mine.txt"])
    #expect(try names("") == ["data", "file", "out", "theirs"])
  }

  /// A link is no way into the dataset, neither as the folder nor above it.
  @Test func linksIntoTheDataSetAreRefused() throws {
    try make("data/empty")
    try link("out", to: "data/empty")
    try link("above", to: "data")
    for name in ["out", "above/new", "above/new/deep", "data/new"] {
      #expect {
        try DatasetWriter.check(folder: folder.path(name), data: folder.path("data"))
      } throws: {
        "\($0)".contains("lies in the dataset")
      }
    }
    // The dataset may itself be reached by a link.
    #expect {
      try DatasetWriter.check(folder: folder.path("data/new"), data: folder.path("above"))
    } throws: {
      "\($0)".contains("lies in the dataset")
    }
  }

  /// A second name of a link would be a link that leads elsewhere: the image itself is meant.
  @Test(arguments: [DatasetWriter.ImageTransfer.hardlink, .copy, .symlink])
  func imagesBehindLinksAreMeant(how: DatasetWriter.ImageTransfer) throws {
    try FileManager.default.moveItem(
      atPath: folder.path("data/x.png"), toPath: folder.path("data/real.png"))
    try link("data/x.png", to: "real.png")
    _ = try write(to: "out", images: how)
    let place = folder.path("out/images/train/x.png")
    let bytes = { (path: String) in try Data(contentsOf: URL(fileURLWithPath: path)) }
    #expect(try bytes(place) == bytes(folder.path("data/real.png")))
    if how == .hardlink {
      #expect(FileContents.identity(place) == FileContents.identity(folder.path("data/real.png")))
    }
  }

  /// A folder for each part, and none of them where the last could not be written.
  @Test func partsAppearTogether() throws {
    struct Stop: Error {}
    var left = 2
    let parts = ["fold-1", "fold-2", "fold-3"].map { (folder: $0, splits: [data]) }
    let writer = DatasetWriter(format: .coco, images: .none)
    #expect(throws: Stop.self) {
      try writer.write(parts, to: folder.path("out")) {
        left -= 1
        if left == 0 { throw Stop() }
      }
    }
    #expect(try names("") == ["data"])
    let outcomes = try writer.write(parts, to: folder.path("out"))
    #expect(outcomes.map(\.images) == [1, 1, 1])
    #expect(try names("out") == ["fold-1", "fold-2", "fold-3"])
    for name in parts.map(\.folder) {
      #expect(try names("out/\(name)/annotations") == ["instances_train.json"])
    }
  }

  /// Whoever keeps a folder private does not want it opened.
  @Test func permissionsOfAnEmptyFolderAreKept() throws {
    try make("private")
    chmod(folder.path("private"), 0o710)
    _ = try write(to: "private")
    let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("private"))
    #expect(attributes[.posixPermissions] as? Int == 0o710)
  }

  @Test func foldersAboveAFailedOneAreRemoved() throws {
    struct Ended: Error {}
    try make("deep")
    #expect(throws: Ended.self) {
      try DatasetWriter(format: .yolo, images: .none).write(
        [data], to: folder.path("deep/a/b")
      ) { throw Ended() }
    }
    #expect(try names("deep") == [])
  }

  /// Behind a link, ".." is above what the link leads to.
  @Test func theWayUpFromALinkIsTheSystems() throws {
    try make("real/sub")
    try link("l", to: "real/sub")
    _ = try write(to: "l/../out")
    #expect(try names("real") == ["out", "sub"])
  }

  /// A description beside the images, or images elsewhere, are the dataset, too.
  @Test func placesBesideADescriptionAndAmongImagesAreRefused() throws {
    try folder.write("names: [cat]", to: "data/data.yaml")
    #expect(throws: DatasetsError.self) {
      try DatasetWriter.check(folder: folder.path("data/new"), data: folder.path("data/data.yaml"))
    }
    #expect(throws: DatasetsError.self) {
      try DatasetWriter(format: .yolo, images: .none).write([data], to: folder.path("data/new"))
    }
    #expect(try names("data") == ["data.yaml", "x.png"])
  }
}
