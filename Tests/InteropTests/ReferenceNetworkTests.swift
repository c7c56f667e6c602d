import Foundation
import Testing

@testable import Engine
@testable import Interop

/// Networks of other people give the outputs that onnxruntime gives.
///
/// The expected values are those of ../shared/imports/references, which its make_references.py made
/// with onnxruntime 1.32 without graph optimizations.
@Suite(.enabled(if: !Imports.areAbsent, "needs ../shared/imports"))
struct ReferenceNetworkTests {
  private struct References: Decodable {
    var pictures: [String: Picture]

    struct Picture: Decodable {
      var inputs: [String: Moments]
      var optimized_differs: Double
      var outputs: [String: Output]
    }
    struct Moments: Decodable { var shape: [Int], mean: Double, std: Double }
    struct Output: Decodable {
      var shape: [Int], mean: Double, std: Double, least: Double, greatest: Double
      var values: [Double]?
    }
  }

  struct Network: CustomTestStringConvertible, Sendable {
    let name: String
    let file: String
    let image: String
    let prepare: @Sendable (PreparedImage) -> (dims: [Int], values: [Float])
    var testDescription: String { "\(name) on \(image)" }
  }

  private static let bgr = [2, 1, 0]
  private static let rgb = [0, 1, 2]

  private static func normalized(_ mean: [Float], _ deviation: [Float], _ factor: Float = 1)
    -> @Sendable (Float, Int) -> Float
  {
    { ($0 / factor - mean[$1]) / deviation[$1] }
  }

  static let yuNet: @Sendable (PreparedImage) -> ([Int], [Float]) = { image in
    let (h, w) = ((image.height + 31) / 32 * 32, (image.width + 31) / 32 * 32)
    return ([1, 3, h, w], image.placed(w, h, fill: 0).planes(bgr))
  }

  static let networks: [Network] = [
    Network(name: "yolox_nano", file: "yolox_nano.onnx", image: "chelsea.png") {
      ([1, 3, 416, 416], $0.letterboxed(416, fill: 114, isCentered: false).planes(bgr))
    },
    Network(name: "nanodet_m_320_fp16", file: "nanodet_m_320_fp16.onnx", image: "chelsea.png") {
      let mean: [Float] = [103.53, 116.28, 123.675]
      let deviation: [Float] = [57.375, 57.12, 58.395]
      return (
        [1, 3, 320, 320],
        $0.letterboxed(320, fill: 0, isCentered: true).planes(bgr, normalized(mean, deviation))
      )
    },
    Network(name: "picodet_s_320_fp16", file: "picodet_s_320_fp16.onnx", image: "coffee.png") {
      let mean: [Float] = [0.485, 0.456, 0.406]
      let deviation: [Float] = [0.229, 0.224, 0.225]
      return (
        [1, 3, 320, 320], $0.resized(320, 320).planes(rgb, normalized(mean, deviation, 255))
      )
    },
    Network(name: "fastestdet", file: "fastestdet.onnx", image: "chelsea.png") {
      ([1, 3, 352, 352], $0.resized(352, 352).planes(bgr) { value, _ in value / 255 })
    },
    Network(name: "ultraface_rfb_320", file: "ultraface_rfb_320.onnx", image: "astronaut.png") {
      ([1, 3, 240, 320], $0.resized(320, 240).planes(rgb) { value, _ in (value - 127) / 128 })
    },
    Network(name: "yunet_n", file: "yunet_n_dynamic.onnx", image: "chelsea.png", prepare: yuNet),
    Network(name: "yunet_n_qdq", file: "yunet_n_qdq.onnx", image: "chelsea.png", prepare: yuNet),
    Network(
      name: "yunet_n_qlinear", file: "yunet_n_qlinear.onnx", image: "chelsea.png", prepare: yuNet),
    Network(
      name: "yunet_n_dynquant", file: "yunet_n_dynquant.onnx", image: "chelsea.png", prepare: yuNet),
    Network(name: "blazeface", file: "blazeface.onnx", image: "astronaut.png") {
      (
        [1, 3, 128, 128],
        $0.letterboxed(128, fill: 0, isCentered: true).planes(rgb) { value, _ in value / 255 }
      )
    },
    Network(name: "mtcnn_pnet", file: "mtcnn_pnet.onnx", image: "astronaut.png") { image in
      // Columns before rows, channels last.
      let small = image.resized(
        Int((Double(image.width) * 0.12).rounded(.up)),
        Int((Double(image.height) * 0.12).rounded(.up)))
      var values: [Float] = []
      for x in 0..<small.width {
        for y in 0..<small.height {
          for channel in 0..<3 {
            let sample = small.pixels[(y * small.width + x) * 3 + channel]
            values.append((Float(sample) - 127.5) * 0.0078125)
          }
        }
      }
      return ([1, small.width, small.height, 3], values)
    },
    Network(name: "sinet", file: "sinet.onnx", image: "coffee.png") {
      let mean: [Float] = [102.890434, 111.25247, 126.91212]
      let deviation: [Float] = [62.93292, 62.82138, 66.355705]
      return (
        [1, 3, 320, 320],
        $0.resized(320, 320).planes(bgr) { ($0 - mean[$1]) / deviation[$1] / 255 }
      )
    },
    Network(name: "ppocr_cls", file: "ppocr_mobile_v2_cls.onnx", image: "coffee.png") { image in
      let width = min(192, (48 * image.width + image.height - 1) / image.height)
      let strip = image.resized(width, 48)
      let planes = strip.planes(bgr) { value, _ in (value / 255 - 0.5) / 0.5 }
      // Columns after the strip are 0 after normalization.
      var rows: [Float] = []
      for row in 0..<3 * 48 {
        rows += planes[row * width..<(row + 1) * width]
        rows += [Float](repeating: 0, count: 192 - width)
      }
      return ([1, 3, 48, 192], rows)
    },
    Network(name: "yolo_fastest_1.1", file: "yolo-fastest-1.1.cfg", image: "chelsea.png") {
      ([1, 3, 320, 320], $0.resized(320, 320).planes(rgb) { value, _ in value / 255 })
    },
    Network(name: "yoloface_50k", file: "yoloface-50k.cfg", image: "astronaut.png") {
      ([1, 3, 56, 56], $0.resized(56, 56).planes(rgb) { value, _ in value / 255 })
    },
    Network(name: "mnist", file: "mnist.onnx", image: "seven.png") {
      ([1, 1, 28, 28], $0.resized(28, 28).planes([0]) { value, _ in value / 255 })
    },
  ]

