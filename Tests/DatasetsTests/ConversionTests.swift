import Basics
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Datasets

/// What conversion keeps: ids, masks as polygons, and the names of what is left behind.
///
/// Images have 20 x 10 pixels.
struct ConversionTests {
  private func open(_ folder: TestFolder, segmentations: Bool = true) throws -> [Dataset] {
    var reading = DatasetReading(segmentations: segmentations, clipsBoxes: false)
    reading.keepsSources = true
    return try Dataset.openAll(path: folder.path, reading: reading)
  }

  private func coco(_ annotations: String, images: String? = nil, categories: String? = nil) throws
    -> TestFolder
  {
    let folder = try TestFolder()
    try folder.writeImage("train/a.png")
    try folder.writeImage("train/b.png", gray: 90)
    let images =
      images ?? #"{"id": 5, "file_name": "a.png"}, {"id": 7, "file_name": "b.png"}"#
    try folder.write(
      "{\"images\": [\(images)], \"categories\": [\(categories ?? #"{"id": 1, "name": "cat"}"#)], "
        + "\"annotations\": [\(annotations)]}", to: "train/_annotations.coco.json")
    return folder
  }

  private func write(
    _ data: [Dataset], as format: DatasetFormat, to folder: TestFolder
  ) throws -> DatasetWriter.Outcome {
    try DatasetWriter(format: format, images: .none).write(data, to: folder.path("out"))
  }

  private func written(_ folder: TestFolder, _ name: String) throws -> String {
    try #require(try FileContents.text(folder.path("out/" + name)))
  }

  // MARK: COCO

