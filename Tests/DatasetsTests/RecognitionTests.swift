import Foundation
import TestSupport
import Testing

@testable import Datasets

/// A folder is a dataset by what its files are: the layouts of other tools, with one object.
struct RecognitionTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func annotation(_ image: String = "a.png") -> String {
    "<annotation><filename>\(image)</filename><object><name>cat</name><bndbox><xmin>1</xmin>"
      + "<ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object></annotation>"
  }

  private func coco(_ images: String...) -> String {
    let listed = images.enumerated().map {
      "{\"id\": \($0.offset), \"file_name\": \"\($0.element)\", \"width\": 20, \"height\": 10}"
    }
    let objects = images.indices.map {
      "{\"id\": \($0 + 1), \"image_id\": \($0), \"category_id\": 1, \"bbox\": [1, 1, 4, 4]}"
    }
    return """
      {"info": {"x": [1, {"y": 2}]}, "categories": [{"id": 1, "name": "cat"}],
      "images": [\(listed.joined(separator: ","))], "annotations": [\(objects.joined(separator: ","))]}
      """
  }

  private func expectOneObject(_ format: DatasetFormat, splits: [String] = ["train"]) throws {
    #expect(try DatasetFormat.sniff(folder.path) == format)
    #expect(try Dataset.splits(path: folder.path) == splits)
    for split in splits {
      let data = try Dataset.open(path: folder.path, split: split)
      #expect(data.samples.count == 1 && data.annotationCount == 1, "\(split): \(data.issues)")
    }
  }

  /// labelImg writes beside the images, others into folders of several names.
  @Test(arguments: [
    ("a.xml", "a.png"), ("Annotations/a.xml", "JPEGImages/a.png"), ("annots/a.xml", "images/a.png"),
    ("xmls/a.xml", "images/a.png"), ("labels/a.XML", "images/a.png"),
    ("annotations/sub/a.xml", "images/sub/a.png"), ("Annotations/a.xml", "a.png"),
    ("images/a.xml", "images/a.png"), ("boxes/a.xml", "photos/a.png"),
    ("batch 1/a.xml", "batch 1/a.png"), ("annotations/a.xml", "images/a.PNG"),
  ])
  func vocWithoutSplits(label: String, image: String) throws {
    try folder.writeImage(image)
    try folder.write(annotation(), to: label)
    try expectOneObject(.voc)
  }

  /// Roboflow's export has a folder for each split, others have split folders inside.
  @Test(arguments: [
    ("%/a.xml", "%/a.png"), ("%/annotations/a.xml", "%/images/a.png"),
    ("%/labels/a.xml", "%/images/a.png"), ("annotations/%/a.xml", "images/%/a.png"),
    ("Annotations/%/a.xml", "JPEGImages/%/a.png"),
  ])
  func vocWithSplitFolders(label: String, image: String) throws {
    for split in ["Train", "valid", "test"] {
      func name(_ form: String) -> String { form.replacingOccurrences(of: "%", with: split) }
      try folder.writeImage(name(image))
      try folder.write(annotation(), to: name(label))
    }
    try expectOneObject(.voc, splits: ["train", "val", "test"])
  }

  /// CVAT: subfolders in names and lists, and a list per class of the only subset, default.
  @Test func vocOfCVAT() throws {
    try folder.writeImage("JPEGImages/frames/a.png")
    try folder.write(annotation("frames/a.png"), to: "Annotations/frames/a.xml")
    try folder.write("frames/a\n", to: "ImageSets/Main/default.txt")
    try folder.write("frames/a  1\n", to: "ImageSets/Main/cat_default.txt")
    try expectOneObject(.voc)
  }

  /// An annotation is of the image with its name; of others, only if no other annotation is.
  @Test func vocImagesOfOtherNames() throws {
    for name in ["a", "b", "c"] { try folder.writeImage("images/\(name).png") }
    try folder.writeImage("images/a.jpg")
    for (name, image) in [("a", "a.png"), ("x", "b.png"), ("y", "c.png"), ("z", "c.png")] {
      try folder.write(annotation(image), to: "annotations/\(name).xml")
    }
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(data.samples.map(\.imagePath) == ["a", "b"].map { folder.path("images/\($0).png") })
    #expect(Set(data.issues.map(\.kind)) == [.sharedLabels, .missingImage])
  }

  /// A COCO file is recognized by its lists, whatever it and its folder are called.
  @Test(arguments: [
    ("annotations.json", "a.png"), ("result.json", "images/a.png"), ("labels.json", "data/a.png"),
    ("coco.json", "a.png"), ("annotations/instances_default.json", "images/default/a.png"),
    ("annotations/instances.json", "images/a.png"), ("labels/coco.json", "images/a.png"),
    ("train/result.json", "train/a.png"), ("my labels/x.json", "my images/a.png"),
    ("annotations/my_train_2.json", "train/a.png"),
    ("annotations/person_keypoints_train.json", "a.png"),
  ])
  func coco(file: String, image: String) throws {
    try folder.writeImage(image)
    try folder.write(coco("a.png"), to: file)
    try folder.write("{\"classes\": [\"cat\"]}", to: "config.json")
    try expectOneObject(.coco)
  }

  @Test func cocoSplits() throws {
    for (split, image) in [("Train", "a"), ("Validation", "b")] {
      try folder.writeImage("images/\(split)/\(image).png")
      try folder.write(coco("\(image).png"), to: "annotations/instances_\(split).json")
      try folder.write(coco("\(image).png"), to: "annotations/person_keypoints_\(split).json")
    }
    try folder.write("{\"images\": [], \"annotations\": []}", to: "annotations/captions_Train.json")
    try expectOneObject(.coco, splits: ["train", "val"])
  }

  @Test func severalCandidatesAreListed() throws {
    try folder.writeImage("images/a.png")
    for name in ["one.json", "two.json"] { try folder.write(coco("a.png"), to: name) }
    #expect {
      try Dataset.open(path: folder.path, split: "train")
    } throws: {
      "\($0)".contains(folder.path("one.json") + " and " + folder.path("two.json"))
    }
  }

  @Test func formatsThatBothFitAreListed() throws {
    try folder.writeImage("images/a.png")
    try folder.write("0 .5 .5 .5 .5", to: "labels/a.txt")
    try folder.write(annotation(), to: "annots/a.xml")
    try folder.write(coco("a.png"), to: "result.json")
    #expect {
      try DatasetFormat.sniff(folder.path)
    } throws: {
      "\($0)".contains(
        "voc: \(folder.path("annots/*.xml")); yolo: \(folder.path("images")); "
          + "coco: \(folder.path("result.json"))")
    }
  }

  /// LabelMe's files beside the images, or in a folder of their own.
  @Test(arguments: [
    ("a.json", "a.png", "a.png"), ("labels/a.json", "images/a.png", #"..\\images\\a.png"#),
    ("json/sub/a.json", "images/sub/a.png", "a.png"), ("annotations/a.json", "images/a.png", "a"),
    ("labels/a.json", "images/a.png", #"C:\\x\\images\\a.png"#),
  ])
  func labelMe(label: String, image: String, name: String) throws {
    try folder.writeImage(image)
    try folder.write(
      "{\"imagePath\": \"\(name)\", \"shapes\": [{\"label\": \"cat\", \"shape_type\": "
        + "\"rectangle\", \"points\": [[1, 1], [5, 5]]}]}", to: label)
    try expectOneObject(.labelme)
  }

  /// A folder of PNG files beside images/ holds masks, if it holds no label files.
  @Test(arguments: ["masks", "labels", "annotations", "segmentations"])
  func masks(name: String) throws {
    try folder.writeImage("images/a.jpg")
    try folder.writeImage("\(name)/a.png", gray: 255)
    #expect(try DatasetFormat.sniff(folder.path) == .masks)
  }

  /// Splits that list the same images are one warning; a single shared image is an error.
  @Test(arguments: [true, false])
  func splitsOfTheSameImages(areIdentical: Bool) throws {
    for (place, name) in ["a", "b"].enumerated() {
      try folder.writeImage("images/\(name).png", gray: UInt8(place))
      try folder.write("0 .5 .5 .5 .5", to: "labels/\(name).txt")
    }
    let val = areIdentical ? "images" : "images/b.png"
    try folder.write("train: images\nval: \(val)\nnames: [cat]\n", to: "data.yaml")
    let issues = try DatasetCheck(path: folder.path).issues
    #expect(issues.map(\.kind) == [areIdentical ? .identicalSplits : .sharedImage])
    #expect(issues[0].kind.severity == (areIdentical ? .warning : .error))
  }

  /// One folder of images beside a file of labels in an unknown form is not a class.
  @Test(arguments: ["labels.json", "labels.csv", "labels.xml"])
  func labelsBesideAFolderAreNotOverlooked(name: String) throws {
    try folder.writeImage("data/a.png")
    try folder.write("{\"labels\": {\"a\": 1}}", to: name)
    #expect(throws: DatasetsError.self) { try DatasetFormat.sniff(folder.path) }
  }

  /// Images in formats that cannot be read are named, in every format.
  @Test(arguments: ["webp", "JP2", "jxl", "gif", "heic", "avif"])
  func foreignImagesAreNamed(ending: String) throws {
    try folder.writeImage("yolo/images/train/a.png")
    try folder.write("0 .5 .5 .5 .5", to: "yolo/labels/train/a.txt")
    try folder.write("train: images/train\nnames: [cat]\n", to: "yolo/data.yaml")
    try folder.write("x", to: "yolo/images/train/b.\(ending)")
    try folder.write("0 .5 .5 .5 .5", to: "yolo/labels/train/b.txt")
    try folder.writeImage("voc/images/a.png")
    try folder.write(annotation(), to: "voc/annotations/a.xml")
    try folder.write("x", to: "voc/images/b.\(ending)")
    try folder.write(annotation("b.\(ending)"), to: "voc/annotations/b.xml")
    try folder.writeImage("coco/images/a.png")
    try folder.write(coco("a.png", "b.\(ending)"), to: "coco/annotations.json")
    try folder.write("x", to: "coco/images/b.\(ending)")
    try folder.writeImage("classes/train/cat/a.png")
    try folder.write("x", to: "classes/train/cat/b.\(ending)")
    for name in ["yolo", "voc", "coco", "classes"] {
      let issues = try DatasetCheck(path: folder.path(name)).issues
      #expect(issues.map(\.kind) == [.unreadableImage], "\(name): \(issues)")
      #expect(issues.first?.file.hasSuffix("b.\(ending)") == true)
    }
  }

  /// Of annotation files of one name, one is read, and the other is reported.
  @Test func vocFilesOfOneNameAreReported() throws {
    try folder.writeImage("a.png")
    try folder.write(annotation(), to: "a.xml")
    try folder.write(annotation(), to: "a.XML")
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(data.annotationCount == 1 && data.issues.map(\.kind) == [.orphanedLabels])
  }

  /// A device that never ends is not read.
  @Test func devicesAreNoDatasets() {
    #expect(throws: DatasetsError.self) { try DatasetFormat.sniff("/dev/zero") }
  }
}
