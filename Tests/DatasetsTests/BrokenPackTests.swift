@testable import Basics
import Foundation
import Imaging
import Testing

@testable import Datasets

/// Every issue of the broken datasets is found with its file and line, and nothing else.
struct BrokenPackTests {
  private let pack: BrokenPack

  init() throws { pack = try BrokenPack() }

  private func expectAllIsFound(in name: String) throws {
    let check = try DatasetCheck(path: pack.folder.path(name))
    #expect(pack.found(in: check) == pack.expected.sorted())
  }

  /// Writes an image and its rows, and notes the issues of each row.
  private func yolo(_ name: String, _ rows: [(row: String, issues: [DatasetIssue.Kind])]) throws {
    try pack.image("yolo/images/train/\(name).png")
    let file = "yolo/labels/train/\(name).txt"
    try pack.folder.write(rows.map { $0.row + "\n" }.joined(), to: file)
    for (place, row) in rows.enumerated() {
      for issue in row.issues { pack.expect(issue, file, place + 1) }
    }
  }

  private static let good = "0 0.5 0.5 0.5 0.4"

  @Test func yoloLabels() throws {
    try pack.folder.write(
      """
      train: ../images/train
      val: images/val
      names: [cat, dog, ghost]
      """, to: "yolo/data.yaml")
    pack.expect(.layout, "yolo/data.yaml")
    pack.expect(.emptyClass, "yolo")
    try pack.image("yolo/images/val/v.png")
    try pack.folder.write("1 0.3 0.3 0.2 0.2\n", to: "yolo/labels/val/v.txt")

    try yolo("good", [(Self.good, []), ("1 0.25 0.25 0.5 0.25 0.5 0.9", [])])
    try yolo("words", [(Self.good, []), ("0 half 0.5 0.1 0.1", [.malformedLabels])])
    try yolo("short", [("0 0.5 0.5 0.1", [.malformedLabels])])
    try yolo("even", [(Self.good, []), ("0 0.5 0.5 0.1 0.1 0.1", [.malformedLabels])])
    try yolo(
      "numbers",
      [
        ("0 nan 0.5 0.1 0.1", [.malformedLabels]), ("0 0.5 inf 0.1 0.1", [.malformedLabels]),
        ("0 1e308 0.5 0.1 0.1", [.boxOutsideImage]), (Self.good, []), ("", []),
        ("0 -1e308 0.5 1e308 1e308", [.boxOutsideImage]),
      ])
    try yolo(
      "classes",
      [
        ("3 0.5 0.5 0.1 0.1", [.unknownClass]), ("-1 0.5 0.5 0.1 0.1", [.unknownClass]),
        ("0.5 0.5 0.5 0.1 0.1", [.unknownClass]), ("1e300 0.5 0.5 0.1 0.1", [.unknownClass]),
        ("1.0 0.5 0.5 0.2 0.2", []),
      ])
    try yolo(
      "areas",
      [
        ("0 0.5 0.5 0 0.1", [.boxWithoutArea]), (Self.good, []),
        ("0 0.5 0.5 -0.2 0.1", [.boxWithoutArea]),
      ])
    try yolo("outside", [(Self.good, []), ("1 1.5 0.5 0.2 0.2", [.boxOutsideImage])])
    // 20 pixels: 0.9 + 0.2 is 22.
    try yolo("beyond", [("1 0.9 0.5 0.4 0.2", [.boxBeyondImage])])
    // 0.04 of 20 pixels is 0.8.
    try yolo("tiny", [("1 0.5 0.5 0.04 0.5", [.tinyBox])])
    try yolo("twice", [(Self.good, []), ("1 0.5 0.5 0.5 0.4", []), (Self.good, [.duplicateBox])])
    try yolo(
      "polygon", [("1 0.1 0.1 0.9 0.1 1e6 0.9", [.boxBeyondImage, .invalidSegmentation])])

    try yolo("empty", [])
    pack.expect(.unlabeledImage, "yolo/images/train/empty.png")
    try pack.image("yolo/images/train/nolabels.png")
    pack.expect(.unlabeledImage, "yolo/images/train/nolabels.png")
    try pack.folder.write(Self.good, to: "yolo/labels/train/orphan.txt")
    pack.expect(.orphanedLabels, "yolo/labels/train/orphan.txt")
    try pack.image("yolo/images/train/binary.png")
    try pack.folder.write(
      Array("\(Self.good)\n0 0.5 ".utf8) + [0xFF, 0xFE], to: "yolo/labels/train/binary.txt")
    pack.expect(.malformedLabels, "yolo/labels/train/binary.txt", 2)
    try expectAllIsFound(in: "yolo")
  }

