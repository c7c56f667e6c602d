import Foundation
import Imaging
import Testing

@testable import Datasets

/// As BrokenPackTests, for the formats of CreateML and LabelMe and for folders of classes and masks.
struct BrokenFoldersTests {
  private let pack: BrokenPack

  init() throws { pack = try BrokenPack() }

  private func expectAllIsFound(in name: String) throws {
    let check = try DatasetCheck(path: pack.folder.path(name))
    #expect(pack.found(in: check) == pack.expected.sorted())
  }

  /// Lines of a file, and the issues that are made on them.
  private final class Lines {
    let file: String
    let pack: BrokenPack
    private(set) var text = ""
    private var count = 0

    init(_ file: String, of pack: BrokenPack) {
      self.file = file
      self.pack = pack
    }

    func add(_ line: String, _ issues: DatasetIssue.Kind...) {
      text += line + "\n"
      count += 1
      for issue in issues { pack.expect(issue, file, count) }
    }
  }

  @Test func createMLLabels() throws {
    for name in ["a", "b", "c"] { try pack.image("createml/train/\(name).png") }
    let file = "createml/train/_annotations.createml.json"
    let lines = Lines(file, of: pack)
    func object(_ x: String, _ y: String, _ w: String, _ h: String) -> String {
      "{\"label\": \"cat\", \"coordinates\": {\"x\": \(x), \"y\": \(y), \"width\": \(w), \"height\": \(h)}},"
    }
    let good = object("5", "5", "4", "4")
    lines.add("[{\"image\": \"a.png\", \"annotations\": [")
    lines.add(good)
    lines.add(object("5", "5", "0", "4"), .boxWithoutArea)
    lines.add(object("50", "5", "4", "4"), .boxOutsideImage)
    lines.add(object("1e308", "5", "1e308", "4"), .boxOutsideImage)
    // 19 + 6 / 2 is 22 of 20 pixels.
    lines.add(object("19", "5", "6", "4"), .boxBeyondImage)
    lines.add(object("9", "5", "0.5", "4"), .tinyBox)
    lines.add(good, .duplicateBox)
    lines.add(object("\"wide\"", "5", "4", "4"), .malformedLabels)
    lines.add("{\"label\": \"cat\"},", .malformedLabels)
    lines.add("{\"label\": \"cat\", \"coordinates\": {\"x\": 1}},", .malformedLabels)
    lines.add(
      "{\"coordinates\": {\"x\": 1, \"y\": 1, \"width\": 1, \"height\": 1}}", .malformedLabels)
    lines.add("]},")
    lines.add("{\"image\": \"b.png\", \"annotations\": []},")
    pack.expect(.unlabeledImage, "createml/train/b.png")
    lines.add("{\"image\": \"../../secret.png\", \"annotations\": []},", .pathOutside)
    lines.add("{\"image\": \"missing.png\", \"annotations\": []},")
    pack.expect(.missingImage, "createml/train/missing.png")
    lines.add("{\"annotations\": []},", .malformedLabels)
    lines.add("{\"image\": \"a.png\", \"annotations\": []},")
    pack.expect(.duplicateEntry, "createml/train/a.png")
    lines.add("{\"image\": \"c.png\", \"annotations\": [")
    lines.add(String(good.dropLast()) + "]}]")
    try pack.folder.write(lines.text, to: file)
    try expectAllIsFound(in: "createml")
  }

  /// Writes a LabelMe file of an image of 20 x 10 pixels; the first shape is on line 3.
  private func labelMe(
    _ name: String, image: String? = nil, width: Int = 20,
    _ shapes: [(text: String, issues: [DatasetIssue.Kind])]
  ) throws {
    if image == nil { try pack.image("labelme/\(name).png") }
    let file = "labelme/\(name).json"
    let body = shapes.map(\.text).joined(separator: ",\n")
    try pack.folder.write(
      "{\"imagePath\": \"\(image ?? name + ".png")\", \"imageWidth\": \(width), \"imageHeight\": 10,\n"
        + "\"shapes\": [\n\(body)\n]}", to: file)
    for (place, shape) in shapes.enumerated() {
      for issue in shape.issues { pack.expect(issue, file, place + 3) }
    }
  }

