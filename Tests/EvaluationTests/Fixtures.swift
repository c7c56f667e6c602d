import Evaluation
import Foundation
import Imaging

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

/// A COCO ground truth file, as far as boxes go.
struct GroundTruthFile: Decodable {
  struct Image: Decodable { var id: Int }
  struct Category: Decodable { var id: Int }
  struct Object: Decodable {
    var image_id: Int
    var category_id: Int
    var bbox: [Double]
    var area: Double
    var iscrowd: Int
  }
  var images: [Image]
  var categories: [Category]
  var annotations: [Object]

  /// The ids that have a class index here, ascending as in the reference.
  var categoryIds: [Int] { Set(categories.map(\.id)).sorted() }

  /// Joins the ground-truth objects to a result file's boxes, images by ascending id as in the reference.
  func input(with results: [ResultBox]) -> EvaluationInput {
    let classOf = Dictionary(
      uniqueKeysWithValues: categoryIds.enumerated().map { ($0.element, $0.offset) })
    let ids = Set(images.map(\.id)).sorted()
    let placeOf = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($0.element, $0.offset) })
    var input = EvaluationInput(
      imageNames: ids.map { "\($0)" }, classNames: categoryIds.map { "class \($0)" })
    for object in annotations {
      guard let place = placeOf[object.image_id], let classIndex = classOf[object.category_id]
      else { continue }
      input.groundTruths.append(
        image: place, classIndex: classIndex, box: SizedBox(object.bbox), area: object.area,
        traits: object.iscrowd == 1 ? .crowd : [])
    }
    for result in results {
      guard let place = placeOf[result.image_id], let classIndex = classOf[result.category_id]
      else { continue }
      input.detections.append(
        image: place, classIndex: classIndex, box: SizedBox(result.bbox), score: result.score,
        area: result.area)
    }
    return input
  }
}

extension SizedBox {
  fileprivate init(_ values: [Double]) {
    self.init(x: values[0], y: values[1], width: values[2], height: values[3])
  }
}

/// One line of a COCO result file.
struct ResultBox: Decodable {
  var image_id: Int
  var category_id: Int
  var bbox: [Double]
  var score: Double
  /// The area of its mask, where it has one.
  var area: Double?
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
