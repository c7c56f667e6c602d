import Basics
import Imaging
import TestSupport
import Testing

@testable import Datasets

/// The forms of mask files: palettes, colors, objects in one file and in several.
struct MaskFormatsTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func write(_ name: String, _ width: Int, _ height: Int, gray: [UInt8]) throws {
    let image = Image(width: width, height: height, format: .gray8, bytes: gray)
    try folder.write(ImageFile.encode(image, as: Codec(path: name) ?? .png), to: name)
  }

  private func planes(
    _ sample: Sample, _ classCount: Int
  ) throws -> (classes: [UInt8], objects: [UInt16]?) {
    let planes = try #require(ClassMaskFile(of: sample, classCount: classCount)).planes()
    return (planes.classes.bytes, planes.objects?.withNumbers { Array($0) })
  }

  /// The message of the mask that cannot be used.
  private func refusal(_ data: Dataset, _ index: Int = 0) throws -> String {
    let file = try #require(
      ClassMaskFile(of: data.samples[index], classCount: data.classNames.count))
    return try #require(throws: DatasetIssue.self) { try file.planes() }.description
  }

  // MARK: Palettes

  /// The class is the index, whatever its color, in 8, 4 and 2 bits.
  @Test(arguments: [8, 4, 2])
  func palettesHoldClassNumbers(bits: Int) throws {
    try folder.writeImage("images/a.png", width: 5, height: 2)
    try folder.write(
      PalettePNG.encode(
        width: 5, height: 2, bits: bits, palette: Array(PalettePNG.voc.prefix(1 << bits)),
        indices: [0, 1, 2, 3, 0, 1, 1, 2, 2, 3]), to: "masks/a.png")
    try folder.write("cat\ndog\nowl\n", to: "classes.txt")
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(try planes(data.samples[0], 3).classes == [0, 1, 2, 3, 0, 1, 1, 2, 2, 3])
    try folder.write("cat\ndog\n", to: "classes.txt")
    let two = try Dataset.open(path: folder.path, split: "train")
    #expect(try refusal(two).contains("has the number 3 at pixel (3, 0), but there are 2 classes"))
  }

  /// A palette of grays, as optimizers of PNG files make it, holds the grays.
  @Test func palettesOfGraysHoldGrays() throws {
    try folder.writeImage("images/a.png", width: 4, height: 1)
    try folder.write(
      PalettePNG.encode(
        width: 4, height: 1, bits: 2, palette: [[2, 2, 2], [0, 0, 0], [1, 1, 1]],
        indices: [0, 1, 2, 1]), to: "masks/a.png")
    try folder.write("cat\ndog\n", to: "classes.txt")
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(try planes(data.samples[0], 2).classes == [2, 0, 1, 0])
  }

  // MARK: Colors

  @Test(arguments: [
    "cat 255 0 0\nsea lion 0 128 0\nvoid 224 224 192\n",
    "#ff0000 cat\nsea lion #008000\nbackground #000000\n#e0e0c0 void\n",
    "name,r,g,b\ncat,255,0,0\nsea lion,0,128,0\nvoid,224,224,192\n",
    "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:255,0,0::\nsea lion:0,128,0::\n"
      + "void:224,224,192::\n",
  ])
  func colorsAreClasses(list: String) throws {
    try folder.writeImage("images/a.png", width: 4, height: 1)
    let image = Image(
      width: 4, height: 1, format: .rgb8,
      bytes: [0, 0, 0, 255, 0, 0, 0, 128, 0, 224, 224, 192])
    try folder.write(ImageFile.encode(image, as: .png), to: "masks/a.png")
    try folder.write(list, to: list.contains("label:") ? "labelmap.txt" : "classes.txt")
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(data.classNames == ["cat", "sea lion"])
    #expect(try planes(data.samples[0], 2).classes == [0, 1, 2, 255])
    // The classes of weights, in their order.
    let one = try Dataset.open(path: folder.path, split: "train", classNames: ["sea lion"])
    #expect(try planes(one.samples[0], 1).classes == [0, 0, 1, 255])
  }

  /// A palette is read as its colors, where classes have colors.
  @Test func colorsMayBeInAPalette() throws {
    try folder.writeImage("images/a.png", width: 3, height: 1)
    try folder.write(
      PalettePNG.encode(
        width: 3, height: 1, palette: [[9, 9, 99], [0, 0, 0], [1, 2, 3]], indices: [0, 1, 2]),
      to: "masks/a.png")
    try folder.write("cat 1 2 3\ndog 9 9 99\n", to: "classes.txt")
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(try planes(data.samples[0], 2).classes == [2, 0, 1])
  }

  @Test func unknownColorsAreNamed() throws {
    try folder.writeImage("images/a.png", width: 3, height: 2)
    var image = Image(width: 3, height: 2)
    image.bytes.replaceSubrange(12..<15, with: [7, 80, 200])
    try folder.write(ImageFile.encode(image, as: .png), to: "masks/a.png")
    try folder.write("cat 255 0 0\n", to: "classes.txt")
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(try refusal(data).contains("the color #0750c8 (7 80 200) at pixel (1, 1)"))
    try folder.write("cat\n", to: "classes.txt")
    let plain = try Dataset.open(path: folder.path, split: "train")
    #expect(try refusal(plain).contains("pixel (1, 1) is 7 80 200"))
  }

  @Test(arguments: [
    ("cat 255 0 0\ndog\n", ":2: other lines have a color"),
    ("cat 1 1 2\ndog 1 1 2\n", ":2: the color #010102 of \"dog\" is that of an earlier line"),
    ("cat 1 1 2\ncat 1 1 3\n", ":2: class names are expected, each once"),
    ("background 0 0 0\n", "1 to 254 class names"),
    ("cat\ncat\n", ":2: class names are expected, each once"),
  ])
  func brokenListsAreNamed(list: String, words: String) throws {
    try folder.writeImage("images/a.png")
    try folder.writeImage("masks/a.png", gray: 0)
    try folder.write(list, to: "classes.txt")
    let error = try #require(throws: DatasetsError.self) {
      try Dataset.open(path: folder.path, split: "train")
    }
    #expect("\(error)".contains("classes.txt" + words) || "\(error)".contains(words), "\(error)")
  }

  /// A first line that names the background is number 0, as the lists of many programs have it.
  @Test func theBackgroundIsNoClass() throws {
    try folder.writeImage("images/a.png", width: 3, height: 1)
    try write("masks/a.png", 3, 1, gray: [0, 1, 2])
    try folder.write("background\ncat\ndog\n", to: "classes.txt")
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(data.classNames == ["cat", "dog"])
    #expect(try planes(data.samples[0], 2).classes == [0, 1, 2])
  }

  // MARK: Classes without a list

  @Test func classesAreFoundByTheirNumbers() throws {
    for (name, gray) in [("a", [0, 1, 3, 255]), ("b", [0, 0, 2, 1])] as [(String, [UInt8])] {
      try folder.writeImage("images/\(name).png", width: 4, height: 1, gray: name == "a" ? 9 : 30)
      try write("masks/\(name).png", 4, 1, gray: gray)
    }
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(data.classNames == ["class1", "class2", "class3"])
    #expect(data.issues.map(\.kind) == [.layout])
    #expect(data.issues[0].message.contains("numbers up to 3"))
    #expect(try planes(data.samples[0], 3).classes == [0, 1, 3, 255])
    // The names of weights replace a list.
    let named = try Dataset.open(
      path: folder.path, split: "train", classNames: ["a", "b", "c"])
    #expect(named.issues.isEmpty)
    #expect(try planes(named.samples[1], 3).classes == [0, 0, 2, 1])
  }

  @Test(
    arguments: [[0, 255, 255, 0], [0, 1, 1, 0], [0, 200, 255, 30], [0, 1, 255, 0]] as [[UInt8]])
  func oneClassNeedsNoList(gray: [UInt8]) throws {
    try folder.writeImage("images/a.png", width: 4, height: 1)
    try write("masks/a.png", 4, 1, gray: gray)
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(data.classNames == ["object"] && data.issues.isEmpty)
  }

  // MARK: Checks

  /// Pixels and images of each class, in the samples of all splits.
  @Test func checksCountPixels() throws {
    for (name, gray) in [("a", [0, 1, 1, 255]), ("b", [0, 0, 2, 1])] as [(String, [UInt8])] {
      try folder.writeImage("images/\(name).png", width: 4, height: 1, gray: name == "a" ? 9 : 200)
      try write("masks/\(name).png", 4, 1, gray: gray)
    }
    try folder.write("cat\ndog\nowl\n", to: "classes.txt")
    let check = try DatasetCheck(path: folder.path)
    #expect(check.total.classPixels == [3, 1, 0] && check.total.classImages == [2, 1, 0])
    #expect(check.total.backgroundPixels == 3 && check.total.ignoredPixels == 1)
    let empty = check.issues.filter { $0.kind == .emptyClass }
    #expect(empty.map(\.message) == ["no pixel of a mask has the class \"owl\"."])
    #expect(check.count(.error) == 0)
  }

  /// Every mask that cannot be used is named, with what is wrong in it.
  @Test func checksNameBrokenMasks() throws {
    for (place, name) in ["size", "value", "color", "missing", "fine"].enumerated() {
      try folder.writeImage("images/\(name).png", width: 4, height: 2, gray: UInt8(40 * place))
    }
    try write("masks/size.png", 4, 1, gray: [0, 1, 1, 0])
    try write("masks/value.png", 4, 2, gray: [0, 1, 1, 0, 7, 0, 0, 0])
    var color = Image(width: 4, height: 2)
    color.bytes[3] = 200
    try folder.write(ImageFile.encode(color, as: .png), to: "masks/color.png")
    try write("masks/fine.png", 4, 2, gray: [0, 1, 2, 0, 1, 0, 0, 0])
    try folder.write("cat\ndog\n", to: "classes.txt")
    let issues = try DatasetCheck(path: folder.path).issues.map {
      "\($0.kind) \($0.file.dropFirst(folder.path.count + 1)) \($0.message)"
    }
    for words in [
      "sizeMismatch masks/size.png the mask has 4x1 pixels, but its image 4x2",
      "unknownClass masks/value.png the mask has the number 7 at pixel (0, 1)",
      "malformedLabels masks/color.png the mask has colors, and gray class numbers are expected: "
        + "pixel (1, 0) is 200 0 0",
      "missingLabels images/missing.png the image has no mask",
    ] {
      #expect(issues.contains { $0.hasPrefix(words) }, "\(words) in \(issues)")
    }
    #expect(issues.count == 4, "\(issues)")
  }

  /// Objects of files are counted.
  @Test func checksCountObjects() throws {
    for name in ["x1", "x2"] {
      try folder.writeImage(
        "\(name)/images/\(name).png", width: 4, height: 1, gray: name == "x1" ? 9 : 200)
      for number in 1...3 {
        var gray = [UInt8](repeating: 0, count: 4)
        gray[number] = 255
        try write("\(name)/masks/\(number).png", 4, 1, gray: gray)
      }
    }
    let check = try DatasetCheck(path: folder.path, format: .masks)
    #expect(check.total.maskObjects == 6 && check.total.classPixels == [6])
    try folder.write("broken", to: "x2/masks/2.png")
    let broken = try DatasetCheck(path: folder.path, format: .masks)
    #expect(
      broken.issues.contains {
        $0.kind == .unreadableImage && $0.file == folder.path("x2/masks/2.png")
      })
  }

  // MARK: Objects

  /// Numbers of objects of one class in 16 bits, PNG and TIFF, and in 8 bits.
  @Test func oneFileNumbersObjects() throws {
    try folder.write("cell\n", to: "classes.txt")
    let numbers = Image(width: 4, height: 1, numbers: [0, 300, 7, 65535])
    for (name, codec) in [("a.png", Codec.png), ("b.tif", .tiff)] {
      try folder.writeImage("images/\(FilePath.stem(name)).png", width: 4, height: 1)
      try folder.write(ImageFile.encode(numbers, as: codec), to: "masks/\(name)")
    }
    try folder.writeImage("images/c.png", width: 4, height: 1)
    try write("masks/c.png", 4, 1, gray: [0, 3, 3, 12])
    let data = try Dataset.open(path: folder.path, split: "train")
    for sample in data.samples.prefix(2) {
      let planes = try planes(sample, 1)
      #expect(planes.classes == [0, 1, 1, 1] && planes.objects == [0, 300, 7, 65535])
    }
    let small = try planes(data.samples[2], 1)
    #expect(small.classes == [0, 1, 1, 1] && small.objects == [0, 3, 3, 12])
  }

  /// The layout of the Data Science Bowl 2018; of objects that overlap the later one is seen.
  @Test func everyObjectMayHaveAFile() throws {
    for name in ["ab12", "cd34"] {
      let root = "stage1_train/\(name)"
      try folder.writeImage("\(root)/images/\(name).png", width: 4, height: 1)
      try write("\(root)/masks/01.png", 4, 1, gray: [255, 255, 0, 0])
      try write("\(root)/masks/02.png", 4, 1, gray: [0, 255, 255, 0])
    }
    for path in [folder.path, folder.path("stage1_train")] {
      #expect(try DatasetFormat.sniff(path) == .masks)
      let data = try Dataset.open(path: path, split: "train")
      #expect(data.samples.count == 2 && data.classNames == ["object"] && data.issues.isEmpty)
      let planes = try planes(data.samples[0], 1)
      #expect(planes.classes == [1, 1, 1, 0] && planes.objects == [1, 2, 2, 0])
    }
    // A list of names selects them.
    try folder.write("cd34\nmissing\n", to: "stage1_train/val.txt")
    let data = try Dataset.open(path: folder.path("stage1_train"), split: "val")
    #expect(data.samples.map { FilePath.name($0.imagePath) } == ["cd34.png"])
    #expect(data.issues.map(\.kind) == [.missingImage])
    // A mask of another size is named.
    try write("stage1_train/cd34/masks/02.png", 3, 1, gray: [0, 255, 255])
    let text = try refusal(try Dataset.open(path: folder.path("stage1_train"), split: "val"))
    #expect(text.contains("cd34/masks/02.png: the mask has 3x1 pixels, but its image 4x1"))
  }

  /// Pascal VOC: palette indices are classes, 255 is ignored; the lists of segmentation are splits.
  @Test func vocHasMasksOfClassesAndObjects() throws {
    for name in ["a", "b", "c"] {
      try folder.writeImage(
        "JPEGImages/\(name).jpg", width: 4, height: 1, gray: UInt8(name.utf8.first ?? 0))
    }
    for name in ["a", "b"] {
      for (kind, indices) in [
        ("Class", [0, 15, 15, 255]), ("Object", [0, 1, 2, 255]),
      ] as [(String, [UInt8])] {
        try folder.write(
          PalettePNG.encode(width: 4, height: 1, palette: PalettePNG.voc, indices: indices),
          to: "Segmentation\(kind)/\(name).png")
      }
    }
    try folder.write("a\n", to: "ImageSets/Segmentation/train.txt")
    try folder.write("b\n", to: "ImageSets/Segmentation/val.txt")
    #expect(try DatasetFormat.sniff(folder.path) == .masks)
    let data = try Dataset.open(path: folder.path, split: "val")
    #expect(data.classNames.count == 20 && data.samples.count == 1 && data.issues.isEmpty)
    let planes = try planes(data.samples[0], 20)
    #expect(planes.classes == [0, 15, 15, 255] && planes.objects == [0, 1, 2, 0])
    #expect(data.classNames[14] == "person")
    // Of other classes nothing is left, objects included.
    let dogs = try Dataset.open(path: folder.path, split: "val", classNames: ["dog"])
    let none = try self.planes(dogs.samples[0], 1)
    #expect(none.classes == [0, 0, 0, 255] && none.objects == [0, 0, 0, 0])
    // With annotation files it is one of boxes, too.
    try folder.write(
      "<annotation><filename>a.jpg</filename><object><name>dog</name><bndbox><xmin>1</xmin>"
        + "<ymin>1</ymin><xmax>3</xmax><ymax>1</ymax></bndbox></object></annotation>",
      to: "Annotations/a.xml")
    #expect(try DatasetFormat.sniff(folder.path) == .voc)
    var reading = DatasetReading()
    reading.prefersMasks = true
    #expect(try Dataset.open(path: folder.path, split: "val", reading: reading).format == .masks)
  }

  /// Objects stay apart when they become polygons, and their numbers when they become masks.
  @Test func objectsStayApart() throws {
    try folder.writeImage("d/x1/images/x1.png", width: 4, height: 2)
    try write("d/x1/masks/1.png", 4, 2, gray: [9, 9, 0, 0, 9, 9, 0, 0])
    try write("d/x1/masks/2.png", 4, 2, gray: [0, 0, 9, 0, 0, 0, 9, 0])
    let data = try Dataset.open(path: folder.path("d"), split: "train")
    _ = try DatasetWriter(format: .coco).write([data], to: folder.path("coco"))
    let coco = try Dataset.open(
      path: folder.path("coco"), split: "train", reading: DatasetReading(segmentations: true))
    #expect(
      coco.samples[0].annotations.map(\.box) == [
        Box(x1: 0, y1: 0, x2: 2, y2: 2), Box(x1: 2, y1: 0, x2: 3, y2: 2),
      ])
    _ = try DatasetWriter(format: .masks).write([data], to: folder.path("masks"))
    let masks = try Dataset.open(path: folder.path("masks"), split: "train")
    #expect(try planes(masks.samples[0], 1).objects == [1, 1, 2, 0, 1, 1, 2, 0])
  }
}
