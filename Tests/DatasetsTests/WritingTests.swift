import TestSupport
@testable import Basics
import Foundation
import Imaging
import Testing

@testable import Datasets

/// What is written in a format and read again is what it was, as far as the format has room for it.
struct WritingTests {
  /// One image with everything that an object can be, and one with nothing.
  private func everything(in folder: TestFolder) throws -> [Dataset] {
    try folder.writeImage("a/x.png", width: 40, height: 30)
    try folder.writeImage("a/empty.png", width: 20, height: 10)
    try folder.writeImage("b/x.png", width: 11, height: 7)
    let names = ["z<&>\"cat", "dog", "never there"]
    var plain = Annotation(box: Box(x1: 1.25, y1: 2, x2: 10, y2: 20.125), classIndex: 1)
    plain.isTruncated = true
    plain.isOccluded = true
    let difficult = Annotation(
      box: Box(x1: 0, y1: 0, x2: 40, y2: 30), classIndex: 0, isDifficult: true)
    var polygon = Annotation(box: Box(x1: 2, y1: 2, x2: 9, y2: 8), classIndex: 0)
    polygon.segmentation = .polygons([[2, 2, 9, 2.5, 5.5, 8]])
    polygon.stated = StatedExtent(
      box: SizedBox(x: 2, y: 2, width: 7, height: 6), area: 20.5)
    var parts = Annotation(box: Box(x1: 1, y1: 1, x2: 30, y2: 20), classIndex: 1)
    parts.segmentation = .polygons([[1, 1, 10, 1, 10, 10], [20, 20, 30, 20, 30, 12]])
    var mask = Annotation(box: Box(x1: 1, y1: 10, x2: 3, y2: 15), classIndex: 1)
    // Columns 1 and 2, rows 10 to 14 of 30.
    mask.segmentation = .mask(
      try RunLengthMask(width: 40, height: 30, counts: [40, 5, 25, 5, 30 * 40 - 75]))
    var crowd = mask
    crowd.isCrowd = true
    let train = [
      Sample(
        imagePath: folder.path("a/x.png"), imageWidth: 40, imageHeight: 30,
        annotations: [plain, difficult, polygon, parts, mask, crowd]),
      Sample(
        imagePath: folder.path("a/empty.png"), imageWidth: 20, imageHeight: 10, annotations: []),
    ]
    let val = [
      Sample(
        imagePath: folder.path("b/x.png"), imageWidth: 11, imageHeight: 7,
        annotations: [Annotation(box: Box(x1: 1, y1: 1, x2: 2.5, y2: 3), classIndex: 2)])
    ]
    return [("train", train), ("val", val)].map {
      Dataset(
        path: folder.path, format: .coco, split: $0.0, classNames: names, samples: $0.1)
    }
  }

  private func reread(_ format: DatasetFormat, _ path: String) throws -> [Dataset] {
    #expect(try DatasetFormat.sniff(path) == format)
    return try Dataset.openAll(
      path: path, reading: DatasetReading(segmentations: true, clipsBoxes: false))
  }

