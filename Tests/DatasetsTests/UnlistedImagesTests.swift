import TestSupport
import Foundation
import Testing

@testable import Datasets

/// Images that lie where a label file has its own, and that no label file lists.
struct UnlistedImagesTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Images of one tone each, which are like no other.
  private func images(_ names: String...) throws {
    for (place, name) in names.enumerated() {
      try folder.writeImage(name, gray: UInt8(10 + place))
    }
  }

  private func coco(_ names: [String]) -> String {
    let images = names.enumerated().map { "{\"id\": \($0), \"file_name\": \"\($1)\"}" }
    return """
      {"images": [\(images.joined(separator: ", "))], "categories": [{"id": 1, "name": "cat"}],
      "annotations": [{"id": 1, "image_id": 0, "category_id": 1, "bbox": [1, 1, 5, 5]}]}
      """
  }

  private func createML(_ names: [String]) -> String {
    let images = names.map { name in
      "{\"image\": \"\(name)\", \"annotations\": [{\"label\": \"cat\", \"coordinates\": "
        + "{\"x\": 5, \"y\": 5, \"width\": 4, \"height\": 4}}]}"
    }
    return "[\(images.joined(separator: ", "))]"
  }

  /// The files below the folder that are told of as not listed.
  private func unlisted(
    _ path: String = "", splits: [String]? = nil, decodesImages: Bool = true
  ) throws -> [String] {
    let check = try DatasetCheck(
      path: folder.path(path), splits: splits, decodesImages: decodesImages)
    return check.issues.filter {
      $0.kind == .unlabeledImage && $0.message.contains("no label file")
    }
    .map { String($0.file.dropFirst(folder.path.count + 1)) }
  }

  @Test func aFolderThatSplitsShare() throws {
    try images(
      "images/a.png", "images/b.png", "images/c.png", "images/deep/d.png", "images/bad.png",
      "logo.png", "test2017/t.png", "annotations/panoptic_train/a.png")
    try folder.write("no image", to: "images/bad.png")
    try folder.write(
      coco(["a.png", "bad.png", "lost.png"]), to: "annotations/instances_train.json")
    try folder.write(coco(["b.png"]), to: "annotations/instances_val.json")
    // One that cannot be read is listed all the same; folders that no file is about are not looked at.
    for examines in [true, false] {
      #expect(
        try unlisted(decodesImages: examines) == [
          "images/c.png", "images/deep/d.png",
        ])
    }
    // What the other splits list is known only where they are read.
    #expect(try unlisted(splits: ["val"]) == [])
    try folder.write("{", to: "annotations/instances_val.json")
    #expect(try unlisted() == [])
  }

  @Test func imagesBesideTheirFile() throws {
    try images("train/a.png", "train/b.png", "valid/a.png", "valid/b.png")
    for split in ["train", "valid"] {
      try folder.write(coco(["a.png"]), to: "\(split)/_annotations.coco.json")
    }
    #expect(try unlisted() == ["train/b.png", "valid/b.png"])
  }

  @Test func createMLTellsThemToo() throws {
    try images("train/a.png", "train/b.png", "valid/c.png")
    try folder.write(createML(["a.png"]), to: "train/_annotations.createml.json")
    try folder.write(createML(["c.png"]), to: "valid/_annotations.createml.json")
    #expect(try unlisted() == ["train/b.png"])
    try images("flat/a.png", "flat/b.png")
    try folder.write(createML(["b.png"]), to: "flat/list.json")
    #expect(try unlisted("flat") == ["flat/a.png"])
  }

  /// As where train2017 and val2017 are both links to one folder.
  @Test func splitsWhoseFoldersAreOne() throws {
    try images("images/a.png", "images/b.png", "images/c.png")
    symlink("images", folder.path("train2017"))
    symlink("images", folder.path("val2017"))
    try folder.write(coco(["a.png"]), to: "annotations/instances_train2017.json")
    try folder.write(coco(["b.png"]), to: "annotations/instances_val2017.json")
    #expect(try unlisted() == ["train2017/c.png"])
  }

  /// What a file lists that no split reads is not known; captions are of the same images.
  @Test(arguments: [
    ("image_info_extra", false), ("image_info_test2017", false), ("captions_train", true),
    ("more_train", false),
  ])
  func labelFilesThatAreNotRead(name: String, tells: Bool) throws {
    try images("images/a.png", "images/b.png")
    try folder.write(coco(["a.png"]), to: "annotations/instances_train.json")
    try folder.write("{\"info\": {\"year\": 2017}}", to: "annotations/notes.json")
    #expect(try unlisted() == ["images/b.png"])
    try folder.write(
      "{\"info\": {}, \"images\": [{\"id\": 1, \"file_name\": \"b.png\"}]}",
      to: "annotations/\(name).json")
    #expect(try unlisted() == (tells ? ["images/b.png"] : []))
  }

  /// Beside images in the root there may be anything.
  @Test func foldersInTheRootAreNotSearched() throws {
    try images("a.png", "b.png", "masks/a.png", "runs/check-1/augmented.png")
    try folder.write(coco(["a.png"]), to: "_annotations.coco.json")
    #expect(try unlisted() == ["b.png"])
  }

  @Test func aSingleFileBesideItsImages() throws {
    try images("train/a.png", "train/b.png", "flat/a.png", "flat/b.png")
    try folder.write(coco(["a.png"]), to: "train/_annotations.coco.json")
    #expect(try unlisted("train/_annotations.coco.json") == ["train/b.png"])
    try folder.write(createML(["b.png"]), to: "flat/list.json")
    #expect(try unlisted("flat/list.json") == ["flat/a.png"])
    // Another file may list the others.
    try folder.write(createML(["a.png"]), to: "flat/more.json")
    #expect(try unlisted("flat/list.json") == [])
  }

  /// A link from one split's folder into another's leads to images that are listed.
  @Test func linksBetweenSplits() throws {
    try images("train/a.png", "valid/b.png")
    try folder.write(coco(["a.png"]), to: "train/_annotations.coco.json")
    try folder.write(coco(["b.png"]), to: "valid/_annotations.coco.json")
    symlink("../valid", folder.path("train/more"))
    #expect(try unlisted() == [])
  }
}
