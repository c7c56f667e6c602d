import TestSupport
import Foundation
import Testing

@testable import Datasets

/// Spaces around the name of a class are nobody's intention, in whatever format it stands.
struct ClassNameTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Opens what was written; expected are the classes, and two objects of "cat".
  private func expectTwoCats(_ format: DatasetFormat, _ classes: [String]) throws {
    let data = try Dataset.open(path: folder.path, split: "train", format: format)
    #expect(data.classNames == classes)
    #expect(DatasetStatistics([data]).classObjects[classes.firstIndex(of: "cat") ?? 0] == 2)
  }

  @Test func voc() throws {
    try folder.writeImage("JPEGImages/a.png")
    let box = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox>"
    try folder.write(
      "<annotation><object><name> cat </name>\(box)</object><object><name>cat</name>\(box)</object>"
        + "</annotation>", to: "Annotations/a.xml")
    try expectTwoCats(.voc, ["cat"])
  }

  @Test func yolo() throws {
    try folder.writeImage("images/train/a.png")
    try folder.write("1 .5 .5 .1 .1\n1 .2 .2 .1 .1\n", to: "labels/train/a.txt")
    try folder.write("train: images/train\nnames: [dog, \" cat \"]\n", to: "data.yaml")
    try expectTwoCats(.yolo, ["dog", "cat"])
    try folder.write("train: images/train\nnames: [cat, \" cat \", dog]\n", to: "data.yaml")
    try folder.write("0 .3 .5 .4 .4\n1 .6 .5 .4 .4\n2 .5 .5 .6 .6\n", to: "labels/train/a.txt")
    try expectTwoCats(.yolo, ["cat", "dog"])
    let told = try Dataset.open(path: folder.path, split: "train", format: .yolo).issues
    #expect(told.map(\.kind) == [.duplicateEntry])
    try folder.write("train: images/train\nnames: [cat, \" \"]\n", to: "data.yaml")
    #expect(throws: DatasetsError.self) {
      try Dataset.open(path: folder.path, split: "train", format: .yolo)
    }
  }

  @Test func coco() throws {
    try folder.writeImage("train/a.png")
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "a.png"}],
      "categories": [{"id": 1, "name": " cat\\t"}, {"id": 2, "name": "cat"}], "annotations": [
      {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]},
      {"id": 2, "image_id": 1, "category_id": 2, "bbox": [2, 1, 5, 5]}]}
      """, to: "annotations/instances_train.json")
    try expectTwoCats(.coco, ["cat"])
  }

  @Test func createML() throws {
    try folder.writeImage("train/a.png")
    func object(_ label: String) -> String {
      "{\"label\": \"\(label)\", \"coordinates\": {\"x\": 5, \"y\": 5, \"width\": 4, \"height\": 4}}"
    }
    try folder.write(
      "[{\"image\": \"a.png\", \"annotations\": [\(object("cat")), \(object(" cat "))]}]",
      to: "train/_annotations.createml.json")
    try expectTwoCats(.createml, ["cat"])
  }

  @Test func labelMe() throws {
    try folder.writeImage("a.png")
    func shape(_ label: String) -> String {
      "{\"label\": \"\(label)\", \"points\": [[1, 1], [5, 5]], \"shape_type\": \"rectangle\"}"
    }
    try folder.write(
      "{\"imagePath\": \"a.png\", \"shapes\": [\(shape("cat ")), \(shape("cat"))]}", to: "a.json")
    try expectTwoCats(.labelme, ["cat"])
  }

  @Test func folders() throws {
    try folder.writeImage("train/ cat/a.png")
    try folder.writeImage("train/dog/a.png")
    try folder.writeImage("val/cat/a.png")
    let data = try Dataset.openAll(path: folder.path, format: .folders)
    #expect(data.map(\.classNames) == [["cat", "dog"], ["cat", "dog"]])
    #expect(data.map { $0.samples.map(\.imageClass) } == [[0, 1], [0]])
    #expect(data.flatMap(\.issues) == [])
  }

  @Test func foldersOfOneClassOrOfNone() throws {
    for name in ["cat", "cat ", "  "] { try folder.writeImage("train/\(name)/a.png") }
    symlink("/", folder.path("train/all"))
    let data = try Dataset.open(path: folder.path, split: "train", format: .folders)
    #expect(data.classNames == ["cat"])
    #expect(data.samples.map(\.imageClass) == [0, 0])
    #expect(
      data.issues.map { "\($0.kind) \($0.file.dropFirst(folder.path.count + 7))" } == [
        "layout all", "layout   ", "duplicateEntry cat ",
      ])
  }
}
