import Imaging
import TestSupport
import Testing

@testable import Datasets

/// Boxes in another unit or layout than their format's.
///
/// Images have 64 x 48 pixels. The numbers of the boxes of each test are of one object whose corners are
/// (16, 12) and (48, 36), and of one with (40, 24) and (60, 44).
struct BoxConventionsTests {
  private func finding(
    _ layout: BoxConventions.Layout?, _ boxes: [SIMD4<Double>], fractions: Bool = false,
    width: Int = 64, height: Int = 48
  ) -> BoxConventions.Finding? {
    var conventions = BoxConventions(layout, expectsFractions: fractions)
    for box in boxes { conventions.add(box, width: width, height: height) }
    return conventions.finding
  }

  private let corners: [SIMD4<Double>] = [[16, 12, 48, 36], [40, 24, 60, 44]]
  private let sizes: [SIMD4<Double>] = [[16, 12, 32, 24], [40, 24, 20, 20]]
  private let centers: [SIMD4<Double>] = [[32, 24, 32, 24], [50, 34, 20, 20]]

  @Test func boxesAsPrescribedAreNoFinding() {
    #expect(finding(.corners, corners) == nil)
    #expect(finding(.cornerAndSize, sizes) == nil)
    #expect(finding(.centerAndSize, centers) == nil)
    #expect(finding(.centerAndSize, [[0.5, 0.5, 0.5, 0.5]], fractions: true) == nil)
    #expect(finding(.cornerAndSize, []) == nil)
  }

  @Test func anotherLayoutIsNamed() {
    // 40 + 60 is beyond the width of 64.
    #expect(
      finding(.cornerAndSize, corners) == .layout(.corners, count: 2, prescribed: .cornerAndSize))
    // 50 + 20 is beyond it; 50 - 20 / 2 and 50 + 20 / 2 are not.
    #expect(
      finding(.cornerAndSize, centers)
        == .layout(.centerAndSize, count: 2, prescribed: .cornerAndSize))
    // The second corner of (40, 24, 20, 20) is to the left of the first.
    #expect(
      finding(.corners, sizes) == .layout(.cornerAndSize, count: 2, prescribed: .corners))
    let fractions = corners.map { $0 / [64, 48, 64, 48] }
    #expect(
      finding(.centerAndSize, fractions, fractions: true)
        == .layout(.corners, count: 2, prescribed: .centerAndSize))
    // Without a layout, none is looked for.
    #expect(finding(nil, sizes) == nil)
  }

  @Test func aFewBoxesBeyondTheImageAreUsual() {
    let inside = [SIMD4<Double>](repeating: [2, 2, 10, 10], count: 4)
    #expect(finding(.cornerAndSize, inside + [[40, 24, 60, 44]]) == nil)
  }

  @Test func fractionsAndPixelsAreNamed() {
    let fractions = sizes.map { $0 / [64, 48, 64, 48] }
    #expect(finding(.cornerAndSize, fractions) == .fractions(count: 2))
    #expect(finding(nil, [[0.25, 0.25, 0.75, 0.75]]) == .fractions(count: 1))
    // A single pixel beside others, and an image of two pixels.
    #expect(finding(.cornerAndSize, fractions + [[5, 5, 20, 20]]) == nil)
    #expect(finding(.cornerAndSize, [[0, 0, 1, 1]], width: 2, height: 2) == nil)
    #expect(finding(.centerAndSize, centers, fractions: true) == .pixels(count: 2))
    // VOC counts pixels from 1: a fraction of 0.25 is read as -0.75.
    #expect(finding(.corners, [[-0.75, -0.75, 0.75, 0.75]]) == .fractions(count: 1))
  }

  /// One object of the whole dataset in fractions of the image, in every format with pixels.
  @Test(arguments: ["coco", "createml", "voc", "labelme"]) func fractionsAreAnIssue(format: String)
    throws
  {
    let folder = try TestFolder()
    let image = format == "voc" ? "JPEGImages/a.png" : "train/a.png"
    try folder.writeImage(image, width: 64, height: 48)
    switch format {
    case "coco":
      try folder.write(
        #"{"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "cat"}], "#
          + #""annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0.2, 0.2, 0.5, 0.4]}]}"#,
        to: "train/_annotations.coco.json")
    case "createml":
      try folder.write(
        #"[{"image": "a.png", "annotations": [{"label": "cat", "coordinates": "#
          + #"{"x": 0.5, "y": 0.5, "width": 0.4, "height": 0.4}}]}]"#,
        to: "train/_annotations.createml.json")
    case "voc":
      try folder.write(
        "<annotation><object><name>cat</name><bndbox><xmin>0.2</xmin><ymin>0.2</ymin>"
          + "<xmax>0.7</xmax><ymax>0.6</ymax></bndbox></object></annotation>",
        to: "Annotations/a.xml")
    default:
      try folder.write(
        #"{"shapes": [{"label": "cat", "points": [[0.2, 0.2], [0.7, 0.6]], "#
          + #""shape_type": "rectangle"}], "imagePath": "a.png"}"#, to: "train/a.json")
    }
    let check = try DatasetCheck(path: folder.path)
    let found = try #require(check.issues.first { $0.kind == .boxUnit })
    #expect(found.message.contains("between 0 and 1, as fractions of the image are"))
    // Training is warned, too.
    #expect(
      try Dataset.open(path: folder.path, split: "train").issues.map(\.kind).contains(.boxUnit))
  }
}