  /// Writes a labeled image file of the YOLO dataset and notes its issue.
  private func file(
    _ name: String, _ bytes: [UInt8], _ issue: DatasetIssue.Kind? = nil
  ) throws {
    try pack.folder.write(bytes, to: "yolo/images/\(name)")
    let stem = FilePath.stem(name)
    try pack.folder.write("\(Self.good)\n1 0.25 0.5 0.5 0.5\n", to: "yolo/labels/\(stem).txt")
    if let issue { pack.expect(issue, "yolo/images/\(name)") }
  }

  @Test func images() throws {
    try pack.folder.write(
      "train: images/train\nval: val.txt\nnames: [cat, dog]\n", to: "yolo/data.yaml")
    let image = BrokenPack.blocks()
    let png = try ImageFile.encode(image, as: .png)
    let jpeg = try BrokenPack.jpeg(image)
    try file("train/a.png", png)
    try file("train/copy.png", png, .repeatedImage)
    try file("train/gone.png", [], .unreadableImage)
    try file("train/text.jpg", Array("not an image".utf8), .unreadableImage)
    try file("train/cut.jpg", Array(jpeg.prefix(jpeg.count / 2)), .imageWarning)
    try file("train/torn.png", Array(png.prefix(png.count * 2 / 3)), .unreadableImage)
    try file(
      "train/misnamed.jpg",
      try ImageFile.encode(Image(width: 30, height: 30, filledWith: 9), as: .png), .misnamedImage)
    // A text behind the head (33 bytes) whose check sum is wrong: it may be missed.
    let gray = try ImageFile.encode(Image(width: 40, height: 30, filledWith: 77), as: .png)
    let text = [0, 0, 0, 3] + Array("tEXta\0b".utf8) + [0, 0, 0, 0]
    try file("train/note.png", gray.prefix(33) + text + gray.dropFirst(33), .imageWarning)
    try pack.image("yolo/images/train/tone.png")
    try pack.folder.write(Self.good, to: "yolo/labels/train/tone.txt")

    // The val split is a list: one image twice, one that is not there, one of train.
    try file("val/leak.png", png, .sharedImage)
    try file(
      "val/packed.png",
      // The same pixels in 16 bits.
      try ImageFile.encode(
        image.converted(to: PixelFormat(channels: 3, bitDepth: 16)), as: .png), .sharedImage)
    try file("val/alike.jpg", try BrokenPack.jpeg(image, quality: 60), .similarImage)
    try pack.folder.write(
      """
      images/val/leak.png
      images/val/packed.png
      images/val/alike.jpg
      images/val/alike.jpg
      images/val/missing.jpg
      images/train/tone.png
      """, to: "yolo/val.txt")
    pack.expect(.duplicateEntry, "yolo/images/val/alike.jpg")
    pack.expect(.missingImage, "yolo/images/val/missing.jpg")
    pack.expect(.sharedImage, "yolo/images/train/tone.png")
    try expectAllIsFound(in: "yolo")
  }

  // MARK: Pascal VOC

  /// Writes an annotation with an image of 20 x 10 pixels; the first object is on line 3.
  private func voc(
    _ name: String, size: (Int, Int) = (20, 10), _ objects: [String],
    _ issues: [(kind: DatasetIssue.Kind, line: Int?)] = []
  ) throws {
    try pack.image("voc/JPEGImages/\(name).png")
    let file = "voc/Annotations/\(name).xml"
    let text = [
      "<annotation><filename>\(name).png</filename>",
      "<size><width>\(size.0)</width><height>\(size.1)</height><depth>3</depth></size>",
    ]
    try pack.folder.write(
      (text + objects + ["</annotation>"]).joined(separator: "\n"), to: file)
    for issue in issues { pack.expect(issue.kind, file, issue.line) }
  }

  private func object(_ x1: String, _ y1: String, _ x2: String, _ y2: String) -> String {
    "<object><name>cat</name><bndbox><xmin>\(x1)</xmin><ymin>\(y1)</ymin><xmax>\(x2)</xmax>"
      + "<ymax>\(y2)</ymax></bndbox></object>"
  }