  @Test func cocoKeepsIds() throws {
    let source = try coco(
      #"{"id": 9007199254740993, "image_id": "x", "category_id": 90, "bbox": [1, 1, 5, 5]},"#
        + #"{"id": "u-1", "image_id": -3, "category_id": "k", "bbox": [2, 2, 5, 5]}"#,
      images: #"{"id": "x", "file_name": "a.png"}, {"id": -3, "file_name": "b.png"}"#,
      categories: #"{"id": 90, "name": "cat"}, {"id": "k", "name": "dog"}"#)
    let target = try TestFolder()
    let outcome = try write(open(source), as: .coco, to: target)
    #expect(outcome.losses.isEmpty)
    let text = try written(target, "annotations/instances_train.json")
    for part in [
      #"{"id":"x","file_name":"a.png""#, #"{"id":-3,"file_name":"b.png""#,
      #"{"id":90,"name":"cat"}"#, #"{"id":"k","name":"dog"}"#,
      #"{"id":9007199254740993,"image_id":"x","category_id":90,"#,
      #"{"id":"u-1","image_id":-3,"category_id":"k","#,
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
    #expect(text.hasPrefix("{\"info\":{"))
    #expect(text.contains("\"licenses\":["))
  }

  @Test func missingAndRepeatedIdsAreNew() throws {
    let source = try coco(
      #"{"id": 4, "image_id": 5, "category_id": 1, "bbox": [1, 1, 5, 5]},"#
        + #"{"image_id": 5, "category_id": 1, "bbox": [2, 1, 5, 5]},"#
        + #"{"id": 4, "image_id": 7, "category_id": 1, "bbox": [3, 1, 5, 5]}"#)
    let target = try TestFolder()
    let outcome = try write(open(source), as: .coco, to: target)
    #expect(outcome.losses == [.changedIds: 1])
    let text = try written(target, "annotations/instances_train.json")
    // After the largest, 4.
    for part in [
      #"{"id":4,"image_id":5,"#, #"{"id":5,"image_id":5,"#, #"{"id":6,"image_id":7,"#,
    ] {
      #expect(text.contains(part), "\(part) in \(text)")
    }
  }

  @Test func unreadMembersAreNamed() throws {
    let source = try coco(
      #"{"id": 1, "image_id": 5, "category_id": 1, "bbox": [1, 1, 5, 5], "keypoints": [1, 2, 2],"#
        + #" "attributes": {}, "score": null, "caption": ""},"#
        + #"{"id": 2, "image_id": 7, "category_id": 1, "bbox": [1, 1, 5, 5], "keypoints": [1, 2, 2]}"#,
      images: #"{"id": 5, "file_name": "a.png", "license": 3}, {"id": 7, "file_name": "b.png"}"#,
      categories: #"{"id": 1, "name": "cat", "supercategory": "animal"}"#)
    let outcome = try write(open(source), as: .yolo, to: TestFolder())
    #expect(
      outcome.unread.counts
        == ["annotations.keypoints": 2, "images.license": 1, "categories.supercategory": 1])
  }

  @Test func unreadMembersOfOtherFormatsAreNamed() throws {
    let labelMe = try TestFolder()
    try labelMe.writeImage("a.png")
    try labelMe.write(
      #"{"version": "5", "imagePath": "a.png", "imageData": "AA==", "flags": {"blurred": true}, "#
        + #""shapes": [{"label": "cat", "points": [[1, 1], [5, 5]], "shape_type": "rectangle", "#
        + #""description": "left one", "flags": {"old": true, "new": false, "difficult": true}}]}"#,
      to: "a.json")
    #expect(
      try open(labelMe)[0].unread.counts
        == ["flags": 1, "shapes.description": 1, "shapes.flags.old": 1])
    let voc = try TestFolder()
    try voc.writeImage("JPEGImages/a.png")
    try voc.write(
      "<annotation><folder>x</folder><object><name>cat</name><pose>Left</pose><bndbox><xmin>1</xmin>"
        + "<ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object></annotation>",
      to: "Annotations/a.xml")
    #expect(try open(voc)[0].unread.counts == ["folder": 1, "object.pose": 1])
    let createML = try TestFolder()
    try createML.writeImage("train/a.png")
    try createML.write(
      #"[{"image": "a.png", "verified": true, "annotations": [{"label": "cat", "id": 4, "coordinates": "#
        + #"{"x": 5, "y": 5, "width": 4, "height": 4}}]}]"#, to: "train/_annotations.createml.json")
    #expect(try open(createML)[0].unread.counts == ["verified": 1, "annotations.id": 1])
  }

  // MARK: YOLO

  @Test func theDescriptionOfYOLOHasNoPath() throws {
    let source = try coco(#"{"id": 1, "image_id": 5, "category_id": 1, "bbox": [1, 1, 5, 5]}"#)
    let target = try TestFolder()
    _ = try write(open(source), as: .yolo, to: target)
    #expect(
      try written(target, "data.yaml") == "train: images/train\nnc: 1\nnames:\n  0: \"cat\"\n")
  }

  /// Ultralytics reads all rows of a file as polygons if one has more than six numbers.
  @Test func boxesBesidePolygonsAreRectangles() throws {
    let source = try coco(
      #"{"id": 1, "image_id": 5, "category_id": 1, "bbox": [2, 1, 8, 5], "#
        + #""segmentation": [[2, 1, 10, 1, 10, 6]]}, "#
        + #"{"id": 2, "image_id": 5, "category_id": 1, "bbox": [4, 2, 10, 5]},"#
        + #"{"id": 3, "image_id": 7, "category_id": 1, "bbox": [4, 2, 10, 5]}"#)
    let target = try TestFolder()
    _ = try write(open(source), as: .yolo, to: target)
    let rows = try written(target, "labels/train/a.txt").split(separator: "\n")
    #expect(rows.map { $0.split(separator: " ").count } == [7, 9])
    // (4, 2) to (14, 7) of 20 x 10 pixels.
    #expect(rows[1] == "0 0.2 0.2 0.7 0.2 0.7 0.7 0.2 0.7")
    #expect(try written(target, "labels/train/b.txt") == "0 0.45 0.45 0.5 0.5\n")
  }

  /// Two rectangles: columns 2 and 3, rows 1 and 2; column 10, row 4. Runs go down columns of 10.
  private let runs = #"{"size": [10, 20], "counts": [21, 2, 8, 2, 71, 1, 95]}"#

  @Test func masksBecomePolygons() throws {
    let source = try coco(
      "{\"id\": 1, \"image_id\": 5, \"category_id\": 1, \"bbox\": [2, 1, 9, 4], \"segmentation\": "
        + "\(runs)}")
    let target = try TestFolder()
    let outcome = try write(open(source), as: .yolo, to: target)
    #expect(outcome.losses == [.masksAsPolygons: 1, .joinedPolygons: 1])
    let labels = try written(target, "labels/train/a.txt").split(separator: " ")
    // A class number, and two rectangles of four corners, each with a bridge of two corners.
    #expect(labels.count == 1 + 2 * (4 + 2) * 2)
  }

  @Test func aDatasetOfCrowdsKeepsItsObjects() throws {
    let crowd =
      "{\"id\": 1, \"image_id\": 5, \"category_id\": 1, \"bbox\": [2, 1, 9, 4], \"iscrowd\": 1, "
      + "\"segmentation\": \(runs)}"
    for format in [DatasetFormat.yolo, .createml] {
      let outcome = try write(open(coco(crowd)), as: format, to: TestFolder())
      #expect(outcome.objects == 1 && outcome.losses[.crowdsAsObjects] == 1)
    }
    // Beside objects, a crowd region is left out.
    let mixed = try coco(
      crowd + #", {"id": 2, "image_id": 7, "category_id": 1, "bbox": [1, 1, 5, 5]}"#)
    let outcome = try write(open(mixed), as: .yolo, to: TestFolder())
    #expect(outcome.objects == 1 && outcome.losses == [.crowds: 1])
  }

  // MARK: Class masks

  private func masks() throws -> TestFolder {
    let folder = try TestFolder()
    try folder.writeImage("images/a.png")
    var mask = Image(
      width: 20, height: 10, format: .gray8, bytes: [UInt8](repeating: 0, count: 200))
    // Rows 1 and 2, columns 2 to 4 of class 1; row 7, columns 10 to 13 of class 2; one ignored pixel.
    for place in [22, 23, 24, 42, 43, 44] { mask.bytes[place] = 1 }
    for place in 150...153 { mask.bytes[place] = 2 }
    mask.bytes[199] = 255
    try folder.write(ImageFile.encode(mask, as: .png), to: "masks/a.png")
    try folder.write("cat\ndog\n", to: "classes.txt")
    return folder
  }

  @Test(arguments: [DatasetFormat.yolo, .coco, .voc, .createml, .labelme])
  func classMasksBecomeObjects(format: DatasetFormat) throws {
    let (source, target) = (try masks(), try TestFolder())
    let outcome = try DatasetWriter(format: format).write(open(source), to: target.path("out"))
    #expect(outcome.objects == 2 && outcome.losses[.classMasksAsObjects] == 2)
    let read = try Dataset.open(
      path: target.path("out"), split: "train", format: format,
      reading: DatasetReading(segmentations: true))
    let objects = read.samples[0].annotations.sorted { $0.classIndex < $1.classIndex }
    #expect(objects.map { read.classNames[$0.classIndex] } == ["cat", "dog"])
    for (object, box) in zip(
      objects, [Box(x1: 2, y1: 1, x2: 5, y2: 3), Box(x1: 10, y1: 7, x2: 14, y2: 8)])
    {
      // YOLO's eight decimal places are 2e-7 pixels.
      let differences = [
        object.box.x1 - box.x1, object.box.y1 - box.y1, object.box.x2 - box.x2,
        object.box.y2 - box.y2,
      ]
      #expect(differences.allSatisfy { abs($0) < 1e-6 }, "\(object.box)")
      #expect((object.segmentation != nil) == ![.voc, .createml].contains(format))
    }
  }

  @Test func aMaskThatCannotBeReadEndsTheConversion() throws {
    let source = try masks()
    try source.write(
      ImageFile.encode(
        Image(
          width: 20, height: 10, format: PixelFormat(channels: 1, bitDepth: 16),
          bytes: [UInt8](repeating: 1, count: 400)), as: .png), to: "masks/a.png")
    let target = try TestFolder()
    #expect(throws: DatasetsError.self) { try write(open(source), as: .yolo, to: target) }
    #expect(!FileManager.default.fileExists(atPath: target.path("out")))
  }

  @Test func aConversionThatLosesAllLabelsFails() throws {
    let source = try TestFolder()
    try source.writeImage("train/cat/a.png")
    try source.writeImage("train/dog/b.png", gray: 90)
    let target = try TestFolder()
    let error = #expect(throws: DatasetsError.self) {
      try write(open(source), as: .yolo, to: target)
    }
    #expect(error?.description.contains("nothing of its labels can be written as yolo") == true)
    #expect(!FileManager.default.fileExists(atPath: target.path("out")))
  }

  // MARK: Areas

  /// Areas that differ from width times height by rounding only are not masks' areas.
  @Test(arguments: [("25", 0), ("25.00001", 0), ("24.99999", 0), ("25.1", 1), ("12", 1)])
  func onlyAreasOfMasksAreLost(area: String, count: Int) throws {
    for format in [DatasetFormat.voc, .yolo, .createml, .labelme] {
      let source = try coco(
        "{\"id\": 1, \"image_id\": 5, \"category_id\": 1, \"bbox\": [1, 1, 5, 5], \"area\": \(area)}"
      )
      let outcome = try write(open(source), as: format, to: TestFolder())
      #expect(outcome.losses[.areas, default: 0] == count, "\(format)")
    }
  }

  /// From format to format: boxes alone never have an area of their own.
  @Test(arguments: [DatasetFormat.voc, .yolo, .createml, .labelme])
  func noAreaIsLostOnTheWay(format: DatasetFormat) throws {
    let source = try coco(
      #"{"id": 1, "image_id": 5, "category_id": 1, "bbox": [1.1, 1.3, 5.7, 3.3333333]},"#
        + #"{"id": 2, "image_id": 7, "category_id": 1, "bbox": [0.123456789, 1, 7.987654321, 5.1]}"#
    )
    let (middle, back) = (try TestFolder(), try TestFolder())
    _ = try DatasetWriter(format: format).write(open(source), to: middle.path("out"))
    let data = try Dataset.openAll(path: middle.path("out"))
    _ = try DatasetWriter(format: .coco).write(data, to: back.path("out"))
    for last in [DatasetFormat.voc, .yolo, .createml, .labelme] {
      let outcome = try write(
        Dataset.openAll(path: back.path("out")), as: last, to: TestFolder())
      #expect(outcome.losses[.areas] == nil, "\(format) to \(last)")
    }
  }
}
