import TestSupport
import Imaging
import Testing

@testable import Datasets

/// CreateML's files as Apple's documentation and Roboflow's exports have them, and worse.
struct CreateMLTests {
  @Test func bothSpellingsAreRead() throws {
    let folder = try TestFolder()
    try folder.writeImage("train/x.png")
    try folder.writeImage("train/y.png")
    try folder.write(
      """
      [{"image": "x.png", "annotations": [
        {"label": "dog", "coordinates": {"x": 10, "y": 5, "width": 4, "height": 2}}]},
       {"imagefilename": "y.png", "annotation": [
        {"coordinates": {"height": 10, "width": 20, "y": 5, "x": 10}, "label": "cat"}]}]
      """, to: "train/_annotations.createml.json")
    for path in [folder.path, folder.path("train/_annotations.createml.json")] {
      let data = try Dataset.open(path: path, split: "train")
      #expect(data.format == .createml && data.classNames == ["cat", "dog"])
      #expect(
        data.samples.map { $0.annotations.map(\.box) } == [
          [Box(x1: 8, y1: 4, x2: 12, y2: 6)], [Box(x1: 0, y1: 0, x2: 20, y2: 10)],
        ])
      #expect(data.issues.isEmpty)
    }
  }

  @Test func issuesAreToldWithTheirLines() throws {
    let folder = try TestFolder()
    try folder.writeImage("x.png")
    let file = """
      [{"image": "x.png", "annotations": [
      {"label": "cat", "coordinates": {"x": 10, "y": 5, "width": 4}},
      {"coordinates": {"x": 10, "y": 5, "width": 4, "height": 2}},
      {"label": "cat", "coordinates": {"x": 10, "y": 5, "width": 4, "height": 2}}]},
      {"annotations": []},
      {"image": "../x.png", "annotations": []},
      {"image": "lost.png", "annotations": []}]
      """
    try folder.write(file, to: "a.json")
    let data = try Dataset.open(
      path: folder.path("a.json"), split: "train", reading: DatasetReading(validates: true))
    #expect(data.annotationCount == 1)
    #expect(
      data.issues.map { "\($0.line ?? 0) \($0.kind)" } == [
        "2 malformedLabels", "3 malformedLabels", "5 malformedLabels", "6 pathOutside",
        "0 missingImage",
      ])
    #expect {
      try Dataset.open(path: folder.path("a.json"), split: "train")
    } throws: {
      "\($0)".hasPrefix(folder.path("a.json:2: ")) && "\($0)".contains("2 more like it")
    }
    try folder.write("[1, 2", to: "a.json")
    #expect(throws: DatasetsError.self) {
      try Dataset.open(path: folder.path("a.json"), split: "train")
    }
  }

  /// Without line breaks, all objects are in line 1; two entries of an image are two lists of labels.
  @Test func entriesOfOneImageAreMerged() throws {
    let folder = try TestFolder()
    try folder.writeImage("x.png")
    func entry(_ x: Int) -> String {
      "{\"image\":\"x.png\",\"annotations\":[{\"label\":\"cat\",\"coordinates\":"
        + "{\"x\":\(x),\"y\":5,\"width\":4,\"height\":2}}]}"
    }
    try folder.write("[\(entry(4)),\(entry(12))]", to: "a.json")
    let data = try Dataset.open(path: folder.path("a.json"), split: "train")
    #expect(data.samples.count == 1 && data.issues.map(\.kind) == [.duplicateEntry])
    #expect(data.samples[0].annotations.map(\.box.centerX) == [4, 12])
  }

  /// A single file is the split that it, or else its folder, is named like.
  @Test(arguments: [
    ("val.json", "val"), ("valid/_annotations.createml.json", "val"), ("test/val.json", "val"),
    ("a.json", "train"),
  ])
  func splitsOfSingleFiles(file: String, split: String) throws {
    let folder = try TestFolder()
    try folder.write("[{\"image\": \"x.png\", \"annotations\": []}]", to: file)
    #expect(try Dataset.splits(path: folder.path(file)) == [split])
  }
}
