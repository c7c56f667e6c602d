import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Images and labels in folders of several names, for each split. Every image has one object.
struct FolderLayoutTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func coco(_ image: String) -> String {
    """
    {"images": [{"id": 1, "file_name": "\(image)", "width": 20, "height": 10}],
    "categories": [{"id": 1, "name": "cat"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4]}]}
    """
  }

  private let createML = """
    [{"image": "a.png", "annotations": [{"label": "cat", "coordinates":
    {"x": 5, "y": 5, "width": 4, "height": 4}}]}]
    """

  private let voc =
    "<annotation><filename>a.png</filename><object><name>cat</name><bndbox><xmin>1</xmin>"
    + "<ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object></annotation>"

  private func labelMe(_ image: String = "a.png") -> String {
    """
    {"imagePath": "\(image)", "shapes": [{"label": "cat", "shape_type": "rectangle",
    "points": [[1, 1], [5, 5]]}]}
    """
  }

  /// Writes a label file and its image for each split; `%` in a name is the split.
  private func write(
    _ text: String, to label: String, image: String, splits: [String] = ["train", "valid"]
  ) throws {
    for split in splits {
      try folder.writeImage(image.replacingOccurrences(of: "%", with: split))
      try folder.write(text, to: label.replacingOccurrences(of: "%", with: split))
    }
  }

  private func expectOneObject(_ path: String = "", splits: [String] = ["train", "val"]) throws {
    let path = path.isEmpty ? folder.path : folder.path(path)
    #expect(try Dataset.splits(path: path) == splits)
    for split in splits {
      let data = try Dataset.open(path: path, split: split)
      #expect(data.samples.count == 1 && data.annotationCount == 1, "\(split): \(data.issues)")
    }
  }

  /// A JSON file in the folder of its split; images of the same name are those of the split.
  @Test(arguments: [
    ("%/labels.json", "%/data/a.png"), ("%/_annotations.coco.json", "%/images/a.png"),
    ("%/labels.json", "%/a.png"), ("%/labels.json", "%/frames/a.png"),
    ("%/annotations/x.json", "%/images/a.png"), ("json/%.json", "images/%/a.png"),
  ])
  func cocoFilesOfSplits(label: String, image: String) throws {
    try write(coco("a.png"), to: label, image: image)
    try expectOneObject()
    for split in ["train", "valid"] {
      let data = try Dataset.open(path: folder.path, split: split)
      #expect(data.samples.allSatisfy { $0.imagePath.contains(split) })
    }
    if !image.contains("frames") {
      try expectOneObject(label.replacingOccurrences(of: "%", with: "train"), splits: ["train"])
    }
  }

  @Test(arguments: ["%/a.png", "%/images/a.png", "%/data/a.png"])
  func createMLFilesOfSplits(image: String) throws {
    try write(createML, to: "%/labels.json", image: image)
    try expectOneObject()
  }

  @Test(arguments: [
    ("%/a.json", "%/a.png"), ("annotations/%/a.json", "images/%/a.png"),
    ("labels/%/a.json", "images/%/a.png"), ("%/annotations/a.json", "%/images/a.png"),
    ("images/%/a.json", "images/%/a.png"), ("annotations/%/a.json", "%/a.png"),
    ("data/%/a.json", "data/%/a.png"),
  ])
  func labelMeFilesOfSplits(label: String, image: String) throws {
    try write(labelMe(), to: label, image: image)
    try expectOneObject()
  }

  /// Two splits of label files, and the images in one folder.
  @Test func labelMeFilesOfSplitsWithoutImageFolders() throws {
    for (split, name) in [("train", "a"), ("val", "b")] {
      try folder.writeImage("images/\(name).png")
      try folder.write(labelMe("\(name).png"), to: "annotations/\(split)/\(name).json")
    }
    try expectOneObject()
  }

  @Test func labelMeFilesBesideTheSplitsAreReported() throws {
    try write(labelMe(), to: "%/a.json", image: "%/a.png")
    try write(labelMe(), to: "more/a.json", image: "more/a.png", splits: [""])
    let issues = try DatasetCheck(path: folder.path).issues.filter { $0.kind == .orphanedLabels }
    #expect(issues.map(\.file) == [folder.path("more/a.json")])
  }

  @Test func aLabelMeSplitWithoutLabelFilesIsRefused() throws {
    try write(labelMe(), to: "train/a.json", image: "%/a.png")
    #expect(throws: DatasetsError.self) { try Dataset.open(path: folder.path, split: "val") }
  }

  /// Two folders of one split: only one of them would be read.
  @Test(arguments: [DatasetFormat.yolo, .voc, .labelme, .createml, .folders, .masks])
  func repeatedSplitsAreRefused(format: DatasetFormat) throws {
    let splits = ["train", "valid", "Validation"]
    try folder.write("cat\n", to: "classes.txt")
    switch format {
    case .yolo:
      try write("0 .5 .5 .5 .5\n", to: "labels/%/a.txt", image: "images/%/a.png", splits: splits)
    case .voc: try write(voc, to: "%/a.xml", image: "%/a.png", splits: splits)
    case .labelme: try write(labelMe(), to: "%/a.json", image: "%/a.png", splits: splits)
    case .createml: try write(createML, to: "%/labels.json", image: "%/a.png", splits: splits)
    case .folders: try write("", to: "%/cat/.keep", image: "%/cat/a.png", splits: splits)
    default:
      for split in splits {
        try folder.writeImage("\(split)/images/a.png", gray: 50)
        try folder.writeImage("\(split)/masks/a.png", gray: 1)
      }
    }
    #expect {
      try Dataset.splits(path: folder.path)
    } throws: {
      "\($0)".contains("Validation and ") && "\($0)".contains("valid are both the split \"val\"")
    }
  }

  /// A folder that only has a split's name is none.
  @Test func otherFoldersNamedLikeSplits() throws {
    try write("0 .5 .5 .5 .5\n", to: "%/labels/a.txt", image: "%/images/a.png")
    try folder.write("cat\n", to: "classes.txt")
    try folder.writeImage("training/run-1/plot.png")
    try expectOneObject()
  }

  /// Label folders in other capitals or with another usual name.
  @Test(arguments: [
    ("images", "Labels"), ("Images", "labels"), ("IMAGES", "labels"), ("Images", "LABELS"),
    ("imgs", "labels"), ("image", "label"), ("images", "annotations"), ("Img", "Label"),
  ])
  func yoloLabelFolders(images: String, labels: String) throws {
    let row = "0 .5 .5 .5 .5\n"
    for root in ["a/", "b/", "c/"] { try folder.write("cat\n", to: root + "classes.txt") }
    try write(row, to: "a/\(labels)/%/a.txt", image: "a/\(images)/%/a.png")
    try expectOneObject("a")
    try write(row, to: "b/%/\(labels)/a.txt", image: "b/%/\(images)/a.png")
    try expectOneObject("b")
    try write(row, to: "c/\(labels)/a.txt", image: "c/\(images)/a.png", splits: [""])
    try expectOneObject("c", splits: ["train"])
    try folder.write(
      "train: \(images)/train\nval: \(images)/valid\nnames: [cat]\n", to: "a/data.yaml")
    try expectOneObject("a/data.yaml")
  }

  /// Of several label folders with other names none is guessed.
  @Test func ambiguousLabelFolders() throws {
    try folder.writeImage("images/a.png")
    for name in ["Label", "Annotations"] {
      try folder.write("0 .5 .5 .5 .5\n", to: "\(name)/a.txt")
    }
    try folder.write("train: images\nnames: [cat]\n", to: "data.yaml")
    #expect {
      try Dataset.open(path: folder.path, split: "train")
    } throws: {
      "\($0)".contains("none of the 1 images")
        && "\($0)".contains("expected at \(folder.path("labels/a.txt"))")
    }
  }

  /// Notes beside COCO's annotation files are no labels.
  @Test func textsBesideAnnotationsAreNoLabels() throws {
    try folder.writeImage("images/a.png")
    try folder.write(coco("a.png"), to: "annotations/instances_train.json")
    try folder.write("made with a tool\n", to: "annotations/notes.txt")
    #expect(try DatasetFormat.sniff(folder.path) == .coco)
  }

  @Test(arguments: [
    ("Images", "masks"), ("images", "Masks"), ("img", "mask"), ("Imgs", "Labels"),
  ])
  func maskFolders(images: String, masks: String) throws {
    try folder.writeImage("\(images)/a.png", gray: 50)
    try folder.writeImage("\(masks)/a.png", gray: 1)
    #expect(try DatasetFormat.sniff(folder.path) == .masks)
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(data.samples.map(\.maskPath) == [folder.path("\(masks)/a.png")])
  }

  @Test(arguments: [("JPEGImages", "annotations"), ("images", "label"), ("images", "bbox_xml")])
  func vocFolders(images: String, annotations: String) throws {
    try write(voc, to: "a/\(annotations)/%/a.xml", image: "a/\(images)/%/a.png")
    try expectOneObject("a")
    try write(voc, to: "b/%/\(annotations)/a.xml", image: "b/%/\(images)/a.png")
    try expectOneObject("b")
  }

  @Test func aListNamesNoFolders() throws {
    try folder.writeImage("images/train/a.png")
    try folder.write("0 .5 .5 .5 .5\n", to: "labels/train/a.txt")
    try folder.write("images/train/a.png\nimages/train\n", to: "train.txt")
    try folder.write("train: train.txt\nnames: [cat]\n", to: "data.yaml")
    #expect {
      try Dataset.open(path: folder.path, split: "train")
    } throws: {
      "\($0)".contains("train.txt: \"images/train\" is the folder")
    }
  }

  /// A link to a folder that does not exist: its images are missing.
  @Test func brokenLinksToFoldersAreReported() throws {
    try folder.writeImage("train/cat/a.png")
    for place in ["train/dog", "train/cat/more"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path(place), withDestinationPath: "/nonexistent/disk")
    }
    let issues = try Dataset.open(path: folder.path, split: "train").issues
    #expect(Set(issues.map(\.file)) == [folder.path("train/dog"), folder.path("train/cat/more")])
    #expect(issues.allSatisfy { $0.kind == .layout })
  }

  /// A split whose folder is a link that leads nowhere does not vanish.
  @Test(arguments: [
    ("train/images/a.png", "train/labels/a.txt", "valid"),
    ("images/train/a.png", "labels/train/a.txt", "images/valid"),
    ("train/a.png", "train/labels.json", "test"), ("train/a.png", "train/a.json", "val"),
    ("train/cat/a.png", "train/cat/.keep", "val"),
  ])
  func brokenLinksToSplitsAreErrors(image: String, label: String, link: String) throws {
    let isCOCO = label.hasSuffix("labels.json")
    let isLabelMe = label.hasSuffix("a.json")
    try folder.writeImage(image)
    try folder.write(
      isCOCO ? coco("a.png") : isLabelMe ? labelMe() : "0 .5 .5 .5 .5\n", to: label)
    try folder.write("cat\n", to: "classes.txt")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(link), withDestinationPath: "/nonexistent/disk")
    #expect {
      try Dataset.splits(path: folder.path)
    } throws: {
      "\($0)".contains("\(folder.path(link)): the folder of the split")
    }
  }

  /// An image folder that a named split has is no split of its own.
  @Test func foldersOfNamedSplitsAreNoOtherSplits() throws {
    try write(
      "0 .5 .5 .5 .5\n", to: "%/labels/a.txt", image: "%/images/a.png",
      splits: [
        "train", "valid", "test",
      ])
    try folder.write(
      "train: [train/images, ../test/images]\nval: valid/images\nnames: [cat]\n", to: "data.yaml")
    #expect(try Dataset.splits(path: folder.path) == ["train", "val"])
    #expect(try Dataset.open(path: folder.path, split: "train").annotationCount == 2)
  }

  @Test(arguments: ["images\n", "images/sub\n", "a.png\nsub\n"])
  func aListOfMasksNamesNoFolders(list: String) throws {
    for name in ["images/a.png", "masks/a.png", "images/sub/b.png"] {
      try folder.writeImage(name, gray: 1)
    }
    try folder.write(list, to: "train.txt")
    #expect {
      try Dataset.open(path: folder.path, split: "train")
    } throws: {
      "\($0)".contains("is the folder \(folder.path("images"))")
    }
  }
}
