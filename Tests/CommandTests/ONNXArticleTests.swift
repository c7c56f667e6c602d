import Foundation
import Glimpse
import TestSupport
import Testing

/// The article ONNX, whose example `Golden/check_onnx_example.py` ran in onnxruntime.
@Suite struct ONNXArticleTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private struct Golden: Decodable {
    struct Entry: Decodable {
      struct Found: Decodable {
        let `class`: String
        let score: Float
        let box: [Double]
      }
      let path: String
      let boxes: [Found]
    }
    let size: Int
    let confidence: Float
    let weights_sha256: String
    let images: [Entry]
  }

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// What the example of the article found in onnxruntime, the detector finds within one pixel and
  /// 0.001 of the score.
  @Test func theExampleFindsWhatTheDetectorFinds() throws {
    let golden = try JSONDecoder().decode(
      Golden.self, from: Data(Self.text("Tests/CommandTests/Golden/onnx_example.json").utf8))
    let weights = try Data(
      contentsOf: Self.root.appendingPathComponent("Weights/compact.safetensors"))
    try #require(
      SHA256.hex(of: weights) == golden.weights_sha256,
      "the built-in weights are others: run Tests/CommandTests/Golden/check_onnx_example.py --write"
    )
    let detector = try Detector(
      DefaultWeights.load(), imageSize: .exact(height: golden.size, width: golden.size),
      options: DetectionOptions(confidence: golden.confidence), precision: .f32)
    var count = 0
    for image in golden.images {
      let path = Self.root.appendingPathComponent(image.path).path
      var found = try detector.detect(ImageFile.read(path).image)
      #expect(found.count == image.boxes.count, "\(image.path)")
      for one in image.boxes {
        let place = found.firstIndex { other in
          detector.description.classNames[other.classIndex] == one.class
            && abs(other.score - one.score) <= 0.001
            && zip([other.box.x1, other.box.y1, other.box.x2, other.box.y2], one.box).allSatisfy {
              abs($0 - $1) <= 1
            }
        }
        #expect(place != nil, "\(image.path): \(one)")
        if let place { found.remove(at: place) }
        count += 1
      }
    }
    #expect(count >= 10)
  }

  /// The script runs the article's own text, and the example relies on names that the program writes.
  @Test func theScriptRunsTheArticlesText() throws {
    let script = try Self.text("Tests/CommandTests/Golden/check_onnx_example.py")
    #expect(script.contains("Sources/Glimpse/Glimpse.docc/ONNX.md"))
    let article = try Self.text("Sources/Glimpse/Glimpse.docc/ONNX.md")
    let blocks = article.components(separatedBy: "```python\n").dropFirst()
    #expect(blocks.first?.hasPrefix("import json") == true)
    let metadata = try DefaultWeights.load().description.exportMetadata
    for key in ["class_names", "mean", "std"] { #expect(metadata[key] != nil) }
  }
}
