import Basics
import Datasets
import Foundation
import Imaging
import TestSupport
import Testing

/// Values as tools write them in JSON label files: ids of 64 bits and ids that are texts, numbers in
/// quotes, absent members, encodings.
///
/// Images have 20 x 10 pixels. Expected values are those that the texts state.
struct JSONValueFormsTests {
  /// A COCO file of two images with one object each: a cat in a.png and a dog in b.png.
  private func coco(
    images: [String] = ["1", "2"], references: [String]? = nil, categories: [String] = ["1", "2"],
    ids: [String] = ["1", "2"], more: String = ""
  ) -> String {
    let references = references ?? images
    return """
      {"images": [
      {"id": \(images[0]), "file_name": "a.png", "width": 20, "height": 10},
      {"id": \(images[1]), "file_name": "b.png", "width": 20, "height": 10}],
      "categories": [{"id": \(categories[0]), "name": "cat"}, {"id": \(categories[1]), "name": "dog"}],
      "annotations": [
      {"id": \(ids[0]), "image_id": \(references[0]), "category_id": \(categories[0]),
       "bbox": [1, 2, 3, 4]\(more)},
      {"id": \(ids[1]), "image_id": \(references[1]), "category_id": \(categories[1]),
       "bbox": [2, 3, 4, 5]\(more)}]}
      """
  }

  /// The class and the box of each image's objects.
  private func objects(_ text: String) throws -> [String: [String]] {
    let folder = try TestFolder()
    try folder.writeImage("a.png")
    try folder.writeImage("b.png", gray: 70)
    try folder.write(text, to: "train.json")
    let data = try Dataset.open(path: folder.path("train.json"), split: "train")
    #expect(data.issues.isEmpty, "\(data.issues)")
    return Dictionary(
      uniqueKeysWithValues: data.samples.map { sample in
        (
          FilePath.name(sample.imagePath),
          sample.annotations.map { "\(data.classNames[$0.classIndex]) \($0.box.x1) \($0.box.y1)" }
        )
      })
  }

  private func message(_ text: String) -> String {
    do {
      return "read as \(try objects(text))"
    } catch {
      return "\(error)"
    }
  }

  private let expected = ["a.png": ["cat 1.0 2.0"], "b.png": ["dog 2.0 3.0"]]

  @Test(arguments: [
    ["9007199254740992", "9007199254740993"], ["-9007199254740993", "-9007199254740992"],
    ["9223372036854775806", "9223372036854775807"], ["\"a7f3\"", "\"0c9e\""], ["\"1\"", "\"2\""],
    ["\"1\"", "1"], ["\"007\"", "\"7\""],
  ]) func idsStayDifferent(ids: [String]) throws {
    #expect(try objects(coco(images: ids)) == expected)
    #expect(try objects(coco(categories: ids)) == expected)
    #expect(try objects(coco(ids: ids)) == expected)
  }

  @Test func textsAndNumbersOfTheSameDigitsMatch() throws {
    #expect(try objects(coco(references: ["\"1\"", "\"2\""])) == expected)
    #expect(try objects(coco(images: ["\"1\"", "\"2\""], references: ["1", "2"])) == expected)
  }

  @Test(arguments: ["9223372036854775808", "18446744073709551615", "10000000000000000000000000"])
  func idsBeyondTheRangeAreRefusedWithTheirDigits(id: String) throws {
    for text in [coco(images: [id, "1"]), coco(categories: [id, "1"]), coco(ids: [id, "1"])] {
      #expect(message(text).contains("\(id), beyond the range of 64-bit integers"))
    }
  }

  @Test(arguments: [
    #", "area": null, "iscrowd": null, "segmentation": null, "attributes": null"#,
    #", "area": {}, "iscrowd": {}, "segmentation": {}, "difficult": {}"#,
    #", "area": "12", "iscrowd": "0", "segmentation": []"#,
  ]) func nullAndAnEmptyObjectAreAbsent(more: String) throws {
    #expect(try objects(coco(more: more)) == expected)
  }

  @Test func aRequiredMemberThatIsNullIsNamed() throws {
    let text = coco().replacingOccurrences(of: "\"bbox\": [1, 2, 3, 4]", with: "\"bbox\": null")
    #expect(message(text).contains("an annotation has neither \"bbox\" nor"))
  }

  @Test func aFlatListIsOnePolygon() throws {
    let folder = try TestFolder()
    try folder.writeImage("a.png")
    try folder.writeImage("b.png", gray: 70)
    try folder.write(
      coco(more: #", "segmentation": [2, 3, 5, 3, 5, "7"]"#), to: "train.json")
    let data = try Dataset.open(
      path: folder.path("train.json"), split: "train",
      reading: DatasetReading(segmentations: true))
    #expect(data.samples[0].annotations[0].segmentation == .polygons([[2, 3, 5, 3, 5, 7]]))
  }

  /// The same files in UTF-8 with a byte-order mark and in both kinds of UTF-16.
  @Test(arguments: [
    "train/_annotations.coco.json", "train/_annotations.createml.json", "train/a.json",
  ])
  func encodings(name: String) throws {
    let text =
      switch name {
      case "train/a.json":
        #"{"shapes": [{"label": "cat", "points": [[1, 2], [4, 6]], "shape_type": "rectangle"}], "#
          + #""imagePath": "a.png"}"#
      case "train/_annotations.createml.json":
        #"[{"image": "a.png", "annotations": [{"label": "cat", "coordinates": "#
          + #"{"x": 2.5, "y": 4, "width": 3, "height": 4}}]}, {"image": "b.png"}]"#
      default: coco()
      }
    for encoding in [String.Encoding.utf8, .utf16LittleEndian, .utf16BigEndian] {
      let folder = try TestFolder()
      try folder.writeImage("train/a.png")
      try folder.writeImage("train/b.png", gray: 70)
      let bytes = try #require(("\u{FEFF}" + text).data(using: encoding))
      try folder.write([UInt8](bytes), to: name)
      let data = try Dataset.open(path: folder.path, split: "train")
      #expect(data.samples.map { FilePath.name($0.imagePath) } == ["a.png", "b.png"])
      let first = try #require(data.samples.first?.annotations.first)
      #expect(first.box == Box(x1: 1, y1: 2, x2: 4, y2: 6))
    }
  }
}
