import TestSupport
import Datasets
import Imaging
import Testing

/// Small trees as they occur in the wild, and worse.
struct DatasetTests {
  private func voc(
    _ folder: TestFolder, _ name: String, objects: [(String, String)] = [("cat", "1 1 5 5")],
    size: String? = "20 10"
  ) throws {
    let elements = objects.map { name, corners in
      let corner = zip(["xmin", "ymin", "xmax", "ymax"], corners.split(separator: " "))
        .map { "<\($0)>\($1)</\($0)>" }.joined()
      return "<object><name>\(name)</name><bndbox>\(corner)</bndbox></object>"
    }
    let sides = size?.split(separator: " ") ?? []
    let stated =
      sides.isEmpty
      ? "" : "<size><width>\(sides[0])</width><height>\(sides[1])</height></size>"
    try folder.write(
      "<annotation>\(stated)\(elements.joined(separator: "\n"))</annotation>",
      to: "Annotations/\(name).xml")
  }

  private func message(_ body: () throws -> Dataset) -> String {
    do {
      let dataset = try body()
      return "opened with \(dataset.samples.count) samples"
    } catch {
      #expect(error is DatasetsError)
      return "\(error)"
    }
  }

  @Test func vocInAllItsOddities() throws {
    let folder = try TestFolder()
    for name in ["a b", "c", "d", "e", "zero"] { try folder.writeImage("JPEGImages/\(name).png") }
    try folder.write("no image", to: "JPEGImages/broken.jpg")
    try voc(folder, "a b", objects: [("cat", "1 1 20 10"), ("dog", "3.5 2 3.5 4")])
    try voc(
      folder, "c", objects: [("cat", "-5 0 40 5"), ("cat", "100 1 120 5"), ("cat", "5 5 2 8")])
    try voc(
      folder, "d", objects: [("cat", "1e300 1e300 1e301 1e301"), ("cat", "1 1 9 9")], size: "10 20")
    try voc(folder, "e", objects: [], size: nil)
    try voc(folder, "zero", objects: [("zebra", "1 1 2.5 10")], size: "0 0")
    try voc(folder, "broken")
    try voc(folder, "lost")
    try folder.write(
      "a b\r\nc  \n\nd 1\ne\nzero.png\nbroken\nlost\nnever\nc\n", to: "ImageSets/Main/train.txt")
    try folder.write("a b\n", to: "ImageSets/Main/val.txt")
    try folder.write("a b 1\n", to: "ImageSets/Main/cat_train.txt")

    let train = try Dataset.open(path: folder.path, split: "train")
    #expect(try Dataset.splits(path: folder.path) == ["train", "val"])
    #expect(train.classNames == ["cat", "dog", "zebra"])
    #expect(
      train.samples.map { String($0.imagePath.dropFirst(folder.path.count)) } == [
        "/JPEGImages/a b.png", "/JPEGImages/c.png", "/JPEGImages/d.png", "/JPEGImages/e.png",
        "/JPEGImages/zero.png",
      ])
    #expect(
      train.samples[0].annotations.map(\.box) == [
        Box(x1: 0, y1: 0, x2: 20, y2: 10), Box(x1: 2.5, y1: 1, x2: 3.5, y2: 4),
      ])
    #expect(train.samples[0].annotations.map(\.classIndex) == [0, 1])
    #expect(train.samples[1].annotations.map(\.box) == [Box(x1: 0, y1: 0, x2: 20, y2: 5)])
    #expect(train.samples[2].annotations.map(\.box) == [Box(x1: 0, y1: 0, x2: 9, y2: 9)])
    #expect(train.samples[3].annotations.isEmpty)
    #expect(
      train.issues.map(\.kind) == [
        .missingLabels, .tinyBox, .boxBeyondImage, .boxOutsideImage, .boxWithoutArea,
        .sizeMismatch, .boxOutsideImage, .unreadableImage, .missingImage, .duplicateEntry,
      ])
    #expect(train.issues[0].file == folder.path("Annotations/never.xml"))
    #expect(
      train.issues[3].description == folder.path("Annotations/c.xml")
        + ":2: the box (c.png, byte 170) lies outside of the 20x10 image; ignored.")
    #expect(train.issues[7].description.hasPrefix(folder.path("JPEGImages/broken.jpg")))
    #expect(try Dataset.open(path: folder.path, split: "val").classNames == train.classNames)
  }

  @Test func vocWithoutListsIsOneSplit() throws {
    let folder = try TestFolder()
    try folder.writeImage("images/x.png")
    try voc(folder, "x")
    let all = try Dataset.open(path: folder.path, split: "training")
    #expect(all.format == .voc && all.split == "train" && all.annotationCount == 1)
    #expect(
      message { try Dataset.open(path: folder.path, split: "val") }
        == folder.path + ": there is no split \"val\"; there is \"train\".")
  }

  /// An image in no list and without an annotation is in no split; a survey tells it once.
  @Test(arguments: [false, true])
  func vocImagesWithoutAnnotationsAreTold(hasLists: Bool) throws {
    let folder = try TestFolder()
    for name in ["a", "b", "stray"] { try folder.writeImage("JPEGImages/\(name).png") }
    for name in ["a", "b"] { try voc(folder, name) }
    if hasLists {
      try folder.write("a\n", to: "ImageSets/Main/train.txt")
      try folder.write("b\n", to: "ImageSets/Main/val.txt")
    }
    let splits = try Dataset.openAll(
      path: folder.path, reading: DatasetReading(validates: true))
    let issues = splits.flatMap(\.issues)
    #expect(issues.map(\.kind) == [.unlabeledImage])
    #expect(issues.map(\.file) == [folder.path("JPEGImages/stray.png")])
  }

  @Test func vocMistakesAreErrors() throws {
    let folder = try TestFolder()
    try folder.writeImage("JPEGImages/x.png")
    try folder.write("<annotation><object>", to: "Annotations/x.xml")
    let said = message { try Dataset.open(path: folder.path, split: "train") }
    #expect(said.hasPrefix(folder.path("Annotations/x.xml:1: ")), "\(said)")
    try folder.write([0x3C, 0x61, 0xFF, 0x3E], to: "Annotations/x.xml")
    #expect(
      message { try Dataset.open(path: folder.path, split: "train") }.contains("not UTF-8"))
    try voc(folder, "x", objects: [("cat", "nan 1 2 3")])
    #expect(
      message { try Dataset.open(path: folder.path, split: "train") }
        .contains("<xmin> is \"nan\""))
    try voc(folder, "x", objects: [("cat", "5 5 5 1"), ("cat", "500 500 600 600")])
    #expect(
      message { try Dataset.open(path: folder.path, split: "train") }
        .contains("none of the 2 boxes of the split \"train\" can be used. The first issue is"))
    try folder.write("", to: "ImageSets/Main/train.txt")
    #expect(message { try Dataset.open(path: folder.path, split: "train") }.contains("is empty"))
    try folder.write("other", to: "ImageSets/Main/train.txt")
    #expect(
      message { try Dataset.open(path: folder.path, split: "train") }
        .contains("none of them can be used"))
  }

  @Test func yoloWithDescription() throws {
    let folder = try TestFolder()
    try folder.write(
      "path: nowhere\ntrain: [images/one, list.txt]\nval: images/two\nnames: {0: cat, 1: dog}\n",
      to: "data.yaml")
    try folder.writeImage("images/one/a b.png")
    try folder.writeImage("images/one/deep/images/c.png")
    try folder.writeImage("images/two/d.PNG")
    try folder.writeImage("elsewhere/e.png")
    try folder.write("1 0.5 0.5 0.5 0.2\n", to: "labels/one/a b.txt")
    // The last of two folders called images is the one that counts.
    try folder.write("0 .5 .5 .1 .5\n", to: "images/one/deep/labels/c.txt")
    try folder.write("0 .5 .5 .1 .5\n", to: "labels/one/forgotten.txt")
    try folder.write("0 .25 .5 .5 1\n", to: "elsewhere/e.txt")
    try folder.write("./elsewhere/e.png\r\n\nimages/two/none.png\n", to: "list.txt")
    try folder.write("0 1.5 1.5 .5 .5\n0 .5 .5 1.2 1.2\n", to: "labels/two/d.txt")

    let train = try Dataset.open(path: folder.path("data.yaml"), split: "train")
    #expect(train.format == .yolo && train.classNames == ["cat", "dog"])
    #expect(train.samples.map { FilePathName($0.imagePath) } == ["a b.png", "c.png", "e.png"])
    #expect(
      train.samples[0].annotations == [
        Annotation(box: Box(x1: 5, y1: 4, x2: 15, y2: 6), classIndex: 1)
      ])
    #expect(train.samples[1].annotations.count == 1)
    #expect(train.samples[2].annotations.map(\.box) == [Box(x1: 0, y1: 0, x2: 10, y2: 10)])
    #expect(train.issues.map(\.kind) == [.layout, .orphanedLabels, .missingImage])

    let val = try Dataset.open(path: folder.path, split: "val", classNames: ["bird", "cat"])
    #expect(
      val.samples[0].annotations == [
        Annotation(box: Box(x1: 0, y1: 0, x2: 20, y2: 10), classIndex: 1)
      ])
    #expect(val.issues.map(\.kind) == [.layout, .boxOutsideImage, .boxBeyondImage])
  }

  /// The name of a file.
  private func FilePathName(_ path: String) -> String {
    String(path.split(separator: "/").last ?? "")
  }

  @Test func yoloInPlainFolders() throws {
    let folder = try TestFolder()
    try folder.writeImage("images/a.png")
    try folder.writeImage("images/b.png")
    try folder.write("0 .5 .5 .5 .5", to: "labels/a.txt")
    let nameless = message { try Dataset.open(path: folder.path, split: "train") }
    #expect(nameless.contains("classes.txt"), "\(nameless)")
    #expect(
      try Dataset.open(path: folder.path, split: "train", classNames: ["x"]).annotationCount == 1)
    try folder.write("cat\n\n dog \n", to: "labels/classes.txt")
    let all = try Dataset.open(path: folder.path, split: "train")
    #expect(all.classNames == ["cat", "dog"])
    #expect(all.samples.map(\.annotations.count) == [1, 0])
    #expect(all.issues.isEmpty)

    let split = try TestFolder()
    try split.write("cat", to: "classes.txt")
    for name in ["train/images/a", "valid/images/b"] { try split.writeImage(name + ".png") }
    for name in ["train/labels/a", "valid/labels/b"] {
      try split.write("0 .5 .5 .5 .5", to: name + ".txt")
    }
    #expect(try Dataset.splits(path: split.path) == ["train", "val"])
    #expect(try Dataset.open(path: split.path, split: "val").annotationCount == 1)
  }

  @Test(arguments: [
    ("names: [a\n", "data.yaml:1: \"[\" is never closed"),
    ("names: [a]\n", "no split is named here"),
    ("names: [a]\ntrain: nowhere\n", "\"train: nowhere\" does not exist; searched for at "),
    ("names: [a]\ntrain: data.yaml\n", "neither a folder"),
    ("names: [a]\ntrain: empty\n", "the folder holds no images"),
    ("names: [a]\ntrain: empty.txt\n", "empty.txt: the list of images is empty"),
    ("names: [a]\ntrain: latin.txt\n", "latin.txt:2: the file cannot be read: it is not UTF-8"),
    ("names: [a]\ntrain: unlabeled\n", "none of the 1 images of the split \"train\" has a label"),
    ("names: [a]\ntrain: images\n", "labels/x.txt:2: the class \"1\" is not in 0...0"),
    ("names: [a]\ntrain: list.txt\n", "y.txt: the file cannot be read: it is a folder"),
  ])
  func yoloMistakesAreErrors(description: String, message: String) throws {
    let folder = try TestFolder()
    try folder.write(description, to: "data.yaml")
    try folder.write("", to: "empty.txt")
    try folder.write(Array("a\n".utf8) + [0xE9, 0x0A], to: "latin.txt")
    try folder.write("x", to: "empty/readme.md")
    try folder.writeImage("unlabeled/x.png")
    try folder.writeImage("images/x.png")
    try folder.write("0 .5 .5 .5 .5\n1 .5 .5 .5 .5\n", to: "labels/x.txt")
    try folder.write("other/images/y.png\n", to: "list.txt")
    try folder.writeImage("other/images/y.png")
    try folder.write("a folder with a label file's name", to: "other/labels/y.txt/z")
    let said = self.message { try Dataset.open(path: folder.path, split: "train") }
    #expect(said.contains(message), "\(said)")
    #expect(!said.contains("\n"))
  }

  @Test func formatsAreTold() throws {
    let folder = try TestFolder()
    #expect(
      message { try Dataset.open(path: folder.path, split: "train") }
        .contains("no dataset is recognized here"))
    #expect(
      message { try Dataset.open(path: folder.path("nothing"), split: "train") }
        .contains("there is no file or folder"))
    try folder.writeImage("images/a.png")
    try folder.write("0 .5 .5 .5 .5", to: "labels/a.txt")
    #expect(try DatasetFormat.sniff(folder.path) == .yolo)
    try voc(folder, "a")
    #expect(
      message { try Dataset.open(path: folder.path, split: "train") }
        .contains("fits both voc and yolo"))
    #expect(try Dataset.open(path: folder.path, split: "train", format: .voc).classNames == ["cat"])
    #expect(
      message { try Dataset.open(path: folder.path, split: "train", format: .yolo) }
        .contains("classes.txt"))
    #expect(
      message {
        try Dataset.open(path: folder.path, split: "train", format: .voc, classNames: ["a", "a"])
      }.contains("given twice"))
  }
}
