import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// The same dataset as Pascal VOC, YOLO and COCO, with the same detections, gets the same numbers.
@Suite(.enabled(if: Fixtures.hasShared("bccd"), "the blood cells are not beside the package"))
struct EvaluateFormatsTests {
  private struct Score: Decodable {
    struct Entry: Decodable {
      let name: String
      let ground_truth: Int
      let AP: Double?
    }
    let stats: [Double]
    let classes: [Entry]
  }

  private let folder: TemporaryFolder
  private let voc = Fixtures.shared.appendingPathComponent("bccd").path
  private let data: Dataset
  /// A sample's detections: its ground-truth objects moved about, some of another class, some left out.
  private let found: [[Detection]]

  init() throws {
    folder = try TemporaryFolder()
    data = try Dataset.open(path: voc, split: "test")
    var generator = SeededGenerator(seed: 5)
    func random(_ limit: Double) -> Double {
      Double(generator.next() >> 11) / Double(1 << 53) * limit
    }
    let classCount = data.classNames.count
    found = data.samples.map { sample in
      sample.annotations.filter { _ in random(1) < 0.8 }.map { groundTruth in
        let box = groundTruth.box
        let x = min(max(box.x1 + random(12) - 6, 0), Double(sample.imageWidth) - 2)
        let y = min(max(box.y1 + random(12) - 6, 0), Double(sample.imageHeight) - 2)
        // Hundredths of a pixel, which is what lines of JSON hold.
        func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
        return Detection(
          box: Box(
            x1: rounded(x), y1: rounded(y), x2: rounded(x + box.width), y2: rounded(y + box.height)),
          classIndex: random(1) < 0.9 ? groundTruth.classIndex : Int(random(Double(classCount))),
          score: Float(random(1)))
      }
    }
  }

  private struct COCOFile: Encodable {
    struct Image: Encodable {
      var id: Int
      var file_name: String
      var width: Int
      var height: Int
    }
    struct Category: Encodable {
      var id: Int
      var name: String
    }
    struct Object: Encodable {
      var id: Int
      var image_id: Int
      var category_id: Int
      var bbox: [Double]
      var area: Double
      var iscrowd = 0
    }
    var images: [Image]
    var categories: [Category]
    var annotations: [Object]
  }

  private struct COCOResult: Encodable {
    var image_id: Int
    var category_id: Int
    var bbox: [Double]
    var score: Double
  }

  private struct Line: Encodable {
    struct Found: Encodable {
      var box: [Double]
      var `class`: String
      var score: Double
    }
    var path: String
    var width: Int
    var height: Int
    var boxes: [Found]
  }

  private func text<Value: Encodable>(_ value: Value) throws -> String {
    String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
  }

  private func fileName(_ sample: Sample) -> String {
    (sample.imagePath as NSString).lastPathComponent
  }

  /// Writes COCO's annotation file; images are numbered in the order of the dataset.
  private func writeCOCO() throws -> String {
    var objects: [COCOFile.Object] = []
    for (image, sample) in data.samples.enumerated() {
      for groundTruth in sample.annotations {
        let box = groundTruth.box
        objects.append(
          COCOFile.Object(
            id: objects.count + 1, image_id: image + 1, category_id: groundTruth.classIndex + 1,
            bbox: [box.x1, box.y1, box.width, box.height], area: box.area))
      }
    }
    let file = COCOFile(
      images: data.samples.enumerated().map {
        COCOFile.Image(
          id: $0 + 1, file_name: fileName($1), width: $1.imageWidth, height: $1.imageHeight)
      },
      categories: data.classNames.enumerated().map { COCOFile.Category(id: $0 + 1, name: $1) },
      annotations: objects)
    return try folder.write("truth.json", text(file))
  }

  /// Writes a YOLO folder with copies of the other's images.
  private func writeYOLO() throws -> String {
    let images = folder.path + "/yolo/images/test"
    try FileManager.default.createDirectory(
      atPath: images, withIntermediateDirectories: true)
    for sample in data.samples {
      let name = fileName(sample)
      try FileManager.default.copyItem(atPath: sample.imagePath, toPath: "\(images)/\(name)")
      let (width, height) = (Double(sample.imageWidth), Double(sample.imageHeight))
      let rows = sample.annotations.map {
        "\($0.classIndex) \($0.box.centerX / width) \($0.box.centerY / height) "
          + "\($0.box.width / width) \($0.box.height / height)\n"
      }
      try folder.write(
        "yolo/labels/test/\((name as NSString).deletingPathExtension).txt", rows.joined())
    }
    return try folder.write(
      "yolo/data.yaml",
      "test: images/test\nnames: [\(data.classNames.joined(separator: ", "))]\n")
  }

  private func writeLines() throws -> String {
    let lines = try zip(data.samples, found).map { sample, found in
      try text(
        Line(
          path: fileName(sample), width: sample.imageWidth, height: sample.imageHeight,
          boxes: found.map {
            Line.Found(
              box: [$0.box.x1, $0.box.y1, $0.box.x2, $0.box.y2],
              class: data.classNames[$0.classIndex], score: Double($0.score))
          }))
    }
    return try folder.write("found.jsonl", lines.joined(separator: "\n"))
  }

  private func writeResults() throws -> String {
    let results = zip(data.samples.indices, found).flatMap { image, found in
      found.map {
        COCOResult(
          image_id: image + 1, category_id: $0.classIndex + 1,
          bbox: [$0.box.x1, $0.box.y1, $0.box.x2 - $0.box.x1, $0.box.y2 - $0.box.y1],
          score: Double($0.score))
      }
    }
    return try folder.write("found.json", text(results))
  }

  private func writeLabels() throws -> String {
    for (sample, found) in zip(data.samples, found) {
      let name = (fileName(sample) as NSString).deletingPathExtension
      let (width, height) = (Double(sample.imageWidth), Double(sample.imageHeight))
      let rows = found.map {
        "\($0.classIndex) \($0.box.centerX / width) \($0.box.centerY / height) "
          + "\($0.box.width / width) \($0.box.height / height) \(Double($0.score))\n"
      }
      if !rows.isEmpty { try folder.write("labels/\(name).txt", rows.joined()) }
    }
    return folder.path + "/labels"
  }

  private func score(_ groundTruth: String, _ found: String) throws -> Score {
    let result = try BuiltProgram.run(
      ["evaluate", "--truth", groundTruth, "--detections", found, "--json"]
        + (groundTruth.hasSuffix(".json") ? [] : ["--split", "test"]))
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    return try JSONDecoder().decode(Score.self, from: Data(result.output.utf8))
  }

  @Test func threeFormatsOfGroundTruthAndOfDetectionsAgree() throws {
    let lines = try writeLines()
    let reference = try score(voc, lines)
    #expect(reference.stats[0] > 0.1 && reference.stats[0] < 0.9, "too easy to tell anything")
    let (coco, yolo) = (try writeCOCO(), try writeYOLO())
    for (groundTruth, found) in [
      (coco, lines), (yolo, lines), (coco, try writeResults()), (yolo, try writeLabels()),
      (voc, try writeLabels()),
    ] {
      let other = try score(groundTruth, found)
      // Fractions of YOLO's files round the last bits of boxes, which may move no number here.
      #expect(other.stats == reference.stats, "\(groundTruth), \(found)")
      #expect(other.classes.map(\.AP) == reference.classes.map(\.AP))
      #expect(other.classes.map(\.ground_truth) == reference.classes.map(\.ground_truth))
    }
  }
}
