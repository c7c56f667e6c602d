import Basics
import Imaging

/// Writes COCO: `annotations/instances_SPLIT.json` and the images in `SPLIT/`.
///
/// Ids are those of the source; where it has none they count from 1. `difficult`, `truncated` and
/// `occluded`, which are not part of COCO, are written as extra keys of an annotation where they are
/// set.
struct COCOWriter: FormatWriter {
  static let holds: FormatCapabilities = [
    .boxes, .polygon, .polygons, .masks, .boxBesideSegmentation, .crowds, .marks, .areas,
  ]

  /// The list elements of a split so far, one per line.
  private struct Lists {
    var images = JSONWriter(separator: ",\n")
    var annotations = JSONWriter(separator: ",\n")
    var imageIds: COCOIds
    var annotationIds: COCOIds

    init(_ samples: [Sample]) {
      imageIds = COCOIds(samples.lazy.map { $0.ids?.image })
      annotationIds = COCOIds(samples.lazy.flatMap { $0.ids?.annotations ?? [] })
    }

    mutating func add(_ sample: Sample, name: String, categoryIds: [ItemId]) {
      let image = imageIds.take(sample.ids?.image)
      images.object {
        $0.member("id", image)
        $0.member("file_name", name)
        $0.member("width", sample.imageWidth)
        $0.member("height", sample.imageHeight)
      }
      let ids = sample.ids?.annotations ?? []
      for (place, annotation) in sample.annotations.enumerated() {
        let id = annotationIds.take(place < ids.count ? ids[place] : nil)
        annotations.object {
          $0.member("id", id)
          $0.member("image_id", image)
          $0.member("category_id", categoryIds[annotation.classIndex])
          COCOWriter.write(annotation, to: &$0)
        }
      }
    }
  }

  private let classNames: [String]
  private let splits: [String]
  private var lists: [String: Lists] = [:]
  private var categoryIds: [ItemId]

  init(classNames: [String], splits: [String]) {
    self.classNames = classNames
    self.splits = splits
    categoryIds = COCOIds.categories([], count: classNames.count)
  }

  mutating func prepare(_ splits: [Dataset]) {
    for split in splits { lists[split.split] = Lists(split.samples) }
    categoryIds = COCOIds.categories(splits.first?.classIds ?? [], count: classNames.count)
  }

  var changedIdCount: Int {
    lists.values.reduce(0) { $0 + $1.imageIds.changedCount + $1.annotationIds.changedCount }
  }

  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile] {
    lists[split, default: Lists([])].add(sample, name: name, categoryIds: categoryIds)
    return []
  }

  private static func write(_ annotation: Annotation, to json: inout JSONWriter) {
    func pixels(_ values: [Double]) -> [JSONText] {
      values.map { JSONText(NumberFormat.pixels($0)) }
    }
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

  /// Many programs require this member.
  private static let info: JSONValue = [
    "description": "Converted by Glimpse", "version": .string(glimpseVersion),
  ]

  func description() -> [WrittenFile] {
    var categories = JSONWriter(separator: ",\n")
    for (index, name) in classNames.enumerated() {
      categories.object {
        $0.member("id", categoryIds[index])
        $0.member("name", name)
      }
    }
    return splits.map { split in
      let lists = lists[split] ?? Lists([])
      return WrittenFile(
        path: "annotations/instances_\(split).json",
        pieces: [
          Array("{\"info\":\(Self.info.line),\n\"licenses\":[],\n\"images\":[\n".utf8),
          lists.images.bytes,
          Array("\n],\n\"categories\":[\n".utf8), categories.bytes,
          Array("\n],\n\"annotations\":[\n".utf8), lists.annotations.bytes,
          Array("\n]}\n".utf8),
        ])
    }
  }
}
