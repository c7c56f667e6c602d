import Basics
import Imaging

/// Writes COCO: `annotations/instances_SPLIT.json` and the images in `SPLIT/`.
///
/// Ids count from 1. `difficult`, `truncated` and `occluded`, which are not part of COCO, are
/// written as extra keys of an annotation where they are set.
struct COCOWriter: FormatWriter {
  static let holds: FormatCapabilities = [
    .boxes, .polygon, .polygons, .masks, .boxBesideSegmentation, .crowds, .marks, .areas,
  ]

  /// The list elements of a split so far, one per line.
  private struct Lists {
    var images = JSONWriter(separator: ",\n")
    var annotations = JSONWriter(separator: ",\n")
    var imageCount = 0
    var annotationCount = 0

    mutating func add(_ sample: Sample, name: String) {
      imageCount += 1
      images.object { [imageCount] in
        $0.member("id", imageCount)
        $0.member("file_name", name)
        $0.member("width", sample.imageWidth)
        $0.member("height", sample.imageHeight)
      }
      for annotation in sample.annotations {
        annotationCount += 1
        annotations.object { [imageCount, annotationCount] in
          $0.member("id", annotationCount)
          $0.member("image_id", imageCount)
          COCOWriter.write(annotation, to: &$0)
        }
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

  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile] {
    lists[split, default: Lists()].add(sample, name: name)
    return []
  }

  private static func write(_ annotation: Annotation, to json: inout JSONWriter) {
    func pixels(_ values: [Double]) -> [JSONText] {
      values.map { JSONText(NumberFormat.pixels($0)) }
    }
    json.member("category_id", annotation.classIndex + 1)
    if let stated = annotation.stated {
      // Written with all digits: the metrics depend on the exact values.
      json.member("bbox", [stated.box.x, stated.box.y, stated.box.width, stated.box.height])
      json.member("area", stated.area)
    } else {
      let box = annotation.box
      json.member("bbox", pixels([box.x1, box.y1, box.width, box.height]))
      json.member("area", JSONText(NumberFormat.pixels(box.area)))
    }
    json.member("iscrowd", annotation.isCrowd ? 1 : 0)
    switch annotation.writtenSegmentation {
    case nil: json.member("segmentation", [Int]())
    case .polygons(let polygons)?: json.member("segmentation", polygons.map(pixels))
    case .mask(let mask)?:
      json.object("segmentation") {
        $0.member("size", [mask.height, mask.width])
        $0.member("counts", mask.counts.map { Int($0) })
      }
    }
    for (key, isSet) in [
      ("difficult", annotation.isDifficult), ("truncated", annotation.isTruncated),
      ("occluded", annotation.isOccluded),
    ] where isSet {
      json.member(key, 1)
    }
  }

  func description() -> [WrittenFile] {
    var categories = JSONWriter(separator: ",\n")
    for (index, name) in classNames.enumerated() {
      categories.object {
        $0.member("id", index + 1)
        $0.member("name", name)
      }
    }
    return splits.map { split in
      let lists = lists[split] ?? Lists()
      return WrittenFile(
        path: "annotations/instances_\(split).json",
        pieces: [
          Array("{\"images\":[\n".utf8), lists.images.bytes,
          Array("\n],\n\"categories\":[\n".utf8), categories.bytes,
          Array("\n],\n\"annotations\":[\n".utf8), lists.annotations.bytes,
          Array("\n]}\n".utf8),
        ])
    }
  }
}
