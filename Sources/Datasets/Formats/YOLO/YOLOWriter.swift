import Basics
import Imaging

/// Writes Ultralytics' YOLO layout: `images/SPLIT/`, `labels/SPLIT/` and a `data.yaml`.
///
/// A row is an object's box or, if it has one, its polygon; several polygons are joined by
/// zero-width bridges. Beside polygons, the boxes of an image are rectangles of four corners:
/// Ultralytics takes every row of a file for a polygon if one is.
struct YOLOWriter: FormatWriter {
  static let holds: FormatCapabilities = [.boxes, .polygon]

  let classNames: [String]
  let splits: [String]

  func imagePath(_ name: String, of sample: Sample, split: String) -> String {
    "images/\(split)/\(name)"
  }

  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile] {
    guard sample.imageWidth > 0, sample.imageHeight > 0 else {
      throw DatasetsError(
        file: sample.imagePath,
        "YOLO gives boxes as fractions, and the image's size is not known.")
    }
    let sides = [Double(sample.imageWidth), Double(sample.imageHeight)]
    var text = ""
    let hasPolygons = sample.annotations.contains {
      if case .polygons? = $0.writtenSegmentation { !$0.isCrowd } else { false }
    }
    for annotation in sample.annotations where !annotation.isCrowd {
      let numbers: [Double]
      if case .polygons(let polygons)? = annotation.writtenSegmentation {
        numbers = Self.joined(polygons)
      } else {
        let box = annotation.writtenBox
        numbers =
          hasPolygons
          ? [box.x1, box.y1, box.x2, box.y1, box.x2, box.y2, box.x1, box.y2]
          : [(box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, box.width, box.height]
      }
      let fractions = numbers.enumerated().map {
        NumberFormat.fraction($0.element / sides[$0.offset % 2])
      }
      text += "\(annotation.classIndex) " + fractions.joined(separator: " ") + "\n"
    }
    return [WrittenFile("labels/\(split)/\(FilePath.stem(name)).txt", text)]
  }

  /// Joins polygons into one: each begins and ends at the first corner of the first polygon, so
  /// that the connecting edges cancel out.
  private static func joined(_ polygons: [[Double]]) -> [Double] {
    guard polygons.count > 1, let first = polygons.first else { return polygons.first ?? [] }
    let anchor = first[0..<2]
    return polygons.flatMap { $0 + $0[0..<2] + anchor }
  }

  func description() -> [WrittenFile] {
    // Without a "path", readers take the folder of this file.
    var text = ""
    for split in splits { text += "\(split): images/\(split)\n" }
    text += "nc: \(classNames.count)\nnames:\n"
    for (index, name) in classNames.enumerated() {
      // A JSON string is also a valid YAML scalar.
      text += "  \(index): \(JSONValue.string(name).line)\n"
    }
    return [WrittenFile("data.yaml", text)]
  }
}
