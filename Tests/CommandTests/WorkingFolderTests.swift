import Foundation
import Testing

@testable import GlimpseCommand

/// A dataset is the same by every path of its folder, also as the working folder.
@Suite struct WorkingFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let coco = """
    {"images": [{"id": 1, "file_name": "a.png", "width": 80, "height": 60}],
    "categories": [{"id": 1, "name": "cat"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9]}]}
    """
  private static let labelMe = """
    {"imagePath": "a.png", "shapes": [{"label": "cat", "shape_type": "rectangle",
    "points": [[1, 1], [9, 9]]}]}
    """
  private static let voc =
    "<annotation><filename>a.png</filename><object><name>cat</name><bndbox><xmin>1</xmin>"
    + "<ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object></annotation>"
  private static let createML =
    #"[{"image": "a.png", "annotations": [{"label": "cat", "coordinates": "#
    + #"{"x": 9, "y": 9, "width": 4, "height": 4}}]}]"#

  /// One image and one object in each of two splits.
  @Test(arguments: [
    (coco, "%/_annotations.coco.json", "%/a.png"), (coco, "%/labels.json", "%/data/a.png"),
    (coco, "annotations/instances_%.json", "%/a.png"),
    (coco, "%/annotations/x.json", "%/images/a.png"), (labelMe, "%/a.json", "%/a.png"),
    (labelMe, "annotations/%/a.json", "images/%/a.png"),
    (labelMe, "annotations/%/a.json", "%/a.png"), (voc, "%/a.xml", "%/a.png"),
    (voc, "Annotations/%/a.xml", "JPEGImages/%/a.png"), (createML, "%/labels.json", "%/a.png"),
    ("0 .5 .5 .5 .5\n", "labels/%/a.txt", "images/%/a.png"),
    ("0 .5 .5 .5 .5\n", "%/Labels/a.txt", "%/images/a.png"),
  ])
  func everyPathIsTheSame(text: String, label: String, image: String) throws {
    for (seed, split) in ["train", "val"].enumerated() {
      func place(_ form: String) -> String {
        "\(folder.path)/images/set/" + form.replacingOccurrences(of: "%", with: split)
      }
      try Fixtures.writeImage(to: place(image), seed: UInt64(seed))
      try folder.write(
        String(place(label).dropFirst(folder.path.count + 1)),
        text)
    }
    if label.hasSuffix("txt") { try folder.write("images/set/classes.txt", "cat\n") }
    let home = folder.path + "/images"
    for (path, place) in [
      (home + "/set", "/"), (".", home + "/set"), ("./", home + "/set"), ("set", home),
      ("set/", home), ("./set", home), ("../set", home + "/set"), ("set/../set", home),
    ] {
      let result = try BuiltProgram.run(["check", path, "--json", "--no-images"], in: place)
      #expect(result.exitCode == 0, "\(path): \(result.output) \(result.diagnostics)")
      for split in ["train", "val"] {
        #expect(
          result.output.contains("{\"name\":\"\(split)\",\"images\":1,\"objects\":1"),
          "\(path): \(result.output)")
      }
    }
  }
}
