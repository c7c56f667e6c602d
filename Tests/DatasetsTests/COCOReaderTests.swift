import TestSupport
import Datasets
import Foundation
import Imaging
import Testing

/// COCO's annotation files with their images, as they occur in the wild, and worse.
///
/// Expected values are those that the texts below state; images have 20 x 10 pixels.
struct COCOReaderTests {
  private func image(_ id: Int, _ name: String, size: String = "\"width\":20,\"height\":10")
    -> String
  {
    "{\"id\":\(id),\"file_name\":\"\(name)\",\(size)}"
  }

  private func box(
    _ id: Int, image: Int = 1, category: Int = 7, _ numbers: String, more: String = ""
  ) -> String {
    "{\"id\":\(id),\"image_id\":\(image),\"category_id\":\(category),\"bbox\":[\(numbers)]\(more)}"
  }

  private func file(
    images: [String], categories: String = #"{"id":7,"name":"cat"}"#, _ annotations: [String]
  ) -> String {
    "{\"images\":[\(images.joined(separator: ","))],\"categories\":[\(categories)],"
      + "\"annotations\":[\(annotations.joined(separator: ","))]}"
  }

  private func message(_ path: String, _ split: String = "train") -> String {
    do {
      return "opened with \(try Dataset.open(path: path, split: split).samples.count) samples"
    } catch {
      return "\(error)"
    }
  }

  private func names(_ dataset: Dataset, below folder: TestFolder) -> [String] {
    dataset.samples.map { String($0.imagePath.dropFirst(folder.path.count + 1)) }
  }

