import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// The built program writes datasets in other formats.
@Suite struct ConvertTests {
  private let folder: TemporaryFolder
  /// Where new folders go: not into the dataset.
  private let target: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    target = try TemporaryFolder()
    try Fixtures.writeVOC(in: folder)
  }

  private func run(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(words, in: folder.path)
  }

  /// Six and four images of one object each: see `Fixtures.writeVOC`.
  @Test(arguments: ["voc", "yolo", "coco", "createml", "labelme"])
  func everyFormatHoldsTheBoxes(format: String) throws {
    let result = try run("convert", ".", "--to", format, "-o", target.path + "/out")
    #expect(result.exitCode == 0 && result.diagnostics.isEmpty, "\(result.diagnostics)")
    #expect(
      result.output.hasSuffix(
        "10 images with 10 objects of 3 classes written to \(target.path)/out as \(format)\n"))
    for (split, count) in [("train", 6), ("val", 4)] {
      let old = try Dataset.open(path: folder.path, split: split)
      let new = try Dataset.open(path: target.path + "/out", split: split)
      #expect(new.classNames == old.classNames && new.samples.count == count)
      let boxes = { (data: Dataset) in
        data.samples.map { $0.annotations.map { ($0.box.x1 + $0.box.y2).rounded() } }
      }
      #expect(boxes(new) == boxes(old))
    }
    #expect(try run("check", target.path + "/out").exitCode == 0)
  }

  @Test func whatIsWrittenIsToldAsJSON() throws {
    let result = try run(
      "convert", ".", "--to", "yolo", "-o", target.path + "/out", "--split", "val", "--images",
      "none",
      "--json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(object["images"] as? Int == 4 && object["errors"] as? Int == 0)
    #expect(object["classes"] as? [String] == ["cat", "dog", "person"])
    let files = FileManager.default
    #expect(files.fileExists(atPath: target.path + "/out/labels/val/p6.txt"))
    #expect(!files.fileExists(atPath: target.path + "/out/images"))
  }

  @Test func linksLeadToTheImages() throws {
    #expect(
      try run("convert", ".", "--to", "coco", "-o", target.path + "/out", "--images", "symlink")
        .exitCode == 0)
    let place = target.path + "/out/val/p7.png"
    let target = try FileManager.default.destinationOfSymbolicLink(atPath: place)
    #expect(target.hasSuffix("JPEGImages/p7.png"))
    let bytes = { (path: String) in try Data(contentsOf: URL(fileURLWithPath: path)) }
    #expect(try bytes(place) == bytes(target))
  }

  /// A box without area is left out and told: 3, some inputs failed. One that is no box at all: 4.
  @Test func issuesAreToldByTheExitCode() throws {
    let path = folder.path + "/Annotations/p0.xml"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try folder.write("Annotations/p0.xml", text.replacing("<xmax>35<", with: "<xmax>2<"))
    let left = try run("convert", ".", "--to", "yolo", "-o", target.path + "/out")
    #expect(left.exitCode == 3)
    #expect(left.diagnostics.contains("p0.xml:3: the box"))
    #expect(left.diagnostics.contains("has no width or no height"))
    #expect(left.output.contains("9 objects"))
    #expect(left.output.contains("were dropped or changed by 1 issue of the dataset"))
    try folder.write("Annotations/p0.xml", text.replacing("<xmax>35<", with: "<xmax>wide<"))
    let refused = try run("convert", ".", "--to", "yolo", "-o", target.path + "/out2")
    #expect(refused.exitCode == 4)
    #expect(refused.diagnostics.contains("p0.xml:4: <xmax> is \"wide\""))
    #expect(!FileManager.default.fileExists(atPath: target.path + "/out2"))
  }

  @Test func usageIsExplained() throws {
    for (words, message) in [
      (["."], "convert needs --to <format>: voc, yolo, coco,"),
      ([".", "--to", "tfrecord"], "--to takes voc, yolo"),
      ([".", "--to", "yolo"], "convert needs --output <folder>"),
    ] {
      let result = try BuiltProgram.run(["convert"] + words, in: folder.path)
      #expect(result.exitCode == 2)
      #expect(result.diagnostics.contains(message), "\(result.diagnostics)")
    }
    let taken = try run("convert", ".", "--to", "yolo", "-o", "JPEGImages")
    #expect(taken.exitCode == 1 && taken.diagnostics.contains("the folder is not empty"))
    let inside = try run("convert", ".", "--to", "yolo", "-o", "new")
    #expect(inside.exitCode == 1 && inside.diagnostics.contains("lies in the dataset"))
    // Masks need polygons.
    let masks = try run("convert", ".", "--to", "masks", "-o", target.path + "/out")
    #expect(masks.exitCode == 4 && masks.diagnostics.contains("choose another format"))
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(left) == ["Annotations", "ImageSets", "JPEGImages"])
  }

  /// YOLO has no crowds: of train's two objects one is written, and the count of each split says so.
  @Test func whatWasWrittenIsCounted() throws {
    for split in ["train", "val"] {
      try Fixtures.writeImage(to: folder.path + "/coco/\(split)/a.png")
      let crowd =
        split == "val"
        ? ""
        : """
        , {"id": 2, "image_id": 1, "category_id": 1, "bbox": [5, 5, 9, 9], "iscrowd": 1}
        """
      try folder.write(
        "coco/annotations/instances_\(split).json",
        """
        {"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "cat"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9]}\(crowd)]}
        """)
    }
    let text = try run("convert", "coco", "--to", "yolo", "-o", target.path + "/out")
    #expect(text.exitCode == 0, "\(text.diagnostics)")
    #expect(
      text.output.hasPrefix(
        """
        split  images  objects
        train       1        1
        val         1        1
        1 crowd regions dropped: they are not single objects
        2 images with 2 objects
        """), "\(text.output)")
    let json = try run("convert", "coco", "--to", "yolo", "-o", target.path + "/out2", "--json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let splits = try #require(object["splits"] as? [[String: Any]])
    #expect(splits.map { $0["objects"] as? Int } == [1, 1])
    #expect(object["losses"] as? [String: Int] == ["crowds": 1])
  }
}