  /// COCO has room for all, LabelMe for all but areas and boxes beside polygons.
  @Test(arguments: [DatasetFormat.coco, .labelme])
  func nothingIsLost(format: DatasetFormat) throws {
    let folder = try TestFolder()
    let data = try everything(in: folder)
    let outcome = try DatasetWriter(format: format).write(data, to: folder.path("out"))
    #expect(outcome.images == 3 && outcome.objects == 7)
    // Of the areas, only that of the one object that states another than its box's.
    #expect(outcome.losses == (format == .coco ? [:] : [.areas: 1]))
    let read = try reread(format, folder.path("out"))
    #expect(read.map(\.split) == ["train", "val"])
    for (old, new) in zip(data, read) {
      #expect(new.classNames == old.classNames)
      #expect(new.issues.isEmpty, "\(new.issues)")
      let names = { (data: Dataset) in data.samples.map { FilePath.name($0.imagePath) } }
      #expect(Set(names(new)) == Set(names(old)))
      for sample in old.samples {
        let again = new.samples.first {
          FilePath.name($0.imagePath) == FilePath.name(sample.imagePath)
        }
        let expected = sample.annotations.map { annotation in
          var copy = annotation
          copy.stated = nil
          return copy
        }
        let found = (again?.annotations ?? []).map { annotation in
          var copy = annotation
          copy.stated = nil
          return copy
        }
        #expect(found == expected)
        if format == .coco {
          #expect(
            again?.annotations.map { $0.stated?.area }
              == sample.annotations.map { $0.stated?.area ?? $0.box.area })
        }
      }
    }
    let old = try Data(contentsOf: URL(fileURLWithPath: folder.path("a/x.png")))
    let copy = try #require(
      read[0].samples.first { FilePath.name($0.imagePath) == "x.png" }?.imagePath)
    #expect(try Data(contentsOf: URL(fileURLWithPath: copy)) == old)
  }

  @Test func whatIsLostIsCounted() throws {
    let folder = try TestFolder()
    let data = try everything(in: folder)
    var losses: [DatasetFormat: [DroppedAnnotations: Int]] = [:]
    for format in [DatasetFormat.voc, .yolo, .createml] {
      losses[format] = try DatasetWriter(format: format).write(
        data, to: folder.path(format.rawValue)
      ).losses
    }
    // Two polygons, one of them in two parts; a mask and the mask of the crowd; two images x.png.
    #expect(
      losses[.voc] == [.segmentations: 2, .masks: 2, .areas: 1, .takenNames: 1])
    #expect(
      losses[.yolo] == [
        .crowds: 1, .masksAsPolygons: 1, .joinedPolygons: 1, .difficult: 1, .marks: 1,
        .areas: 1,
      ])
    #expect(
      losses[.createml] == [
        .crowds: 1, .segmentations: 2, .masks: 1, .difficult: 1, .marks: 1, .areas: 1,
      ])

    let voc = try reread(.voc, folder.path("voc"))
    #expect(voc[0].classNames == data[0].classNames)
    let boxes = data[0].samples[0].annotations.map(\.box)
    let again = try #require(voc[0].samples.first { $0.annotations.count == 6 })
    #expect(again.annotations.map(\.box) == boxes)
    #expect(again.annotations.map(\.isCrowd) == [false, false, false, false, false, true])
    #expect(again.annotations.map(\.isDifficult) == [false, true, false, false, false, false])
    #expect(again.annotations[0].isTruncated && again.annotations[0].isOccluded)
    #expect(FilePath.name(voc[1].samples[0].imagePath) == "x-2.png")

    let yolo = try reread(.yolo, folder.path("yolo"))
    #expect(yolo[0].classNames == data[0].classNames)
    let rows = try #require(yolo[0].samples.first { !$0.annotations.isEmpty }).annotations
    #expect(rows.count == 5)
    // The joined polygon: each part and back to the first corner, (1, 1), from where the next begins.
    guard case .polygons(let joined)? = rows[3].segmentation else {
      Issue.record("the object in two parts has no polygon")
      return
    }
    let expected: [Double] = [
      1, 1, 10, 1, 10, 10, 1, 1, 1, 1, 20, 20, 30, 20, 30, 12, 20, 20, 1, 1,
    ]
    #expect(joined.count == 1 && joined[0].count == expected.count)
    for (a, b) in zip(joined[0], expected) { #expect(abs(a - b) < 1e-6) }
  }

  /// 255 inside of the polygon's pixels: those that COCO counts.
  @Test func segmentationsBecomeMasks() throws {
    let folder = try TestFolder()
    try folder.writeImage("data/x.png", width: 8, height: 6)
    var object = Annotation(box: Box(x1: 1, y1: 1, x2: 5, y2: 4), classIndex: 0)
    object.segmentation = .polygons([[1, 1, 5, 1, 5, 4, 1, 4]])
    let data = Dataset(
      path: folder.path, format: .coco, split: "train", classNames: ["cat"],
      samples: [
        Sample(
          imagePath: folder.path("data/x.png"), imageWidth: 8, imageHeight: 6, annotations: [object]
        )
      ])
    let outcome = try DatasetWriter(format: .masks).write([data], to: folder.path("out"))
    #expect(outcome.losses == [.mergedObjects: 1] && outcome.objects == 1)
    let read = try reread(.masks, folder.path("out"))
    let path = try #require(read[0].samples[0].maskPath)
    let mask = try ImageFile.read(path, policy: DecodePolicy(format: .gray8)).image
    // A rectangle of whole pixels: columns 1 to 4, rows 1 to 3.
    let expected = (0..<48).map { (1...4).contains($0 % 8) && (1...3).contains($0 / 8) }
    #expect(mask.bytes == expected.map { $0 ? 255 : 0 })
    var boxed = data
    boxed = Dataset(
      path: data.path, format: .coco, split: "train", classNames: ["cat"],
      samples: boxed.samples.map { sample in
        var sample = sample
        sample.annotations[0].segmentation = nil
        return sample
      })
    #expect(throws: DatasetsError.self) {
      try DatasetWriter(format: .masks).write([boxed], to: folder.path("none"))
    }
    // Nothing is left of what could not be written.
    #expect(Set(try FileContents.names(in: folder.path)) == ["data", "out"])
  }

  @Test func classFolders() throws {
    let folder = try TestFolder()
    for name in ["train/cat/a.png", "train/dog/in/a.png", "val/dog/b.png"] {
      try folder.writeImage("data/" + name)
    }
    let data = try Dataset.openAll(path: folder.path("data"))
    #expect(data[0].format == .folders && data[0].classNames == ["cat", "dog"])
    #expect(data.map { $0.samples.map(\.imageClass) } == [[0, 1], [1]])
    _ = try DatasetWriter(format: .folders, images: .hardlink).write(
      data, to: folder.path("out"))
    let read = try reread(.folders, folder.path("out"))
    #expect(read.map { $0.samples.map(\.imageClass) } == [[0, 1], [1]])
    #expect(
      read[0].samples.map { String($0.imagePath.dropFirst(folder.path.count)) }
        == ["/out/train/cat/a.png", "/out/train/dog/a.png"])
  }

  @Test func aFolderThatIsNotEmptyIsLeftAlone() throws {
    let folder = try TestFolder()
    try folder.write("mine", to: "out/mine.txt")
    let data = try everything(in: folder)
    #expect {
      try DatasetWriter(format: .yolo).write(data, to: folder.path("out"))
    } throws: {
      "\($0)".contains("the folder is not empty")
    }
    #expect(try FileContents.names(in: folder.path("out")) == ["mine.txt"])
    try FileManager.default.createDirectory(
      atPath: folder.path("new"), withIntermediateDirectories: false)
    _ = try DatasetWriter(format: .yolo, images: .none).write(data, to: folder.path("new"))
    #expect(
      Set(try FileContents.names(in: folder.path("new"))) == ["data.yaml", "labels"])
  }

  /// Without val, YOLO's description names none: each image is in one split.
  @Test func oneSplitStaysOne() throws {
    let folder = try TestFolder()
    let data = [try everything(in: folder)[0]]
    _ = try DatasetWriter(format: .yolo).write(data, to: folder.path("out"))
    #expect(try Dataset.splits(path: folder.path("out")) == ["train"])
  }

  @Test func namesThatCannotBeReadAgainAreRefused() throws {
    let folder = try TestFolder()
    let data = try everything(in: folder)[0]
    func renamed(_ split: String, _ classNames: [String]) -> Dataset {
      Dataset(
        path: data.path, format: .coco, split: split, classNames: classNames,
        samples: data.samples)
    }
    for bad in [
      renamed("trainval", data.classNames), renamed("train", ["a\nb", "c", "d"]),
      renamed("train", ["", "c", "d"]),
    ] {
      #expect(throws: DatasetsError.self) {
        try DatasetWriter(format: .yolo).write([bad], to: folder.path("out"))
      }
    }
    #expect(!(try FileContents.names(in: folder.path).contains("out")))
  }

  /// Two entries of one image with labels of their own: nothing is lost.
  @Test func labelsOfAImageThatIsListedTwiceAreJoined() throws {
    let folder = try TestFolder()
    try folder.writeImage("images/x.png")
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "x.png", "width": 20, "height": 10},
      {"id": 2, "file_name": "x.png", "width": 20, "height": 10}],
      "categories": [{"id": 1, "name": "cat"}], "annotations": [
      {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]},
      {"id": 2, "image_id": 2, "category_id": 1, "bbox": [2, 2, 5, 5]}]}
      """, to: "annotations/train.json")
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(data.samples.count == 1 && data.annotationCount == 2)
    #expect(data.issues.map(\.kind) == [.duplicateEntry])
  }

  /// One object with a polygon, and a box beside it.
  private func outlined(_ segmentation: Segmentation, _ box: Box, in folder: TestFolder) throws
    -> Dataset
  {
    try folder.writeImage("data/x.png", width: 40, height: 30)
    var object = Annotation(box: box, classIndex: 0)
    object.segmentation = segmentation
    return Dataset(
      path: folder.path, format: .coco, split: "train", classNames: ["cat"],
      samples: [
        Sample(
          imagePath: folder.path("data/x.png"), imageWidth: 40, imageHeight: 30,
          annotations: [object])
      ])
  }

  /// A mask of columns 1 and 2, rows 10 to 14, whose own box is (1, 10) to (3, 15): a box half a pixel
  /// wider is lost where the mask stands for it, and kept where it stands beside the mask or alone.
  @Test func aBoxBesideAMaskIsKeptOrTold() throws {
    let folder = try TestFolder()
    let mask = try RunLengthMask(width: 40, height: 30, counts: [40, 5, 25, 5, 30 * 40 - 75])
    let box = Box(x1: 1, y1: 10, x2: 3.5, y2: 15)
    let data = try outlined(.mask(mask), box, in: folder)
    for (format, losses, shift) in [
      (DatasetFormat.labelme, [DroppedAnnotations.boxesOfSegmentations: 1], 0.5), (.coco, [:], 0),
      (.yolo, [.masksAsPolygons: 1, .boxesOfSegmentations: 1], 0.5), (.voc, [.masks: 1], 0),
    ] {
      let place = folder.path(format.rawValue)
      let outcome = try DatasetWriter(format: format).write([data], to: place)
      #expect(outcome.losses == losses, "\(format)")
      #expect(outcome.largestBoxShift == shift, "\(format)")
      let found = try reread(format, place)[0].samples[0].annotations[0].box
      // YOLO has eight places of 40 pixels.
      #expect(abs(found.x2 - (shift > 0 ? 3 : 3.5)) < 1e-6, "\(format)")
    }
  }

  /// The triangle's own box is (2, 2) to (9, 8); YOLO and LabelMe write it instead of one that is a
  /// hundredth of a pixel off, and tell so. A billionth is what they print.
  @Test func aBoxThatMovesUnderAPixelIsTold() throws {
    for (distance, isTold) in [(0.01, true), (1e-10, false)] {
      let folder = try TestFolder()
      let box = Box(x1: 2, y1: 2 - distance, x2: 9, y2: 8)
      let data = try outlined(.polygons([[2, 2, 9, 2.5, 5.5, 8]]), box, in: folder)
      for format in [DatasetFormat.yolo, .labelme] {
        let outcome = try DatasetWriter(format: format).write(
          [data], to: folder.path(format.rawValue))
        #expect(outcome.losses == (isTold ? [.boxesOfSegmentations: 1] : [:]))
        #expect(abs(outcome.largestBoxShift - (isTold ? 0.01 : 0)) < 1e-12)
      }
    }
  }

  /// What has no pixel cannot stand for a box: the box is written, and that is told.
  @Test func segmentationsOfNothingAreToldAndTheirBoxesKept() throws {
    let nothing = try RunLengthMask(width: 40, height: 30, counts: [1200])
    let box = Box(x1: 2, y1: 3, x2: 9, y2: 8)
    for segmentation in [Segmentation.mask(nothing), .polygons([]), .polygons([[1, 1, 2, 2]])] {
      let folder = try TestFolder()
      let data = try outlined(segmentation, box, in: folder)
      for format in [DatasetFormat.labelme, .yolo, .coco, .voc] {
        let place = folder.path(format.rawValue)
        let outcome = try DatasetWriter(format: format).write([data], to: place)
        #expect(outcome.losses == [.emptySegmentations: 1])
        let found = try reread(format, place)[0]
        #expect(found.issues.isEmpty)
        let again = try #require(found.samples[0].annotations.first)
        #expect(again.segmentation == nil && abs(again.box.x2 - 9) < 1e-6)
      }
    }
  }
}
