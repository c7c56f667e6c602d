import Foundation
import TestSupport
import Testing

@testable import Engine
@testable import Networks

/// What PyTorch computed: `Golden/unet.json`, written by `Golden/make_unet.py`.
private struct UNetRecord: Decodable {
  let width: Int
  let classes: Int
  let input: [Int]
  let parameters: [String: [Int]]
  /// Every 7th value, in inference.
  let logits: [Float]
  /// The same in training.
  let trainingLogits: [Float]
  /// The first values of each parameter's gradient.
  let gradients: [String: [Float]]

  init() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/unet.json")
    self = try JSONDecoder().decode(UNetRecord.self, from: Data(contentsOf: file))
  }
}

@Suite("U-Net against PyTorch") struct UNetGoldenTests {
  private let record: UNetRecord
  private let graph: Graph
  private let parameters: ParameterBlock
  private let input: Tensor

  init() throws {
    record = try UNetRecord()
    let shape = Shape(
      n: record.input[0], h: record.input[1], w: record.input[2], c: record.input[3])
    let scope = Scope()
    let logits = UNet(classCount: record.classes, width: record.width)(scope.input(shape), scope)
    graph = scope.finish(outputs: [logits])
    parameters = ParameterBlock(zeros: graph.parameterLayout)
    GoldenNumbers.fill(parameters)
    input = Tensor(shape: shape, values: GoldenNumbers.of("input", shape.count, -2, 2))
  }

  private func every7th(_ values: [Float]) -> [Float] {
    stride(from: 0, to: values.count, by: 7).map { values[$0] }
  }

  @Test("the public names and shapes, neither one more nor one less")
  func names() {
    let found = parameters.layout.entries.map { ($0.name, parameters.exported($0).shape) }
    #expect(Dictionary(uniqueKeysWithValues: found) == record.parameters)
  }

  @Test("logits, with normalization folded and not")
  func forward() throws {
    let bench = try Bench(threads: 2)
    let folded = graph.foldingNormalization(parameters)
    for (network, weights) in [(graph, parameters), (folded.graph, folded.parameters)] {
      let output = try bench.outputs(network, weights, input)[0]
      #expect(relativeDifference(every7th(output.values), record.logits) < 1e-4)
    }
  }

  @Test("a training step: logits and the gradients of all parameters")
  func backward() throws {
    let session = try Bench(threads: 2).session(graph, parameters, mode: .training())
    session.inputs[0].copy(from: input)
    session.forward()
    let output = session.outputs[0].tensor()
    #expect(relativeDifference(every7th(output.values), record.trainingLogits) < 1e-4)
    let slope = GoldenNumbers.of("slope", output.shape.count, -1, 1)
    session.outputGradients[0].copy(from: Tensor(shape: output.shape, values: slope))
    session.backward()
    let gradients = try #require(session.gradients)
    for entry in gradients.layout.entries where entry.declaration.kind != .statistic {
      let expected = try #require(record.gradients[entry.name])
      let found = gradients.exported(entry).values.prefix(16)
      #expect(relativeDifference(found, expected) < 1e-3, "\(entry.name)")
    }
  }

  @Test("folded, nothing but convolutions, pools and joins is left, and no join copies")
  func folding() throws {
    let folded = graph.foldingNormalization(parameters).graph
    let kinds = Set(folded.nodes.map(\.op.kind))
    #expect(
      kinds == ["conv 3x3", "conv 1x1", "max pool 2x2", "transposed conv 2x2 x2", "concat"])
    let slices = SharedStorage(graph: folded, shapes: folded.shapes)
    for node in folded.nodes where node.op is Concat {
      #expect(node.inputs.allSatisfy { slices.activations.root($0).value == node.output })
    }
  }
}