  @Test(arguments: networks) func outputsAreTheReferences(_ network: Network) throws {
    let folder = "\(Imports.folder)/references/\(network.name)"
    let references = try JSONDecoder().decode(
      References.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/outputs.json")))
    let picture = try #require(references.pictures[network.image])
    let own = "\(folder)/\(network.image)"
    let (dims, values) = network.prepare(
      try PreparedImage(
        path: FileManager.default.fileExists(atPath: own)
          ? own : "\(Imports.photos)/\(network.image)"))
    let file = try NetworkFile(path: "\(Imports.folder)/networks/\(network.file)")
    let name = file.inputs[0].name
    let moments = try #require(picture.inputs[name])
    #expect(dims == moments.shape)
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    try #require(abs(mean - moments.mean) <= 1e-5 * max(1, abs(moments.mean)), "another input")

    var outputs = try file.run(
      [name: ConstantTensor(.float, dims: dims, values: .floats(values))],
      kernels: Kernels(InstructionSet.chosen()), pool: ThreadPool(threads: 1))
    if network.file.hasSuffix(".cfg") {
      // OpenCV's name of the layer before [yolo].
      outputs = outputs.filter { $0.name.hasSuffix("_conv") }.map {
        ("conv_" + $0.name.filter(\.isNumber), $0.tensor)
      }
    }
    #expect(Set(outputs.map(\.name)) == Set(picture.outputs.keys))
    for (name, tensor) in outputs {
      let expected = try #require(picture.outputs[name])
      let found = tensor.values.floats
      let largest = max(abs(expected.least), abs(expected.greatest))
      // 3e-7 is the rounding of the integers' scales where all probabilities are near 0.
      let tolerance = max(1e-4 * largest, 4 * picture.optimized_differs, 3e-7)
      #expect(tensor.dims == expected.shape)
      #expect(abs(Double(found.min() ?? 0) - expected.least) <= tolerance)
      #expect(abs(Double(found.max() ?? 0) - expected.greatest) <= tolerance)
      let mean = found.reduce(0) { $0 + Double($1) } / Double(found.count)
      #expect(abs(mean - expected.mean) <= tolerance)
      for (k, value) in (expected.values ?? []).enumerated() {
        // README: value k is at flat index ((k + 1) * 2654435761 mod 2^32) * n >> 32.
        let place = (((k + 1) * 2_654_435_761) % (1 << 32) * found.count) >> 32
        #expect(abs(Double(found[place]) - value) <= tolerance, "\(name) at \(place)")
      }
    }
  }
}
