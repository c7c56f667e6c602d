import Evaluation
import Foundation
import Imaging

/// A mask as COCO's files write it: polygons, or runs as numbers or as text.
enum Segmentation: Decodable {
  struct Runs: Decodable {
    var size: [Int]
    var counts: [Int]
  }
  struct Text: Decodable {
    var size: [Int]
    var counts: String
  }
  case polygons([[Double]])
  case runs(Runs)
  case text(Text)

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let polygons = try? value.decode([[Double]].self) {
      self = .polygons(polygons)
    } else if let runs = try? value.decode(Runs.self) {
      self = .runs(runs)
    } else {
      self = .text(try value.decode(Text.self))
    }
  }

  func mask(width: Int, height: Int) throws -> RunLengthMask {
    switch self {
    case .polygons(let polygons):
      try RunLengthMask(width: width, height: height, polygons: polygons)
    case .runs(let runs):
      try RunLengthMask(width: runs.size[1], height: runs.size[0], counts: runs.counts)
    case .text(let text):
      try RunLengthMask(width: text.size[1], height: text.size[0], text: text.counts)
    }
  }
}

/// The fixtures' hundred images with masks.
struct MaskFixture {
  private struct File: Decodable {
    struct Image: Decodable {
      var id: Int
      var width: Int
      var height: Int
    }
    struct Object: Decodable {
      var image_id: Int
      var segmentation: Segmentation
    }
    var images: [Image]
    var annotations: [Object]
  }
  private struct Result: Decodable {
    var image_id: Int
    var category_id: Int
    var segmentation: Segmentation
    var score: Double
  }

  let table: EvaluationTable
  let overlap: PairwiseIoU

  init() throws {
    let folder = "val2014_100/"
    let file = try Fixtures.read(File.self, folder + "instances_val2014_100.json")
    let results = try Fixtures.read(
      [Result].self, folder + "instances_val2014_fakesegm100_results.json")
    let sizes = Dictionary(uniqueKeysWithValues: file.images.map { ($0.id, $0) })
    func mask(_ segmentation: Segmentation, _ image: Int) throws -> RunLengthMask {
      let size = sizes[image]
      return try segmentation.mask(width: size?.width ?? 0, height: size?.height ?? 0)
    }
    let found = try results.map { try mask($0.segmentation, $0.image_id) }
    let groundTruths = try Fixtures.read(
      GroundTruthFile.self, folder + "instances_val2014_100.json")
    let input = groundTruths.input(
      with: zip(results, found).map { result, mask in
        let box = mask.bounds
        return ResultBox(
          image_id: result.image_id, category_id: result.category_id,
          bbox: [box.x, box.y, box.width, box.height].map(Double.init), score: result.score,
          area: Double(mask.area))
      })
    table = try EvaluationTable(input)
    overlap = .masks(
      groundTruths: try file.annotations.map { try mask($0.segmentation, $0.image_id) },
      detections: found)
  }
}
