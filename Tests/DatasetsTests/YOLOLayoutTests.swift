import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Where a YOLO dataset's labels and images are searched for.
struct YOLOLayoutTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Writes an image and, where it is not nil, the class of its only object.
  private func image(_ name: String, label: String? = nil, _ classIndex: Int = 0) throws {
    try folder.writeImage(name)
    if let label { try folder.write("\(classIndex) .5 .5 .5 .5\n", to: label) }
  }

  private func open(_ path: String, split: String = "train") throws -> Dataset {
    try Dataset.open(path: folder.path(path), split: split)
  }

  private func classes(_ data: Dataset) -> [Int] {
    data.samples.flatMap { $0.annotations.map(\.classIndex) }
  }

  /// Folders above the dataset may be called images; labels of other datasets lie in `labels`.
  @Test(arguments: [true, false])
  func foldersAboveTheDatasetDoNotCount(hasOthers: Bool) throws {
    try image("images/set/train/a.png", label: "images/set/train/a.txt")
    try folder.write("train: train\nval: train\nnames: [cat, dog]\n", to: "images/set/data.yaml")
    try folder.write("images/set/train/a.png\n", to: "list.txt")
    try folder.write("train/a.png\n", to: "images/set/list.txt")
    try folder.write("train: list.txt\nnames: [cat, dog]\n", to: "images/set/list.yaml")
    if hasOthers { try folder.write("1 .5 .5 .5 .5\n", to: "labels/set/train/a.txt") }
    #expect(classes(try open("images/set")) == [0])
    #expect(classes(try open("images/set/list.yaml")) == [0])
  }

  /// The last `images` below the dataset counts, then those before it, then the image's own folder.
  @Test(arguments: [
    ("images/train/a.png", "labels/train/a.txt"), ("images/train/a.png", "images/train/a.txt"),
    ("train/images/a.png", "train/images/a.txt"), ("train/images/a.png", "train/labels/a.TXT"),
    ("images/x/images/a.png", "images/x/labels/a.txt"),
    ("images/x/images/a.png", "labels/x/images/a.txt"), ("Images/a.png", "Labels/a.txt"),
    ("JPEGImages/a.png", "labels/a.txt"), ("a b/\u{E9}/a.png", "a b/\u{E9}/a.txt"),
  ])
  func labelsAreFound(image: String, label: String) throws {
    try self.image(image, label: label, 1)
    let folder = String(image.dropLast("/a.png".count))
    try self.folder.write("train: \(folder)\nnames: [cat, dog]\n", to: "data.yaml")
    #expect(classes(try open("")) == [1])
  }

  /// Images outside of the description's folder keep Ultralytics' rule: the last `images`.
  @Test func imagesOutsideOfTheDataset() throws {
    try image("other/images/train/a.png", label: "other/labels/train/a.txt", 1)
    try folder.write(
      "train: \(folder.path("other/images/train"))\nnames: [cat, dog]\n", to: "set/data.yaml")
    #expect(classes(try open("set")) == [1])
  }

  @Test(arguments: ["a.jpg", "a.jpeg", "a.PNG"])
  func sharedLabelFilesAreReported(second: String) throws {
    try image("images/train/a.png", label: "labels/train/a.txt")
    try image("images/train/" + second)
    try image("images/train/b.png", label: "labels/train/b.txt")
    try folder.write("train: images/train\nnames: [cat]\n", to: "data.yaml")
    let issues = try open("").issues.filter { $0.kind == .sharedLabels }
    #expect(issues.map(\.file) == [folder.path("labels/train/a.txt")])
  }

  /// A label file beside an image that has another one is not read.
  @Test func unreadLabelsAreReported() throws {
    try image("images/train/a.png", label: "labels/train/a.txt", 1)
    try folder.write("0 .5 .5 .5 .5", to: "images/train/a.txt")
    try folder.write("train: images/train\nnames: [cat, dog]\n", to: "data.yaml")
    let data = try open("")
    #expect(classes(data) == [1])
    #expect(data.issues.map(\.file) == [folder.path("images/train/a.txt")])
  }

  /// A link to a label file, or to the folder of labels, whose target is missing is no background.
  @Test(arguments: ["labels/train/a.txt", "labels/train", "labels"])
  func brokenLinksAreErrors(place: String) throws {
    try image("images/train/a.png", label: "labels/train/a.txt")
    try folder.write("train: images/train\nnames: [cat]\n", to: "data.yaml")
    try FileManager.default.removeItem(atPath: folder.path(place))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(place), withDestinationPath: "/nonexistent/cache")
    #expect {
      try open("")
    } throws: {
      "\($0)".contains("a symbolic link to /nonexistent/cache")
    }
    let check = try DatasetCheck(path: folder.path)
    #expect(check.issues.contains { $0.kind == .malformedLabels })
  }

  /// A named pipe is reported, and reading it does not wait for a writer.
  @Test func namedPipesAreReported() throws {
    try image("images/train/a.png", label: "labels/train/a.txt")
    try image("images/train/b.png")
    for name in ["images/train/p.png", "labels/train/b.txt"] {
      #expect(mkfifo(folder.path(name), 0o600) == 0)
    }
    try folder.write("train: images/train\nnames: [cat]\n", to: "data.yaml")
    let issues = try DatasetCheck(path: folder.path).issues
    #expect(Set(issues.map(\.file)).isSuperset(of: [folder.path("labels/train/b.txt")]))
    #expect(issues.contains { $0.file == folder.path("images/train/p.png") && $0.kind == .layout })
  }

  /// CVAT's "YOLO 1.1": names in the lists begin with data/, labels lie beside the images.
  @Test(arguments: ["data/", ""])
  func darknetDescriptions(prefix: String) throws {
    for name in ["obj_train_data/a", "obj_train_data/b", "obj_valid_data/c"] {
      try image(name + ".png", label: name + ".txt", 1)
    }
    try folder.write("cat\ndog\n", to: "obj.names")
    try folder.write(
      "classes = 2\ntrain = \(prefix)train.txt\nvalid = \(prefix)valid.txt\n"
        + "names = \(prefix)obj.names\nbackup = backup/\n", to: "obj.data")
    try folder.write(
      "\(prefix)obj_train_data/a.png\n\(prefix)obj_train_data/b.png\n", to: "train.txt")
    try folder.write("\(prefix)obj_valid_data/c.png\n", to: "valid.txt")
    #expect(try Dataset.splits(path: folder.path) == ["train", "val"])
    #expect(classes(try open("")) == [1, 1])
    #expect(classes(try open("obj.data", split: "valid")) == [1])
  }

  /// CVAT names splits as its users do; its only subset is called default.
  @Test(arguments: [
    (["Train", "Validation"], ["train", "val"]), (["default"], ["train"]),
    (["TRAIN", "VAL", "Test"], ["train", "val", "test"]),
    (["train", "default"], ["train", "default"]),
  ])
  func splitNames(keys: [String], splits: [String]) throws {
    var text = "names: [cat]\n"
    for key in keys {
      try image("images/\(key)/\(key).png", label: "labels/\(key)/\(key).txt")
      text += "\(key): \(key).txt\n"
      try folder.write("data/images/\(key)/\(key).png\n", to: "\(key).txt")
    }
    try folder.write(text, to: "data.yaml")
    #expect(try Dataset.splits(path: folder.path) == splits)
    for split in splits { #expect(classes(try open("", split: split)) == [0]) }
  }

  /// Datasets without a description are recognized by images with label files.
  @Test(arguments: [
    ("a.png", "a.txt", "classes.txt"), ("train/a.png", "train/a.txt", "classes.txt"),
    ("train/a.png", "train/a.txt", "train/_darknet.labels"),
    ("images/a.png", "images/a.txt", "images/classes.txt"),
    ("Images/Train/a.png", "Labels/Train/a.txt", "classes.txt"),
  ])
  func plainFolders(image: String, label: String, list: String) throws {
    try self.image(image, label: label, 1)
    try folder.write("cat\ndog\n", to: list)
    #expect(try DatasetFormat.sniff(folder.path) == .yolo)
    #expect(try open("").classNames == ["cat", "dog"])
    #expect(classes(try open("")) == [1])
  }

  /// Texts beside images that hold no rows of numbers are captions.
  @Test func captionsAreNoLabels() throws {
    try image("a.png")
    try folder.write("a photo of a cat, sitting\n", to: "a.txt")
    #expect {
      try DatasetFormat.sniff(folder.path)
    } throws: {
      "\($0)".contains("no dataset is recognized here")
    }
  }

  /// The first 4096 bytes of this row end inside of a number.
  @Test func longRowsAreRecognized() throws {
    try folder.writeImage("a.png")
    try folder.write("cat\n", to: "classes.txt")
    try folder.write("0 " + String(repeating: " 1e-1", count: 1000) + "\n", to: "a.txt")
    #expect(try DatasetFormat.sniff(folder.path) == .yolo)
  }

  @Test func descriptionsOfManyImagesTakeLinearTime() throws {
    let count = 1200
    for index in 0..<count { try folder.write([], to: "images/\(index).png") }
    try folder.write("0 .5 .5 .5 .5\n", to: "labels/0.txt")
    for size in [count, count / 4] {
      let names = (0..<size).map { "- images/\($0).png\n" }.joined()
      try folder.write("train:\n\(names)names: [cat]\n", to: "\(size).yaml")
    }
    let reading = DatasetReading(measuresImages: false)
    let growth = timeGrowth(at: count) { size in
      let data = try? Dataset.open(
        path: folder.path("\(size).yaml"), split: "train", reading: reading)
      #expect(data?.samples.count == size)
    }
    #expect(growth < 10)
  }
}