  @Test func labelMeLabels() throws {
    func shape(_ kind: String, _ points: String) -> String {
      "{\"label\": \"cat\", \"shape_type\": \"\(kind)\", \"points\": \(points)}"
    }
    let good = shape("rectangle", "[[2, 2], [9, 8]]")
    try labelMe("good", [(good, []), (shape("polygon", "[[2, 2], [9, 3], [4, 9]]"), [])])
    try labelMe(
      "boxes",
      [
        (good, []), (shape("rectangle", "[[2, 2], [2, 8]]"), [.boxWithoutArea]),
        (shape("rectangle", "[[40, 2], [60, 8]]"), [.boxOutsideImage]),
        (shape("rectangle", "[[9, 2], [25, 8]]"), [.boxBeyondImage]),
        (shape("rectangle", "[[9, 2], [9.5, 8]]"), [.tinyBox]), (good, [.duplicateBox]),
        (shape("line", "[[2, 2], [5, 5]]"), [.boxWithoutArea]),
      ])
    try labelMe(
      "shapes",
      [
        (good, []), (shape("polygon", "[[2, 2], [5, 5]]"), [.malformedLabels]),
        (shape("star", "[[2, 2], [5, 6]]"), [.invalidSegmentation]),
        (shape("rectangle", "[[2, 2], [5]]"), [.malformedLabels]),
        (shape("rectangle", "[[2, \"far\"], [5, 5]]"), [.malformedLabels]),
        ("{\"points\": [[2, 2], [5, 5]]}", [.malformedLabels]), ("7", [.malformedLabels]),
      ])
    try labelMe("size", width: 30, [(good, [])])
    pack.expect(.sizeMismatch, "labelme/size.json")
    try labelMe("nothing", [])
    pack.expect(.unlabeledImage, "labelme/nothing.png")
    try labelMe("gone", image: "gone.png", [(good, [])])
    pack.expect(.missingImage, "labelme/gone.png")
    try labelMe("outside", image: "../../secret.png", [(good, [])])
    pack.expect(.pathOutside, "labelme/outside.json")
    try pack.image("labelme/bare.png")
    pack.expect(.unlabeledImage, "labelme/bare.png")
    try pack.image("labelme/cut.png")
    try pack.folder.write("{\"shapes\": [\n{\"label\":", to: "labelme/cut.json")
    pack.expect(.malformedLabels, "labelme/cut.json", 2)
    try expectAllIsFound(in: "labelme")
  }

  @Test func foldersOfClasses() throws {
    let blocks = try ImageFile.encode(BrokenPack.blocks(), as: .png)
    for split in ["train", "val"] {
      for name in ["cat/a", "cat/b", "dog/c"] { try pack.image("classes/\(split)/\(name).png") }
      try FileManager.default.createDirectory(
        atPath: pack.folder.path("classes/\(split)/ghost"), withIntermediateDirectories: true)
    }
    pack.expect(.emptyClass, "classes")
    // The same image in two classes, and in two splits.
    try pack.folder.write(blocks, to: "classes/train/cat/same.png")
    try pack.folder.write(blocks, to: "classes/train/dog/same.png")
    pack.expect(.repeatedImage, "classes/train/dog/same.png")
    try pack.folder.write(blocks, to: "classes/val/cat/same.png")
    pack.expect(.sharedImage, "classes/val/cat/same.png")
    try pack.folder.write("no image", to: "classes/train/cat/bad.jpg")
    pack.expect(.unreadableImage, "classes/train/cat/bad.jpg")
    try expectAllIsFound(in: "classes")
    let check = try DatasetCheck(path: pack.folder.path("classes"))
    #expect(
      check.issues.filter { $0.message.contains("other labels") }.map(\.kind) == [
        .repeatedImage
      ])
    #expect(check.splits.map(\.statistics.classImages) == [[3, 2, 0], [3, 1, 0]])
  }

  @Test func foldersOfMasks() throws {
    func mask(_ name: String, width: Int = 20) throws {
      try pack.folder.writeImage("masks/masks/\(name).png", width: width, gray: 255)
    }
    for name in ["good", "wide", "bad", "none"] { try pack.image("masks/images/\(name).png") }
    try mask("good")
    try mask("wide", width: 30)
    pack.expect(.sizeMismatch, "masks/masks/wide.png")
    try pack.folder.write("no image", to: "masks/masks/bad.png")
    pack.expect(.unreadableImage, "masks/masks/bad.png")
    pack.expect(.missingLabels, "masks/images/none.png")
    try mask("stray")
    pack.expect(.orphanedLabels, "masks/masks/stray.png")
    try expectAllIsFound(in: "masks")
  }
}
