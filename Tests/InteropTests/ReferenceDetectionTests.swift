import Foundation
import Inference
import Networks
import TestSupport
import Testing

@testable import Engine
@testable import Imaging
@testable import Interop

/// Networks of other people find what their authors' programs find.
///
/// The expected values are those of ../shared/imports/references/NAME/detections.json, made by
/// make_references.py there with onnxruntime 1.32 or OpenCV 4.12 and the recipes in recipes.py.
@Suite(.enabled(if: !Imports.areAbsent, "needs ../shared/imports"))
struct ReferenceDetectionTests {
  private struct References: Decodable {
    var found: [Found]

    struct Found: Decodable {
      var box: [Double]?
      var score: Double?
      var label: Int?
      var shape: [Int]?
      var runs: [Int]?
    }
  }

  private static func file(_ name: String) -> String { "\(Imports.folder)/networks/\(name)" }

  static let detectors: [(name: String, file: String)] = [
    ("yolox_nano", "yolox_nano.onnx"), ("nanodet_m_320_fp16", "nanodet_m_320_fp16.onnx"),
    ("picodet_s_320_fp16", "picodet_s_320_fp16.onnx"), ("fastestdet", "fastestdet.onnx"),
    ("yolo_fastest_1.1", "yolo-fastest-1.1.cfg"), ("yoloface_50k", "yoloface-50k.cfg"),
    ("ultraface_rfb_320", "ultraface_rfb_320.onnx"), ("yunet_n", "yunet_n_dynamic.onnx"),
    ("yunet_n_qdq", "yunet_n_qdq.onnx"), ("yunet_n_qlinear", "yunet_n_qlinear.onnx"),
    ("yunet_n_dynquant", "yunet_n_dynquant.onnx"), ("blazeface", "blazeface.onnx"),
    ("mtcnn_pnet", "mtcnn_pnet.onnx"),
  ]

  private static func references(_ name: String) throws -> [String: References] {
    try JSONDecoder().decode(
      [String: References].self,
      from: Data(
        contentsOf: URL(fileURLWithPath: "\(Imports.folder)/references/\(name)/detections.json")))
  }

  private static func image(_ image: String, of name: String) throws -> Image {
    let folders = [
      "\(Imports.folder)/references/\(name)", Imports.photos,
      "\(Imports.folder)/../data/coco_mini/val2017",
    ]
    let path = try #require(
      folders.map { "\($0)/\(image)" }.first { FileManager.default.fileExists(atPath: $0) })
    return try ImageFile.read(path).image
  }

  /// The same boxes within half a pixel, the same classes, scores within 0.005.
  @Test(arguments: detectors) func detectionsAreTheReferences(
    _ name: String, _ file: String
  ) throws {
    let model = try NetworkFile(path: Self.file(file)).model()
    guard case .boxes(let rule, _)? = model.imported?.recipe.output else {
      Issue.record("\(name) is not recognized as a detector")
      return
    }
    var options = DetectionOptions()
    options.adopt(rule, except: [])
    let detector = Detector(
      model, options: options, pool: ThreadPool(threads: 1),
      kernels: try Kernels(InstructionSet.chosen()))
    let references = try Self.references(name)
    #expect(references.count >= 2)
    for (path, expected) in references {
      let image = try Self.image(path, of: name)
      var found = try detector.detect(image)
      #expect(found.count == expected.found.count, "\(name), \(path): \(found)")
      for reference in expected.found {
        let corners = try #require(reference.box)
        // Boxes are clipped to the image here, and not in every family's own program.
        let box = Box(x1: corners[0], y1: corners[1], x2: corners[2], y2: corners[3])
          .clipped(toWidth: Double(image.width), height: Double(image.height))
        let place = found.firstIndex { detection in
          zip(
            [detection.box.x1, detection.box.y1, detection.box.x2, detection.box.y2],
            [box.x1, box.y1, box.x2, box.y2]
          ).allSatisfy { abs($0 - $1) <= 0.5 }
            && detection.classIndex == reference.label
            && abs(Double(detection.score) - (reference.score ?? -1)) <= 0.005
        }
        if let place {
          found.remove(at: place)
        } else {
          Issue.record(
            "\(name), \(path): \(box), class \(reference.label ?? -1), \(reference.score ?? -1) is missing; left over are \(found)"
          )
        }
      }
    }
  }

  /// The mask of the person, in the resolution of the network: at most 1 pixel of 1000 differs, where
  /// both classes are equally probable.
  @Test func masksAreTheReferences() throws {
    let model = try NetworkFile(path: Self.file("sinet.onnx")).model()
    #expect(model.imported?.recipe.name == "sinet")
    let segmenter = Segmenter(
      model, pool: ThreadPool(threads: 1), kernels: try Kernels(InstructionSet.chosen()))
    for (path, expected) in try Self.references("sinet") {
      let image = try Self.image(path, of: "sinet")
      let network = try #require(segmenter.imported)
      let map = try network.map(of: image)
      let reference = try #require(expected.found.first)
      #expect([map.rows, map.columns] == reference.shape)
      var mask: [UInt8] = []
      for (index, run) in (reference.runs ?? []).enumerated() {
        mask += [UInt8](repeating: UInt8(index % 2), count: run)
      }
      let count = map.rows * map.columns
      try #require(mask.count == count)
      let wrong = (0..<count).count { pixel in
        network.label([map.values[pixel], map.values[count + pixel]], threshold: 0.5) != mask[pixel]
      }
      #expect(wrong <= count / 1000, "\(path): \(wrong) pixels differ")
      // The mask of the image has the same area.
      let whole = try segmenter.segment(image).classes
      #expect(whole.width == image.width && whole.height == image.height)
      let area = Double(whole.bytes.count { $0 == 1 }) / Double(whole.bytes.count)
      #expect(abs(area - Double(mask.count { $0 == 1 }) / Double(count)) < 0.002)
    }
  }

  /// The class and its probability; of the README's recipes.
  @Test(arguments: [("mnist", "mnist.onnx"), ("ppocr_cls", "ppocr_mobile_v2_cls.onnx")])
  func classesAreTheReferences(_ name: String, _ file: String) throws {
    let model = try NetworkFile(path: Self.file(file)).model()
    let classifier = Classifier(
      model, count: 1, pool: ThreadPool(threads: 1),
      kernels: try Kernels(InstructionSet.chosen()))
    for (path, expected) in try Self.references(name) {
      let image = try Self.image(path, of: name)
      let found = try #require(try classifier.predict([DecodedImage(image)])[0].classes.first)
      #expect(found.classIndex == expected.found.first?.label, "\(path)")
      #expect(abs(Double(found.score) - (expected.found.first?.score ?? -1)) <= 0.005, "\(path)")
    }
  }

  /// The rewritten network differs from what the file says by rounding only.
  @Test func rewritesAreChecked() throws {
    let model = try NetworkFile(path: Self.file("blazeface.onnx")).model()
    let differences = try RewriteCheck.differences(
      model, on: Self.image("astronaut.png", of: "blazeface"),
      kernels: Kernels(InstructionSet.chosen()), pool: ThreadPool(threads: 1))
    #expect(differences.map(\.name).sorted() == ["conf", "preds"])
    for item in differences {
      #expect(item.magnitude > 1 && item.largest.isFinite)
      #expect(item.largest <= 1e-4 * item.magnitude)
    }
  }
}
