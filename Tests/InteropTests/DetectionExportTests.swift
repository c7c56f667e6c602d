import Basics
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Engine
@testable import Interop
@testable import Networks

/// Decoding and NMS in ONNX files. Golden/../CommandTests/Golden/check_onnx_example.py runs them in
/// onnxruntime.
@Suite struct DetectionExportTests {
  private static let classCount = 3

  /// The raw outputs of a head as inputs of a graph without ops, and random numbers for them.
  private struct Outputs {
    let head: DetectionHead
    let graph: Graph
    let values: [[Float]]

    init(_ head: DetectionHead, height: Int, width: Int, images: Int) {
      self.head = head
      let scope = Scope()
      var generator = SeededGenerator(seed: 11)
      var inputs: [Value] = []
      var values: [[Float]] = []
      for stride in head.strides {
        // As in the networks: the coarser map of a stride that does not divide the side is larger.
        let shape = Shape(
          n: images, h: (height + stride - 1) / stride, w: (width + stride - 1) / stride,
          c: head.classOffset + classCount)
        inputs.append(scope.input(shape))
        values.append((0..<shape.count).map { _ in generator.uniform(in: -3...3) })
      }
      // Larger than the limit of log sizes.
      values[0][2] = 11
      graph = scope.finish(outputs: inputs)
      self.values = values
    }

    var tensors: [Tensor] {
      zip(graph.inputs, values).map { Tensor(shape: graph.shapes[$0], values: $1) }
    }

    /// The file, and the number of anchor points.
    func file(_ finish: (DetectionExport, DetectionExport.Decoded) -> Void) throws -> [UInt8] {
      let model = ONNXModel()
      let outputs = try graph.add(
        to: model, ParameterBlock(zeros: graph.parameterLayout),
        inputShapes: graph.inputs.map { graph.shapes[$0] })
      let export = DetectionExport(model: model, head: head, classCount: classCount)
      finish(export, export.decode(outputs))
      return model.bytes(name: "head", producerVersion: "1", metadata: [:])
    }
  }

  /// The file, run by the importer, gives the boxes and scores of `DetectionHead.candidates`: also with
  /// objectness, and with anchor points outside of the image.
  @Test(arguments: [
    DetectionHead(strides: [8, 16, 32]), DetectionHead(strides: [8, 16, 32], hasObjectness: true),
    DetectionHead(strides: [32, 64]),
  ])
  func theFileDecodesAsTheHeadDoes(head: DetectionHead) throws {
    let (height, width) = (96, 160)
    let outputs = Outputs(head, height: height, width: width, images: 2)
    let bytes = try outputs.file { $0.addPredictions($1, batch: 2) }
    let network = try bytes.withUnsafeBytes { try ONNXReader(path: "head.onnx").network($0) }
    let imported = try ONNXImporter.network(network, path: "head.onnx")
    let (kernels, pool) = (try Kernels(.scalar), ThreadPool(threads: 1))
    let result = try imported.run(
      outputs.tensors.map(\.channelsFirst), kernels: kernels, pool: pool)[0]
    let points = head.strides.reduce(0) {
      $0 + DetectionHead.anchorPoints(along: height, stride: $1)
        * DetectionHead.anchorPoints(along: width, stride: $1)
    }
    let channels = 4 + Self.classCount
    try #require(result.count == 2 * channels * points)
    let session = Session(
      try Plan(
        outputs.graph, inputShapes: outputs.graph.inputs.map { outputs.graph.shapes[$0] },
        mode: .inference, kernels: kernels),
      parameters: ParameterBlock(zeros: outputs.graph.parameterLayout), pool: pool)
    for (view, tensor) in zip(session.inputs, outputs.tensors) { view.copy(from: tensor) }
    session.forward()
    for image in 0..<2 {
      let expected = head.candidates(
        session.outputs, image: image, confidence: 0, classes: nil, isMultiLabel: true)
      try #require(expected.count == points * Self.classCount)
      for (index, candidate) in expected.enumerated() {
        let point = index / Self.classCount
        func value(_ channel: Int) -> Double {
          Double(result[(image * channels + channel) * points + point])
        }
        let (center, size) = (SIMD2(value(0), value(1)), SIMD2(value(2), value(3)))
        let (low, high) = (center - size / 2, center + size / 2)
        let found = SIMD4(low.x, low.y, high.x, high.y)
        let tolerance = 1e-4 * max(1, size.max())
        for corner in 0..<4 { #expect(abs(found[corner] - candidate.box[corner]) <= tolerance) }
        #expect(abs(value(4 + candidate.classIndex) - Double(candidate.score)) <= 1e-6)
      }
    }
  }

  @Test func theOutputsOfNMSAreDeclared() throws {
    let outputs = Outputs(
      DetectionHead(strides: [8, 16, 32]), height: 64, width: 64, images: 2)
    for (batch, extent) in [(2, 2), (nil, -1)] as [(Int?, Int)] {
      let bytes = try outputs.file {
        $0.addDetections(
          $1, .init(confidence: 0.25, iou: 0.5, maximumDetections: 1000), batch: batch)
      }
      let file = try ONNXFile(bytes)
      // No more detections than the 84 anchor points of 64 x 64 pixels.
      #expect(
        file.outputs == [
          "num_detections": [extent], "boxes": [extent, 84, 4], "scores": [extent, 84],
          "classes": [extent, 84],
        ])
      #expect(file.nodes.filter { $0.type == "NonMaxSuppression" }.count == 1)
      #expect(file.constants["decoding/confidenceConstant"]?.values == [0.25])
      #expect(file.constants["decoding/iouConstant"]?.values == [0.5])
    }
  }
}
