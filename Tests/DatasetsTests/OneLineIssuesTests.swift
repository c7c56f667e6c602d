import Datasets
import Foundation
import TestSupport
import Testing

/// Equal faults on one line: each is an issue of its own, because it names its id or byte.
///
/// Images have 20 x 10 pixels.
struct OneLineIssuesTests {
  private let count = 50

  private func issues(
    _ kind: DatasetIssue.Kind, _ text: String, in file: String, image: String = "train/a.png"
  ) throws -> [DatasetIssue] {
    let folder = try TestFolder()
    try folder.writeImage(image)
    try folder.write(text, to: file)
    return try DatasetCheck(path: folder.path).issues.filter { $0.kind == kind }
  }

  private func repeated(_ text: String) -> String {
    [String](repeating: text, count: count).joined(separator: text.hasPrefix("<") ? "" : ",")
  }

  @Test(arguments: [
    (#"{"image_id":1,"category_id":1,"bbox":[1,1,0,5]}"#, DatasetIssue.Kind.boxWithoutArea),
    (#"{"id":7,"image_id":1,"category_id":1,"bbox":[1,1,0,5]}"#, .boxWithoutArea),
    (#"{"image_id":1,"category_id":1,"bbox":[30,1,5,5]}"#, .boxOutsideImage),
    (#"{"image_id":1,"category_id":1,"bbox":[1,1,5]}"#, .malformedLabels),
    (#"{"image_id":1,"category_id":1}"#, .malformedLabels),
    (#"{"image_id":2,"category_id":1,"bbox":[1,1,5,5]}"#, .unlisted),
    (#"{"id":7,"image_id":1,"category_id":2,"bbox":[1,1,5,5]}"#, .unlisted),
    (
      #"{"image_id":1,"category_id":1,"bbox":[1,1,5,5],"segmentation":{"size":[2,2],"counts":"a"}}"#,
      .invalidSegmentation
    ),
    (
      #"{"image_id":1,"category_id":1,"bbox":[1,1,5,5],"segmentation":[[1,1]]}"#,
      .invalidSegmentation
    ),
  ]) func coco(row: String, kind: DatasetIssue.Kind) throws {
    let text =
      #"{"images":[{"id":1,"file_name":"a.png"}],"categories":[{"id":1,"name":"cat"}],"#
      + "\"annotations\":[\(repeated(row))]}"
    let found = try issues(kind, text, in: "train/_annotations.coco.json")
    #expect(found.count == count)
    #expect(Set(found.map(\.message)).count == count)
    #expect(found.allSatisfy { $0.message.contains("byte ") })
  }

  @Test(arguments: [
    (
      #"{"label":"cat","coordinates":{"x":5,"y":5,"width":0,"height":4}}"#,
      DatasetIssue.Kind.boxWithoutArea
    ),
    (#"{"label":"cat"}"#, .malformedLabels),
  ]) func createML(object: String, kind: DatasetIssue.Kind) throws {
    let text = "[{\"image\":\"a.png\",\"annotations\":[\(repeated(object))]}]"
    #expect(try issues(kind, text, in: "train/_annotations.createml.json").count == count)
  }

  @Test(arguments: [
    (
      #"{"label":"cat","points":[[5,5],[5,9]],"shape_type":"rectangle"}"#,
      DatasetIssue.Kind.boxWithoutArea
    ),
    (#"{"label":"cat","points":[[5,5]],"shape_type":"point"}"#, .boxWithoutArea),
    (#"{"label":"cat","points":[[5,5]],"shape_type":"rectangle"}"#, .malformedLabels),
    (
      #"{"label":"cat","points":[[5,5],[9,9]],"shape_type":"mask","mask":"x"}"#,
      .invalidSegmentation
    ),
  ]) func labelMe(shape: String, kind: DatasetIssue.Kind) throws {
    let text = "{\"imagePath\":\"a.png\",\"shapes\":[\(repeated(shape))]}"
    #expect(try issues(kind, text, in: "train/a.json").count == count)
  }

  @Test(arguments: [
    (
      "<object><name>cat</name><bndbox><xmin>9</xmin><ymin>1</ymin><xmax>5</xmax><ymax>4</ymax>"
        + "</bndbox></object>", DatasetIssue.Kind.boxWithoutArea
    ),
    ("<object><name>cat</name></object>", .malformedLabels),
  ]) func voc(object: String, kind: DatasetIssue.Kind) throws {
    let text = "<annotation>\(repeated(object))</annotation>"
    #expect(
      try issues(kind, text, in: "Annotations/a.xml", image: "JPEGImages/a.png").count == count)
  }
}
