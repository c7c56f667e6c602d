import TestSupport
@testable import Basics
import Engine
import Foundation
import Imaging
import Testing

@testable import Datasets

/// Label files that are damaged at random: they are read or refused, and never end the process.
struct LabelFuzzTests {
  /// Four by four pixels.
  private static let mask =
    (try? ImageFile.encode(
      Image(width: 4, height: 4, format: .gray8, filledWith: 255), as: .png))
    .map { Data($0).base64EncodedString() } ?? ""

  private static let files: [DatasetFormat: (name: String, text: String)] = [
    .labelme: (
      "x.json",
      """
      {"version": "5.0", "flags": {}, "imagePath": "x.png", "imageData": null, "imageHeight": 10,
      "imageWidth": 20, "shapes": [{"label": "cat", "points": [[1, 1], [9.5, 5]], "shape_type":
      "rectangle", "group_id": null, "flags": {"difficult": true}}, {"label": "dog", "points": [[1, 1],
      [9, 1], [9, 9]], "shape_type": "polygon", "group_id": 1}, {"label": "dog", "points": [[2, 1],
      [9, 1], [9, 9]], "shape_type": "polygon", "group_id": 1}, {"label": "sun", "points": [[4, 4],
      [5, 6]], "shape_type": "circle"}, {"label": "sun", "points": [[0, 0], [3, 3]], "shape_type":
      "mask", "mask": "\(mask)"}]}
      """
    ),
    .createml: (
      "labels.json",
      """
      [{"image": "x.png", "annotations": [{"label": "cat", "coordinates": {"x": 10.5, "y": 5, "width":
      4, "height": 2e0}}, {"label": "d\\u00f6g", "coordinates": {"x": 3, "y": 5, "width": 4,
      "height": 2}}]}, {"imagefilename": "y.png", "annotation": [{"label": "cat",
      "coordinates": {"x": 9, "y": 5, "width": 4, "height": 2}}]}]
      """
    ),
    .coco: (
      "train.json",
      """
      {"images": [{"id": 1, "file_name": "x.png", "width": 20, "height": 10}], "categories": [{"id": 3,
      "name": "cat"}], "annotations": [{"id": 1, "image_id": 1, "category_id": 3, "bbox": [1, 2, 5, 4],
      "segmentation": [[1, 1, 5, 1, 5, 5], [2, 2, 3, 2, 3, 3]], "area": 12.5, "iscrowd": 0}, {"id": 2,
      "image_id": 1, "category_id": 3, "bbox": [0, 0, 9, 9], "iscrowd": 1, "segmentation": {"size":
      [10, 20], "counts": [10, 5, 185]}, "difficult": 1}]}
      """
    ),
  ]

  private static let pieces = [
    "1e308", "-1e308", "1e999", "NaN", "null", "[]", "{}", "[[", "}", "\"", "\\u0000", "\\ud800",
    "../", "/", "-1", "99999999999999999999", "true", "\u{0}",
  ].map { Array($0.utf8) }

  @Test(arguments: [DatasetFormat.labelme, .createml, .coco])
  func damagedLabelsAreSurvived(format: DatasetFormat) throws {
    let folder = try TestFolder()
    try folder.writeImage("x.png")
    if format == .createml { try folder.writeImage("y.png") }
    let file = try #require(Self.files[format])
    let seed = Array(file.text.utf8)
    var (refused, flawed) = (0, 0)
    for round in 0..<1500 {
      var generator = SeededGenerator(seed: 29, UInt64(round))
      var bytes = seed
      for _ in 0...generator.index(below: 3) {
        let place = generator.index(below: bytes.count)
        switch generator.index(below: 4) {
        case 0: bytes[place] = UInt8(generator.index(below: 256))
        case 1:
          bytes.insert(
            contentsOf: Self.pieces[generator.index(below: Self.pieces.count)], at: place)
        case 2:
          bytes.removeSubrange(place..<min(place + 1 + generator.index(below: 12), bytes.count))
        default: bytes.removeLast(min(generator.index(below: 30), bytes.count - 1))
        }
      }
      try folder.write(bytes, to: file.name)
      let path = format == .labelme ? folder.path : folder.path(file.name)
      let result = Result { () throws(DatasetsError) in
        try Dataset.open(
          path: path, split: "train", format: format,
          reading: DatasetReading(segmentations: true, validates: true, clipsBoxes: false))
      }
      switch result {
      case .success(let data):
        flawed += data.issues.isEmpty ? 0 : 1
        for sample in data.samples { check(sample, of: data, in: folder) }
      case .failure(let error):
        refused += 1
        #expect(!error.description.contains("\n"))
      }
    }
    #expect(refused + flawed > 500 && refused + flawed < 1500, "\(refused) and \(flawed) of 1500")
  }

  /// Whatever passed the reader's checks can be used.
  private func check(_ sample: Sample, of data: Dataset, in folder: TestFolder) {
    #expect(FilePath.isInside(sample.imagePath, folder.path))
    for annotation in sample.annotations {
      #expect(data.classNames.indices.contains(annotation.classIndex))
      #expect(annotation.box.x2 > annotation.box.x1 && annotation.box.y2 > annotation.box.y1)
      _ = try? annotation.segmentation?.mask(width: sample.imageWidth, height: sample.imageHeight)
    }
  }
}
