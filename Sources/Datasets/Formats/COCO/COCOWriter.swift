import Basics
import Imaging

/// Writes COCO: `annotations/instances_SPLIT.json` and the images in `SPLIT/`.
///
/// Ids count from 1; `difficult`, `truncated` and `occluded`, which COCO has not, are keys of an
/// annotation where they are set.
struct COCOWriter: FormatWriter {
  static let holds: FormatCapabilities = [
    .boxes, .polygon, .polygons, .masks, .boxBesideSegmentation, .crowds, .marks, .areas,
  ]

  /// The lists of a split so far, their elements joined by commas.
  private struct Lists {
    var images: [UInt8] = []
    var annotations: [UInt8] = []
    var imageCount = 0
    var annotationCount = 0

    mutating func add(_ sample: Sample, name: String) {
      imageCount += 1
      let separator = imageCount > 1 ? ",\n" : ""
      images +=
        (separator + "{\"id\":\(imageCount),\"file_name\":\(JSONValue.string(name).line),"
        + "\"width\":\(sample.imageWidth),\"height\":\(sample.imageHeight)}").utf8
      for annotation in sample.annotations {
        annotationCount += 1
        let separator = annotationCount > 1 ? ",\n" : ""
        annotations +=
          (separator
          + COCOWriter.text(of: annotation, id: annotationCount, image: imageCount)).utf8
      }
    }
  }

  private let classNames: [String]
  private let splits: [String]
  private var lists: [String: Lists] = [:]

  init(classNames: [String], splits: [String]) {
    self.classNames = classNames
    self.splits = splits
  }

  func imagePath(_ name: String, of sample: Sample, split: String) -> String {
    "\(split)/\(name)"
  }

  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile] {
    lists[split, default: Lists()].add(sample, name: name)
    return []
  }

  private static func text(of annotation: Annotation, id: Int, image: Int) -> String {
    var text =
      "{\"id\":\(id),\"image_id\":\(image),\"category_id\":\(annotation.classIndex + 1),\"bbox\":["
    let area: String
    if let stated = annotation.stated {
      // Digit for digit: the score goes by these.
      text += "\(stated.box.x),\(stated.box.y),\(stated.box.width),\(stated.box.height)"
      area = "\(stated.area)"
    } else {
      let box = annotation.box
      text += [box.x1, box.y1, box.width, box.height].map(NumberFormat.pixels)
        .joined(separator: ",")
      area = NumberFormat.pixels(box.area)
    }
    text += "],\"area\":\(area),\"iscrowd\":\(annotation.isCrowd ? 1 : 0),\"segmentation\":"
    switch annotation.writtenSegmentation {
    case nil: text += "[]"
    case .polygons(let polygons)?:
      text +=
        "["
        + polygons.map { "[" + $0.map(NumberFormat.pixels).joined(separator: ",") + "]" }
        .joined(separator: ",") + "]"
    case .mask(let mask)?:
      let counts = mask.counts.map(String.init).joined(separator: ",")
      text += "{\"size\":[\(mask.height),\(mask.width)],\"counts\":[\(counts)]}"
    }
    for (key, isSet) in [
      ("difficult", annotation.isDifficult), ("truncated", annotation.isTruncated),
      ("occluded", annotation.isOccluded),
    ] where isSet {
      text += ",\"\(key)\":1"
    }
    return text + "}"
  }

  func description() -> [WrittenFile] {
    let categories = classNames.enumerated().map {
      "{\"id\":\($0.offset + 1),\"name\":\(JSONValue.string($0.element).line)}"
    }
    return splits.map { split in
      let lists = lists[split] ?? Lists()
      return WrittenFile(
        "annotations/instances_\(split).json",
        pieces: [
          Array("{\"images\":[\n".utf8), lists.images,
          Array(
            ("\n],\n\"categories\":[\n" + categories.joined(separator: ",\n")
              + "\n],\n\"annotations\":[\n").utf8), lists.annotations, Array("\n]}\n".utf8),
        ])
    }
  }
}
