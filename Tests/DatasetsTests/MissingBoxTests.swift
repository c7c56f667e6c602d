import Datasets
import Imaging
import TestSupport
import Testing

/// COCO annotations without "bbox": the box around the polygons or the mask is used.
struct MissingBoxTests {
  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
    try folder.writeImage("train/a.png", width: 20, height: 10)
  }

  private func write(_ annotation: String, size: String = #""width": 20, "height": 10, "#) throws {
    try folder.write(
      #"{"images": [{"id": 1, \#(size)"file_name": "a.png"}], "#
        + #""categories": [{"id": 1, "name": "cat"}], "annotations": [{"id": 1, "image_id": 1, "#
        + #""category_id": 1, \#(annotation)}]}"#,
      to: "train/_annotations.coco.json")
  }

  private func annotation(segmentations: Bool) throws -> Annotation {
    let data = try Dataset.open(
      path: folder.path, split: "train", reading: DatasetReading(segmentations: segmentations))
    #expect(data.issues.map(\.kind) == [.missingBox])
    return data.samples[0].annotations[0]
  }

  /// Two triangles from (2, 1) to (6, 5) and from (8, 2) to (10, 9): the box is (2, 1) to (10, 9). The
  /// mask is larger than nothing and smaller than its box.
  @Test(arguments: ["", #", "bbox": null"#, #", "bbox": []"#, #", "bbox": {}"#])
  func polygonsHaveABox(bbox: String) throws {
    try write(#""segmentation": [[2, 1, 6, 1, 2, 5], [8, 2, 10, 2, 8, 9]]"# + bbox)
    for segmentations in [false, true] {
      let found = try annotation(segmentations: segmentations)
      #expect(found.box == Box(x1: 2, y1: 1, x2: 10, y2: 9))
      #expect((found.segmentation != nil) == segmentations)
      let area = try #require(found.stated).area
      #expect(area > 0 && area < 8 * 8)
    }
  }

  /// Columns of ten pixels: 23 empty ones are two columns and three pixels; then four pixels, six
  /// empty ones, and four pixels: rows 3 to 6 of columns 2 and 3.
  @Test func masksHaveABox() throws {
    try write(#""segmentation": {"size": [10, 20], "counts": [23, 4, 6, 4, 163]}"#)
    for segmentations in [false, true] {
      let found = try annotation(segmentations: segmentations)
      #expect(found.box == Box(x1: 2, y1: 3, x2: 4, y2: 7))
      #expect(found.stated?.area == 8)
    }
  }

  @Test func theStatedAreaAndUnknownSizes() throws {
    try write(#""area": 7, "segmentation": [[2, 1, 6, 1, 2, 5]]"#)
    #expect(try annotation(segmentations: false).stated?.area == 7)
    // Without the size of the image there is no mask: the area is that of the box.
    try write(#""segmentation": [[2, 1, 6, 1, 2, 5]]"#, size: "")
    #expect(try annotation(segmentations: false).stated?.area == 16)
  }

  @Test(arguments: [#""iscrowd": 0"#, #""segmentation": []"#, #""segmentation": null"#])
  func neitherIsMalformed(annotation: String) throws {
    try write(annotation)
    let error = #expect(throws: DatasetsError.self) {
      try Dataset.open(path: folder.path, split: "train")
    }
    #expect(error?.description.contains(#"neither "bbox" nor "segmentation""#) == true)
    let issues = try DatasetCheck(path: folder.path).issues
    #expect(issues.contains { $0.kind == .malformedLabels })
  }
}
