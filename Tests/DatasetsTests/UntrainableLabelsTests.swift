@testable import Datasets
import Imaging
import TestSupport
import Testing

/// Labels that are well formed, but that training cannot use, as `check` reports them.
struct UntrainableLabelsTests {
  private func coco(_ rows: [(category: Int, isCrowd: Int)]) -> String {
    let annotations = rows.enumerated().map { index, row in
      "{\"id\": \(index + 1), \"image_id\": 1, \"category_id\": \(row.category), "
        + "\"bbox\": [\(index), 2, 5, 5], \"iscrowd\": \(row.isCrowd)}"
    }
    return
      #"{"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "cat"}, "#
      + "{\"id\": 2, \"name\": \"dog\"}], \"annotations\": [\(annotations.joined(separator: ","))]}"
  }

  private func crowdIssues(_ rows: [(category: Int, isCrowd: Int)]) throws -> [String] {
    let folder = try TestFolder()
    try folder.writeImage("train/a.png")
    try folder.write(coco(rows), to: "train/_annotations.coco.json")
    return try DatasetCheck(path: folder.path).issues.filter { $0.kind == .onlyCrowds }.map(
      \.message)
  }

  @Test func nothingButCrowdsIsAnIssue() throws {
    let all = try crowdIssues([(1, 1), (2, 1)])
    #expect(all.count == 1 && all[0].hasPrefix("all 2 objects are crowd regions"))
    let one = try crowdIssues([(1, 1), (1, 1), (2, 0), (2, 1)])
    #expect(one.count == 1 && one[0].hasPrefix("2 objects of the class \"cat\" are all crowd"))
    #expect(try crowdIssues([(1, 0), (1, 1), (2, 0)]).isEmpty)
  }

  /// Neither crowds nor difficult objects count in an evaluation; one that is both is a crowd.
  @Test func nothingButDifficultObjectsIsAnIssue() throws {
    func issues(_ rows: [(category: Int, isCrowd: Int)], difficult: [Int]) throws -> [DatasetIssue]
    {
      let folder = try TestFolder()
      try folder.writeImage("train/a.png")
      var text = coco(rows)
      for id in difficult {
        text = text.replacing(
          "\"id\": \(id), \"image_id\"", with: "\"id\": \(id), \"difficult\": 1, \"image_id\"")
      }
      try folder.write(text, to: "train/_annotations.coco.json")
      return try DatasetCheck(path: folder.path).issues.filter {
        [.onlyCrowds, .onlyDifficult].contains($0.kind)
      }
    }
    let all = try issues([(1, 0), (2, 0)], difficult: [1, 2])
    #expect(all.map(\.kind) == [.onlyDifficult])
    #expect(all[0].message.hasPrefix("all 2 objects are marked difficult, which an evaluation"))
    let one = try issues([(1, 0), (1, 0), (2, 0), (2, 0)], difficult: [1, 2, 3])
    #expect(one.map(\.kind) == [.onlyDifficult])
    #expect(one[0].message.hasPrefix("2 objects of the class \"cat\" are all marked difficult"))
    let mixed = try issues([(1, 1), (1, 0), (2, 0)], difficult: [2])
    #expect(mixed.count == 1 && mixed[0].message.contains("marked difficult or crowd regions"))
    #expect(try issues([(1, 1), (2, 1)], difficult: [1, 2]).map(\.kind) == [.onlyCrowds])
    #expect(try issues([(1, 0), (1, 0), (2, 0)], difficult: [1]).isEmpty)
  }

  @Test func theIdZeroIsReportedOnce() throws {
    for (id, count) in [("0", 1), ("5", 0), ("\"0\"", 0)] {
      let folder = try TestFolder()
      try folder.writeImage("train/a.png")
      try folder.write(
        coco([(1, 0), (2, 0)]).replacing(
          "\"id\": 1, \"image_id\"", with: "\"id\": \(id), \"image_id\""),
        to: "train/_annotations.coco.json")
      let check = try DatasetCheck(path: folder.path)
      #expect(check.issues.filter { $0.kind == .zeroId }.count == count)
    }
  }

  /// One degenerate polygon among others: the others are kept, as pycocotools draws nothing for it.
  @Test(arguments: ["[12, 8]", "[1, 1, 5, 5]", "[1, 1, 5, 5, 3]"])
  func oneInvalidPolygonLosesNoOther(polygon: String) throws {
    let folder = try TestFolder()
    try folder.writeImage("train/a.png")
    try folder.write(
      coco([(1, 0)]).replacing(
        "\"iscrowd\"", with: "\"segmentation\": [[1, 2, 4, 2, 4, 6], \(polygon)], \"iscrowd\""),
      to: "train/_annotations.coco.json")
    let data = try Dataset.open(
      path: folder.path, split: "train", reading: DatasetReading(segmentations: true))
    #expect(data.samples[0].annotations[0].segmentation == .polygons([[1, 2, 4, 2, 4, 6]]))
    #expect(data.issues.map(\.kind) == [.invalidSegmentation])
    #expect(data.issues[0].message.contains("1 polygon of 2 ignored"))
  }

  @Test func manyPolygonsTakeLinearTime() {
    let growth = timeGrowth(at: 20_000) { size in
      let polygons = [[Double]](repeating: [1, 2, 4, 2, 4, 6], count: size) + [[1, 2]]
      var validator = BoxValidator(
        image: ParsedImage(imagePath: "a.png", labelPath: "a.json"), width: 9, height: 9,
        clipsBoxes: true)
      let annotation = validator.annotation(
        of: ParsedObject(
          classIndex: 0, extent: .pixels(Box(x1: 1, y1: 2, x2: 4, y2: 6)),
          segmentation: .polygons(polygons)), classIndex: 0)
      #expect(annotation?.segmentation == .polygons(polygons.dropLast()))
    }
    #expect(growth < 10)
  }

  private func maskIssues(_ mask: Image) throws -> [DatasetIssue] {
    let folder = try TestFolder()
    try folder.writeImage("images/a.png", width: 4, height: 2)
    try folder.write(ImageFile.encode(mask, as: .png), to: "masks/a.png")
    try folder.write("cat\ndog\n", to: "classes.txt")
    return try DatasetCheck(path: folder.path).issues.filter { $0.kind != .emptyClass }
  }

  /// The masks that the loader of training refuses.
  @Test func masksAreValidated() throws {
    func gray(_ value: UInt8) -> Image {
      Image(width: 4, height: 2, format: .gray8, bytes: [UInt8](repeating: value, count: 8))
    }
    #expect(try maskIssues(gray(2)).isEmpty)
    let number = try maskIssues(gray(3))
    #expect(number.map(\.kind) == [.unknownClass])
    let deep = try maskIssues(
      Image(
        width: 4, height: 2, format: PixelFormat(channels: 1, bitDepth: 16),
        bytes: [UInt8](repeating: 1, count: 16)))
    #expect(deep.map(\.kind) == [.malformedLabels])
    #expect(deep.first?.message == "the mask has 16 bits per pixel, and 8 are expected.")
    let color = try maskIssues(
      Image(width: 4, height: 2, format: .rgb8, bytes: [UInt8](repeating: 1, count: 23) + [2]))
    // The first pixel of a color is named.
    #expect(
      color.first?.message.hasPrefix(
        "the mask has colors, and gray class numbers are expected: pixel (3, 1) is 1 1 2.") == true)
  }
}