  /// A file may state any size of an image; as a double, the largest integer is 2^63.
  @Test func statedSizesMayBeOfAnyMagnitude() throws {
    let folder = try TestFolder()
    let size = "\"width\":9223372036854775807,\"height\":9223372036854775807"
    let mask = ",\"segmentation\":{\"size\":[4,4],\"counts\":[0,16]}"
    try folder.write(
      file(
        images: [image(1, "a.png", size: size)],
        [box(1, "-9,2,3,4"), box(2, "1,2,3,4", more: mask)]),
      to: "train.json")
    let data = try Dataset.open(
      path: folder.path("train.json"), split: "train",
      reading: DatasetReading(segmentations: true, validates: true, measuresImages: false))
    #expect(data.samples.map(\.annotations.count) == [1])
    #expect(
      data.issues.contains { $0.message.contains("9223372036854775807x9223372036854775807 image") })
  }

  @Test func classesBoxesAreasAndCrowds() throws {
    let folder = try TestFolder()
    for name in ["a", "b", "c"] { try folder.writeImage("val2017/\(name).png") }
    try folder.write(
      file(
        images: [image(12, "c.png"), image(3, "a.png"), image(5, "b.png")],
        categories: #"{"id":90,"name":"dog"},{"id":7,"name":"cat"}"#,
        [
          box(1, image: 3, category: 90, "1.5,2,3,4", more: ",\"area\":7.25,\"iscrowd\":0"),
          box(2, image: 12, category: 7, "0,0,20,10", more: ",\"area\":90,\"iscrowd\":1"),
          box(3, image: 3, category: 7, "15.5,0,5,5"),
        ]), to: "annotations/instances_val2017.json")
    try folder.write("{", to: "annotations/captions_val2017.json")

    let data = try Dataset.open(path: folder.path, split: "valid")
    #expect(data.format == .coco && data.split == "val" && data.issues.isEmpty)
    #expect(data.classNames == ["dog", "cat"])
    // By ascending id, as the benchmark takes them; b.png is a background image.
    #expect(
      names(data, below: folder) == ["val2017/a.png", "val2017/b.png", "val2017/c.png"])
    #expect(data.samples[1].annotations.isEmpty)
    let first = data.samples[0].annotations
    #expect(first.map(\.classIndex) == [0, 1] && first.allSatisfy { !$0.isCrowd })
    // The second box reaches half a pixel beyond the image: cut to train on, whole to score.
    #expect(
      first.map(\.box) == [
        Box(x1: 1.5, y1: 2, x2: 4.5, y2: 6), Box(x1: 15.5, y1: 0, x2: 20, y2: 5),
      ])
    // Without an area, it is width times height.
    #expect(
      first.map(\.stated) == [
        StatedExtent(box: SizedBox(x: 1.5, y: 2, width: 3, height: 4), area: 7.25),
        StatedExtent(box: SizedBox(x: 15.5, y: 0, width: 5, height: 5), area: 25),
      ])
    let crowd = try #require(data.samples[2].annotations.first)
    #expect(crowd.isCrowd && crowd.stated?.area == 90)
  }

  @Test(arguments: [
    ("annotations/instances_train2017.json", "train2017/x.png", "x.png"),
    ("annotations/instances_train2017.json", "images/train2017/x.png", "x.png"),
    ("annotations/train.json", "train/x.png", "x.png"),
    ("annotations/train.json", "images/x.png", "x.png"),
    ("annotations/train.json", "x.png", "x.png"),
    ("annotations/train.json", "annotations/x.png", "x.png"),
    ("annotations/train.json", "train/deep/x.png", "deep/x.png"),
    ("annotations/train.json", "train/x.png", "train/x.png"),
    ("annotations/train.json", "images/x.png", "somewhere/else/x.png"),
    ("train/_annotations.coco.json", "train/x.png", "x.png"),
    ("_annotations.coco.json", "x.png", "x.png"),
  ]) func imagesAreFound(json: String, path imagePath: String, name: String) throws {
    let folder = try TestFolder()
    try folder.writeImage(imagePath)
    try folder.write(file(images: [image(1, name)], [box(1, "1,1,5,5")]), to: json)
    for path in [folder.path, folder.path(json)] {
      #expect(try Dataset.splits(path: path) == ["train"])
      let data = try Dataset.open(path: path, split: "train")
      #expect(names(data, below: folder) == [imagePath] && data.annotationCount == 1)
      #expect(data.issues.isEmpty)
    }
  }

  @Test func splitsOfAFolderAndOfAFile() throws {
    let folder = try TestFolder()
    for split in ["train", "valid", "test"] {
      try folder.writeImage("\(split)/\(split).png")
      try folder.write(
        file(images: [image(1, "\(split).png")], []), to: "\(split)/_annotations.coco.json")
    }
    #expect(try Dataset.splits(path: folder.path) == ["train", "val", "test"])
    let val = try Dataset.open(path: folder.path, split: "val")
    #expect(names(val, below: folder) == ["valid/valid.png"])
    let file = folder.path("valid/_annotations.coco.json")
    #expect(try Dataset.splits(path: file) == ["val"])
    #expect(message(file) == file + ": there is no split \"train\"; there is \"val\".")
  }

  @Test func itIsToldWhichFileIsMeant() throws {
    let folder = try TestFolder()
    for year in [2014, 2017] {
      try folder.write(file(images: [], []), to: "annotations/instances_train\(year).json")
    }
    #expect(
      message(folder.path)
        == folder.path + ": the split \"train\" has several annotation files, "
        + [2014, 2017].map { folder.path("annotations/instances_train\($0).json") }
        .joined(separator: " and ") + "; name one of them instead of the folder.")
    try folder.writeImage("images/x.png")
    try folder.write("", to: "labels/x.txt")
    #expect(message(folder.path).contains("fits both yolo and coco; give the data.yaml or"))
  }

  @Test func issuesAreIssues() throws {
    let folder = try TestFolder()
    try folder.writeImage("images/x.png")
    try folder.writeImage("images/y.png")
    let path = folder.path("annotations/train.json")
    try folder.write(
      file(
        images: [
          image(1, "x.png"), image(2, "lost.png"), image(1, "y.png"),
          image(4, "y.png", size: "\"width\":10,\"height\":20"),
        ],
        categories: #"{"id":7,"name":"cat"},{"id":8,"name":"cat"},{"id":7,"name":"dog"}"#,
        [
          box(1, "1,1,5,5"), box(1, "2,2,5,5"), box(3, "4,3,0,5"), box(4, "30,30,5,5"),
          box(5, "10,2,50,5"), box(6, "3,3,-2,5"), box(7, image: 99, "1,1,5,5"),
          box(8, category: 99, "1,1,5,5"), box(9, category: 8, "1,1,0.5,5"),
        ]), to: "annotations/train.json")
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(names(data, below: folder) == ["images/x.png", "images/y.png"])
    #expect(data.classNames == ["cat"])
    // Kept are 1 and its double, 5 (cut) and 9 (tiny).
    #expect(data.annotationCount == 4)
    #expect(
      data.issues.map(\.kind) == [
        .duplicateEntry, .duplicateEntry, .duplicateEntry, .duplicateEntry, .unlisted, .unlisted,
        .boxWithoutArea, .boxOutsideImage, .boxBeyondImage, .boxWithoutArea, .tinyBox,
        .missingImage, .sizeMismatch,
      ])
    #expect(data.issues[0].message.contains("the name \"cat\" of category 8 is repeated"))
    #expect(
      data.issues[4].description
        == "\(path):1: annotation 7 (byte 654) is of image id 99, which is not listed; ignored.")
    #expect(
      data.issues[6].description
        == "\(path):1: the box of annotation 3 (x.png, byte 429) has no width or no height; ignored."
    )
    #expect(data.issues[11].file == folder.path("images/lost.png"))
  }

  /// Each element of the lists on a line of its own.
  @Test func aSurveyTellsEachIssueWithItsLine() throws {
    let folder = try TestFolder()
    try folder.writeImage("images/x.png")
    let file = """
      {"images": [
      {"id": 1, "file_name": "x.png", "width": 20, "height": 10},
      {"file_name": "y.png"}],
      "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
      "annotations": [
      {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]},
      {"id": 2, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5]},
      {"id": 3, "image_id": 1, "category_id": 1, "bbox": "none"},
      {"id": 4, "image_id": 7, "category_id": 1, "bbox": [1, 1, 5, 5]},
      {"id": 5, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]},
      {"id": 6, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 4],
       "segmentation": [[1, 1, 5, 1]]},
      {"id": 7, "image_id": 1, "category_id": 1, "bbox": [2, 1, 5, 4],
       "segmentation": {"size": [10, 21], "counts": [10, 5, 195]}}
      ]}
      """
    try folder.write(file, to: "annotations/train.json")
    let data = try Dataset.open(
      path: folder.path, split: "train",
      reading: DatasetReading(segmentations: true, validates: true)
    )
    #expect(data.annotationCount == 4)
    #expect(
      data.issues.map { "\($0.line ?? 0) \($0.kind)" } == [
        "3 malformedLabels", "7 malformedLabels", "8 malformedLabels", "9 unlisted",
        "10 duplicateBox", "11 invalidSegmentation", "13 invalidSegmentation",
      ])
    #expect(
      message(folder.path).contains("train.json:3: an image has no \"id\""))
  }

  /// Polygons on a line, or beside the image, and a mask of no pixel: the boxes stay.
  @Test(arguments: [
    "[[1, 1, 3, 3, 5, 5]]", "[[50, 50, 60, 50, 60, 60]]",
    #"{"size": [10, 20], "counts": [200]}"#,
  ])
  func segmentationsOfNothingAreTold(segmentation: String) throws {
    let folder = try TestFolder()
    try folder.writeImage("images/x.png")
    try folder.write(
      """
      {"images": [{"id": 1, "file_name": "x.png", "width": 20, "height": 10}],
      "categories": [{"id": 1, "name": "cat"}], "annotations": [
      {"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5], "segmentation": \(segmentation)}]}
      """, to: "annotations/train.json")
    let data = try Dataset.open(
      path: folder.path, split: "train", reading: DatasetReading(segmentations: true))
    #expect(data.issues.map(\.kind) == [.invalidSegmentation])
    #expect(data.samples[0].annotations.map(\.segmentation) == [nil])
  }

  @Test func segmentationsAreReadWhereTheyAreAskedFor() throws {
    let folder = try TestFolder()
    try folder.writeImage("images/x.png")
    let file = """
      {"images": [{"id": 1, "file_name": "x.png", "width": 20, "height": 10}],
      "categories": [{"id": 1, "name": "cat"}], "annotations": [
      {"image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5], "segmentation": [[1, 1, 6, 1, 6, 6]]},
      {"image_id": 1, "category_id": 1, "bbox": [2, 1, 5, 5], "segmentation": []},
      {"image_id": 1, "category_id": 1, "bbox": [3, 1, 5, 5], "segmentation": null},
      {"image_id": 1, "category_id": 1, "bbox": [4, 1, 5, 5], "iscrowd": 1,
       "segmentation": {"size": [10, 20], "counts": [10, 5, 185]}}]}
      """
    try folder.write(file, to: "annotations/train.json")
    let data = try Dataset.open(
      path: folder.path, split: "train", reading: DatasetReading(segmentations: true))
    let mask = try RunLengthMask(width: 20, height: 10, counts: [10, 5, 185])
    #expect(
      data.samples[0].annotations.map(\.segmentation) == [
        .polygons([[1, 1, 6, 1, 6, 6]]), nil, nil, .mask(mask),
      ])
    let boxes = try Dataset.open(path: folder.path, split: "train")
    #expect(boxes.samples[0].annotations.allSatisfy { $0.segmentation == nil })
    #expect(data.issues.isEmpty && boxes.issues.isEmpty)
  }

  @Test(arguments: [
    "../secret.png", "images/../../secret.png", "/secret.png", "/ABSOLUTE/secret.png",
    "..", "images/..", "a\\u0000/../b.png",
  ]) func noImageIsTakenFromOutside(name: String) throws {
    let folder = try TestFolder()
    try folder.writeImage("secret.png")
    try folder.writeImage("set/images/x.png")
    let name = name.replacingOccurrences(of: "/ABSOLUTE", with: folder.path)
    try folder.write(
      file(images: [image(1, "x.png"), image(2, name)], [box(1, "1,1,5,5")]),
      to: "set/annotations/train.json")
    for path in ["set", "set/annotations/train.json"] {
      let data = try Dataset.open(path: folder.path(path), split: "train")
      #expect(names(data, below: folder) == ["set/images/x.png"])
      #expect(data.issues.map(\.kind) == [.pathOutside])
      #expect(data.issues[0].message.contains("leads out of the dataset's folder"))
    }
  }

  @Test func theNameOfTheFileLeadsNowhereElse() throws {
    let folder = try TestFolder()
    try folder.writeImage("x.png")
    try folder.write(file(images: [image(1, "x.png")], []), to: "set/instances_...json")
    #expect(message(folder.path("set/instances_...json")).contains("the image does not exist"))
  }

  @Test(arguments: [
    ("", "JSON is expected, but it is an empty file"),
    ("[]", "an object (with \"images\", \"categories\" and \"annotations\") is expected"),
    ("{\"images\":[],\"annotations\":[]}", "no list \"categories\""),
    ("{\"images\":[],\"annotations\":[],\"categories\":[]}", "\"categories\" is empty"),
    (
      "{\"images\":[],\"annotations\":[],\"categories\":[{\"id\":1,\"name\":\"a\"}]}",
      "lists 0 images"
    ),
    (#"{"images":[{"id":1e99,"file_name":"x.png"}]}"#, "expected to be a whole number"),
    (#"{"images":[{"id":1,"file_name":"x.png","width":[]}]}"#, "a width is expected"),
    (#"{"images":[{"id":null,"file_name":"x.png"}]}"#, "an image has no \"id\""),
    (#"{"images":[{"file_name":"x.png"}]}"#, "an image has no \"id\""),
    (#"{"annotations":[{"image_id":1,"category_id":7,"bbox":[1,1,NaN,5]}]}"#, "is expected"),
    (#"{"annotations":[{"image_id":1,"category_id":7,"bbox":[1,1,5]}]}"#, "3 numbers"),
    (#"{"annotations":[{"image_id":1,"bbox":[1,1,5,5]}]}"#, "has no \"category_id\""),
  ]) func brokenFilesAreErrors(text: String, reason: String) throws {
    let folder = try TestFolder()
    try folder.write(text, to: "annotations/instances_train.json")
    let said = message(folder.path)
    #expect(said.hasPrefix(folder.path), "\(said)")
    #expect(said.contains(reason), "\(said)")
  }

  @Test func boxesOfNoUseAreAnErrorInTheEnd() throws {
    let folder = try TestFolder()
    try folder.writeImage("images/x.png")
    try folder.write(
      file(images: [image(1, "x.png")], [box(1, "1e300,1e300,1e7,1e7")]),
      to: "annotations/train.json")
    #expect(message(folder.path).contains("none of the 1 boxes of the split \"train\" can be used"))
  }
}