  @Test func vocLabels() throws {
    let good = object("3", "2", "9", "8")
    var listed = [
      "good", "noname", "nobox", "corner", "nan", "size", "area", "outside", "beyond", "tiny",
      "twice", "cut", "bomb", "other", "nothing", "turned", "noxml", "nopicture", "good",
    ]
    try voc("good", [good, object("1", "1", "20", "10")])
    try voc(
      "noname", [good, "<object>", "<bndbox/></object>"], [(.malformedLabels, 4)])
    try voc("nobox", [good, "<object><name>cat</name></object>"], [(.malformedLabels, 4)])
    try voc(
      "corner",
      [
        good,
        "<object><name>cat</name><bndbox>\n<xmin>1</xmin><ymin>1</ymin>\n<xmax>wide</xmax><ymax>5</ymax>",
        "</bndbox></object>",
      ], [(.malformedLabels, 6)])
    try voc(
      "nan", [good, object("nan", "1", "5", "5"), object("1", "1", "1e308", "5")],
      [(.malformedLabels, 4), (.boxOutsideImage, 5)])
    try voc("size", size: (200, 100), [good], [(.sizeMismatch, nil)])
    try voc("area", [good, object("9", "2", "3", "8")], [(.boxWithoutArea, 4)])
    try voc("outside", [good, object("40", "2", "50", "8")], [(.boxOutsideImage, 4)])
    try voc("beyond", [object("5", "2", "25", "8")], [(.boxBeyondImage, 3)])
    // VOC counts both ends: 5 to 5 is one pixel.
    try voc("tiny", [object("5", "2", "5", "8")], [(.tinyBox, 3)])
    try voc("twice", [good, good], [(.duplicateBox, 4)])
    try voc("cut", ["<object><name>cat</name>"], [(.malformedLabels, 4)])
    try voc("other", [])
    try pack.folder.write("<html><body/></html>", to: "voc/Annotations/other.xml")
    pack.expect(.malformedLabels, "voc/Annotations/other.xml")
    try voc("bomb", [])
    try pack.folder.write(
      """
      <?xml version="1.0"?>
      <!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
      <annotation><filename>&b;</filename></annotation>
      """, to: "voc/Annotations/bomb.xml")
    pack.expect(.malformedLabels, "voc/Annotations/bomb.xml", 2)
    try voc("nothing", [])
    pack.expect(.unlabeledImage, "voc/JPEGImages/nothing.png")
    // Stored as 20 x 10 and turned to 10 x 20.
    try voc("turned", [good], [(.orientationMismatch, nil)])
    try FileManager.default.removeItem(atPath: pack.folder.path("voc/JPEGImages/turned.png"))
    let flat = try BrokenPack.jpeg(Image(width: 20, height: 10, filledWith: 200))
    try pack.folder.write(
      BrokenPack.inserting(BrokenPack.quarterTurn, into: flat), to: "voc/JPEGImages/turned.jpg")
    try pack.image("voc/JPEGImages/noxml.png")
    pack.expect(.missingLabels, "voc/Annotations/noxml.xml")
    try voc("nopicture", [good])
    try FileManager.default.removeItem(atPath: pack.folder.path("voc/JPEGImages/nopicture.png"))
    pack.expect(.missingImage, "voc/JPEGImages/nopicture.png")
    pack.expect(.duplicateEntry, "voc/JPEGImages/good.png")

    listed.append("")
    try pack.folder.write(
      listed.joined(separator: "\n"), to: "voc/ImageSets/Main/train.txt")
    try voc("v", [good])
    try pack.folder.write("v\ntiny\n", to: "voc/ImageSets/Main/val.txt")
    pack.expect(.sharedImage, "voc/JPEGImages/tiny.png")
    // A list of some of them is no split of its own.
    try pack.folder.write("v\ngood\n", to: "voc/ImageSets/Main/some.txt")
    try expectAllIsFound(in: "voc")
  }

  // MARK: COCO

