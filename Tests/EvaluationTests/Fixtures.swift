import Evaluation
import Foundation

/// What pycocotools 2.0.11 answers, kept beside the project (made by its make_cases.py).
enum Fixtures {
  static let folder: URL =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("../shared/data/coco-fixtures")

  static let arePresent = FileManager.default.fileExists(
    atPath: folder.appendingPathComponent("expected.json").path)

  static func read<T: Decodable>(_ type: T.Type, _ path: String) throws -> T {
    try JSONDecoder().decode(
      T.self, from: Data(contentsOf: folder.appendingPathComponent(path)))
  }
}

/// A COCO truth file, as far as boxes go.
struct TruthFile: Decodable {
  struct Picture: Decodable { var id: Int }
  struct Category: Decodable { var id: Int }
  struct Object: Decodable {
    var image_id: Int
    var category_id: Int
    var bbox: [Double]
    var area: Double
    var iscrowd: Int
  }
  var images: [Picture]
  var categories: [Category]
  var annotations: [Object]

  /// The ids that have a class index here, ascending as in the reference.
  var categoryIds: [Int] { Set(categories.map(\.id)).sorted() }

  /// Pairs the truths with a result file's boxes, pictures by ascending id as in the reference.
  func images(with results: [ResultBox]) -> [ScoredImage] {
    let classOf = Dictionary(
      uniqueKeysWithValues: categoryIds.enumerated().map { ($0.element, $0.offset) })
    let ids = Set(images.map(\.id)).sorted()
    var scored = ids.map { ScoredImage(name: "\($0)", truths: [], findings: []) }
    let placeOf = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($0.element, $0.offset) })
    for object in annotations {
      guard let place = placeOf[object.image_id], let classIndex = classOf[object.category_id]
      else { continue }
      scored[place].truths.append(
        GroundTruth(
          x: object.bbox[0], y: object.bbox[1], width: object.bbox[2], height: object.bbox[3],
          area: object.area, classIndex: classIndex, isCrowd: object.iscrowd == 1))
    }
    for result in results {
      guard let place = placeOf[result.image_id], let classIndex = classOf[result.category_id]
      else { continue }
      scored[place].findings.append(
        Finding(
          x: result.bbox[0], y: result.bbox[1], width: result.bbox[2], height: result.bbox[3],
          score: result.score, classIndex: classIndex))
    }
    return scored
  }
}

/// One line of a COCO result file.
struct ResultBox: Decodable {
  var image_id: Int
  var category_id: Int
  var bbox: [Double]
  var score: Double
}

/// The twelve numbers and the classes' own.
struct ExpectedNumbers: Decodable {
  struct Class: Decodable {
    var category_id: Int
    var AP: Double
    var AP50: Double
    var AP75: Double
    var AR100: Double
  }
  var stats: [String: Double]
  var per_class: [Class]
  var arrays: String?
}

/// The whole arrays of `COCOeval.eval`.
struct ExpectedArrays: Decodable {
  var precision: [Double]
  var recall: [Double]
  var scores: [Double]
}
