import TestSupport
@testable import Basics
import Foundation
import Imaging
import Testing

@testable import Datasets

/// LabelMe's files as version 5 writes them, and worse.
struct LabelMeTests {
  private func open(_ folder: TestFolder, validates: Bool = false) throws -> Dataset {
    try Dataset.open(
      path: folder.path, split: "train",
      reading: DatasetReading(segmentations: true, validates: validates))
  }

  @Test func shapesOfAllKinds() throws {
    let folder = try TestFolder()
    try folder.writeImage("x.png", width: 40, height: 30)
    try folder.writeImage("y.png", width: 40, height: 30)
    try folder.write(
      """
      {"version": "5.4.1", "flags": {}, "imagePath": "..\\\\somewhere\\\\x.png", "imageData": null,
      "shapes": [
      {"label": "cat", "points": [[10, 20], [1, 2]], "shape_type": "rectangle", "flags": {"difficult": true, "other": false}},
      {"label": "cat", "points": [[1, 1], [9, 1], [9, 9]], "group_id": 1, "shape_type": "polygon", "flags": {}},
      {"label": "cat", "points": [[20, 1], [29, 1], [29, 9]], "group_id": 1, "shape_type": "polygon"},
      {"label": "dog", "points": [[20, 20], [23, 24]], "shape_type": "circle"},
      {"label": "dog", "points": [[3, 4]], "shape_type": "point"}
      ], "imageHeight": 30, "imageWidth": 40}
      """, to: "x.json")
    let data = try open(folder)
    #expect(data.format == .labelme && data.classNames == ["cat", "dog"])
    let objects = data.samples[0].annotations
    #expect(objects.map(\.classIndex) == [0, 0, 1])
    #expect(objects[0].box == Box(x1: 1, y1: 2, x2: 10, y2: 20) && objects[0].isDifficult)
    #expect(objects[1].box == Box(x1: 1, y1: 1, x2: 29, y2: 9))
    #expect(objects[1].segmentation == .polygons([[1, 1, 9, 1, 9, 9], [20, 1, 29, 1, 29, 9]]))
    // The radius is that of the triangle 3, 4, 5; the circle ends at 25 of 30 pixels.
    #expect(objects[2].box == Box(x1: 15, y1: 15, x2: 25, y2: 25))
    #expect(data.samples.count == 2 && data.samples[1].annotations.isEmpty)
    #expect(data.issues.map(\.kind) == [.boxWithoutArea])
    #expect(data.issues[0].line == 7)
  }

  @Test func issuesAreToldWithTheirLines() throws {
    let folder = try TestFolder()
    for name in ["x.png", "y.png", "z.png"] { try folder.writeImage(name) }

    try folder.write(
      """
      {"imagePath": "x.png", "imageHeight": 10, "imageWidth": 21, "shapes": [
      {"label": "cat", "points": [[1, 1], [5, 5]], "shape_type": "rectangle"},
      {"points": [[1, 1], [5, 5]], "shape_type": "rectangle"},
      {"label": "cat", "points": [[1, 1], [5, 5]], "shape_type": "hexagon"},
      {"label": "cat", "points": [[1, 1], [5, 5]], "shape_type": "polygon"},
      {"label": "cat", "points": [[1, 1], [5]], "shape_type": "rectangle"}
      ]}
      """, to: "x.json")
    try folder.write(#"{"imagePath": "y.png", "shapes": [}"#, to: "y.json")
    try folder.write(#"{"imagePath": "../../etc/z2.png", "shapes": []}"#, to: "z2.json")
    let data = try open(folder, validates: true)
    #expect(
      data.issues.map { "\(FilePath.name($0.file)):\($0.line ?? 0) \($0.kind)" } == [
        "x.json:3 malformedLabels", "x.json:5 malformedLabels", "x.json:6 malformedLabels",
        "x.json:4 invalidSegmentation", "y.json:1 malformedLabels", "z2.json:0 pathOutside",
        "x.json:0 sizeMismatch", "x.json:4 duplicateBox", "z.png:0 unlabeledImage",
      ])
    #expect(throws: DatasetsError.self) { try open(folder) }
  }

  /// The labels of two files with the same lines are merged, unless they are the same.
  @Test func filesOfOneImageAreMerged() throws {
    for (x, count) in [(9, 1), (8, 2)] {
      let folder = try TestFolder()
      try folder.writeImage("x.png", width: 40, height: 30)
      for (name, right) in [("a", 9), ("b", x)] {
        try folder.write(
          """
          {"imagePath": "x.png", "shapes": [
          {"label": "cat", "points": [[1, 2], [\(right), 8]], "shape_type": "rectangle"}]}
          """, to: name + ".json")
      }
      let data = try open(folder)
      #expect(data.samples.count == 1 && data.annotationCount == count)
    }
  }

  @Test func listedClassesKeepTheirOrder() throws {
    let folder = try TestFolder()
    try folder.writeImage("x.png")
    try folder.write("__ignore__\n_background_\nzebra\nant\n", to: "labels.txt")
    try folder.write(
      #"{"imagePath": "x.png", "shapes": [{"label": "bee", "points": [[1, 1], [5, 5]], "shape_type": "rectangle"}]}"#,
      to: "x.json")
    #expect(try open(folder).classNames == ["zebra", "ant", "bee"])
  }

  /// A file of some hundred bytes says that its image has two thousand million pixels: only those
  /// of the mask are looked at. To fill the image 40 times would take minutes.
  @Test func aMaskTakesNoMoreThanItsPixels() throws {
    let folder = try TestFolder()
    let part = try ImageFile.encode(
      Image(width: 2, height: 3, format: .gray8, filledWith: 255), as: .png)
    let shape =
      "{\"label\": \"cat\", \"shape_type\": \"mask\", \"points\": [[5, 7], [6, 9]], \"mask\": \""
      + Data(part).base64EncodedString() + "\"}"
    try folder.write(
      "{\"imagePath\": \"x.png\", \"imageWidth\": 40000, \"imageHeight\": 50000, \"shapes\": ["
        + [String](repeating: shape, count: 40).joined(separator: ", ") + "]}", to: "x.json")
    let data = try Dataset.open(
      path: folder.path, split: "train",
      reading: DatasetReading(segmentations: true, measuresImages: false))
    #expect(data.annotationCount == 40)
    // Columns of 50,000 pixels: 5 and 7 pixels before the first run, and 3 in each of two columns.
    let mask = try RunLengthMask(
      width: 40_000, height: 50_000,
      counts: [5 * 50_000 + 7, 3, 49_997, 3, 2_000_000_000 - 6 * 50_000 - 10])
    #expect(data.samples[0].annotations.allSatisfy { $0.segmentation == .mask(mask) })
  }
}