  @Test func cocoLabels() throws {
    for name in ["a", "b", "c", "d"] { try pack.image("coco/val/\(name).png") }
    let file = "coco/annotations/instances_val.json"
    var lines = ["{\"images\": ["]
    func add(_ text: String, _ issues: DatasetIssue.Kind...) {
      lines.append(text)
      for issue in issues { pack.expect(issue, file, lines.count) }
    }
    func image(_ id: Int, _ name: String, size: String = "\"width\": 20, \"height\": 10") -> String
    {
      "{\"id\": \(id), \"file_name\": \"\(name)\", \(size)},"
    }
    add(image(1, "a.png"))
    add(image(2, "b.png", size: "\"width\": 30, \"height\": 10"))
    pack.expect(.sizeMismatch, file)
    add(image(3, "c.png"))
    add(image(1, "a.png"), .duplicateEntry)
    add(image(4, "../../secret.png"), .pathOutside)
    add(image(5, "/etc/passwd"), .pathOutside)
    add(image(6, "missing.png"))
    pack.expect(.missingImage, "coco/val/missing.png")
    add("{\"file_name\": \"noid.png\"},", .malformedLabels)
    add(String(image(7, "d.png").dropLast()))
    pack.expect(.unlabeledImage, "coco/val/d.png")
    add("], \"categories\": [")
    add("{\"id\": 1, \"name\": \"cat\"},")
    add("{\"id\": 1, \"name\": \"cow\"},", .duplicateEntry)
    add("{\"id\": 2, \"name\": \"cat\"},", .duplicateEntry)
    add("{\"id\": 3, \"name\": \"ghost\"}")
    pack.expect(.emptyClass, "coco")
    add("], \"annotations\": [")
    var id = 0
    func groundTruth(
      image: Int = 1, category: Int = 1, box: String = "[2, 1, 6, 4]", extra: String = "",
      _ issues: DatasetIssue.Kind..., id wanted: Int? = nil
    ) {
      id += 1
      lines.append(
        "{\"id\": \(wanted ?? id), \"image_id\": \(image), \"category_id\": \(category), "
          + "\"bbox\": \(box)\(extra)},")
      for issue in issues { pack.expect(issue, file, lines.count) }
    }
    groundTruth()
    groundTruth(image: 2, category: 2)
    groundTruth(image: 3)
    groundTruth(image: 99, .unlisted)
    groundTruth(category: 99, .unlisted)
    groundTruth(box: "[1, 1, 3]", .malformedLabels)
    groundTruth(box: "[1, 1, \"wide\", 3]", .malformedLabels)
    groundTruth(box: "[1, 1, 3, 0]", .boxWithoutArea)
    groundTruth(box: "[1, 1, -3, 2]", .boxWithoutArea)
    groundTruth(box: "[50, 1, 3, 2]", .boxOutsideImage)
    groundTruth(box: "[1e308, 1, 1e308, 2]", .boxOutsideImage)
    groundTruth(box: "[15, 1, 9, 2]", .boxBeyondImage)
    groundTruth(box: "[15, 1, 0.5, 2]", .tinyBox)
    groundTruth(.duplicateBox)
    groundTruth(image: 3, box: "[1, 1, 2, 2]", .duplicateEntry, id: 1)
    groundTruth(
      image: 3, box: "[4, 1, 2, 2]", extra: ", \"segmentation\": [[1, 2, 3]]", .invalidSegmentation)
    groundTruth(
      image: 3, box: "[4, 4, 2, 2]",
      extra: ", \"segmentation\": {\"size\": [10, 20], \"counts\": [1, 2]}", .invalidSegmentation)
    add("{\"id\": 90, \"image_id\": 1, \"category_id\": 1},", .malformedLabels)
    add("{\"id\": 91, \"bbox\": [1, 1, 2, 2], \"category_id\": 1},", .malformedLabels)
    add("7", .malformedLabels)
    add("]}")
    try pack.folder.write(lines.joined(separator: "\n"), to: file)
    try expectAllIsFound(in: "coco")
  }

  // MARK: Whole splits

  @Test func aSplitThatCannotBeReadLeavesTheOthers() throws {
    try pack.image("coco/train/a.png")
    try pack.folder.write(
      """
      {"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "cat"}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}]}
      """, to: "coco/annotations/instances_train.json")
    try pack.folder.write("{\"images\": [\n{\"id\":", to: "coco/annotations/instances_val.json")
    pack.expect(.unreadableSplit, "coco/annotations/instances_val.json", 2)
    try expectAllIsFound(in: "coco")
    let check = try DatasetCheck(path: pack.folder.path("coco"))
    #expect(check.splits.map(\.dataset.split) == ["train"])
    // Asked for by name, it must be there; and one of the splits must be.
    for splits in [["val"], ["train", "val"], ["test"]] {
      #expect(throws: DatasetsError.self) {
        try DatasetCheck(
          path: pack.folder.path("coco"), splits: splits)
      }
    }
  }

  @Test func classesThatDifferBetweenSplitsAreTold() throws {
    for (split, classes) in [("train", ["cat", "dog"]), ("val", ["dog", "cow", "cat"])] {
      try pack.image("coco/\(split)/\(split).png")
      let categories = classes.enumerated().map {
        "{\"id\": \($0.offset + 1), \"name\": \"\($0.element)\"}"
      }
      let objects = classes.indices.map {
        "{\"id\": \($0 + 1), \"image_id\": 1, \"category_id\": \($0 + 1), \"bbox\": [\($0), 1, 5, 5]}"
      }
      try pack.folder.write(
        """
        {"images": [{"id": 1, "file_name": "\(split).png"}],
         "categories": [\(categories.joined(separator: ","))],
         "annotations": [\(objects.joined(separator: ","))]}
        """, to: "coco/annotations/instances_\(split).json")
    }
    pack.expect(.classOrder, "coco")
    try expectAllIsFound(in: "coco")
    let check = try DatasetCheck(path: pack.folder.path("coco"))
    #expect(check.classNames == ["cat", "dog", "cow"])
    // 1 cat and 1 dog in train; val has its own numbers for them, and a cow.
    #expect(check.splits.map(\.statistics.classObjects) == [[1, 1, 0], [1, 1, 1]])
  }
}
