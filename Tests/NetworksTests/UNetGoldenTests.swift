import Foundation
import TestSupport
import Testing

@testable import Engine
@testable import Networks

/// What PyTorch computed: `Golden/unet.json`, written by `Golden/make_unet.py`.
private struct UNetRecord: Decodable, CustomTestStringConvertible, Sendable {
  let network: String
  let classes: Int
  let input: [Int]
  let parameters: [String: [Int]]
  /// Every 7th value of each output, in inference.
  let logits: [[Float]]
  /// The same in training.
  let trainingLogits: [[Float]]
  /// The first values of each parameter's gradient.
  let gradients: [String: [Float]]

  var testDescription: String { network }

  static func all() throws -> [UNetRecord] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/unet.json")
    return try JSONDecoder().decode([UNetRecord].self, from: Data(contentsOf: file))
  }

  /// Appends the network.
  func outputs(_ x: Value, _ scope: Scope) -> [Value]? {
    var unet = UNet(logitCount: classes, width: 4)
    switch network {
    case "unet": break
    case "bilinear": (unet.levels, unet.upsampling) = (3, .bilinear)
    case "nearest": (unet.levels, unet.upsampling) = (2, .nearest)
    case "instance": (unet.levels, unet.norm) = (2, .instance)
    case "valid": (unet.levels, unet.isPadded) = (2, false)
    case "auxiliary": (unet.levels, unet.auxiliaryOutputs) = (3, 2)
    case "resnet18": return ResNetUNet(encoder: .resnet18, logitCount: classes)(x, scope)
    default: return nil
    }
    return unet(x, scope)
  }
}

/// A network of the file with its parameters and input.
private struct UNetFixture {
  let graph: Graph
  let parameters: ParameterBlock
  let input: Tensor

  init(_ record: UNetRecord) throws {
    let shape = Shape(
      n: record.input[0], h: record.input[1], w: record.input[2], c: record.input[3])
    let scope = Scope()
    graph = scope.finish(
      outputs: try #require(record.outputs(scope.input(shape), scope)))
    parameters = ParameterBlock(zeros: graph.parameterLayout)
    GoldenNumbers.fill(parameters)
    input = Tensor(shape: shape, values: GoldenNumbers.of("input", shape.count, -2, 2))
  }

  func every7th(_ values: [Float]) -> [Float] {
    stride(from: 0, to: values.count, by: 7).map { values[$0] }
  }
}

@Suite("U-Nets against PyTorch") struct UNetGoldenTests {
  @Test(
    "the public names and shapes, neither one more nor one less", arguments: try UNetRecord.all())
  fileprivate func names(_ record: UNetRecord) throws {
    let parameters = try UNetFixture(record).parameters
    let found = parameters.layout.entries.map { ($0.name, parameters.exported($0).shape) }
    #expect(Dictionary(uniqueKeysWithValues: found) == record.parameters)
  }

  @Test("logits, with normalization folded and not", arguments: try UNetRecord.all())
  fileprivate func forward(_ record: UNetRecord) throws {
    let fixture = try UNetFixture(record)
    let bench = try Bench(threads: 2)
    let folded = fixture.graph.foldingNormalization(fixture.parameters)
    for (network, weights) in [
      (fixture.graph, fixture.parameters), (folded.graph, folded.parameters),
    ] {
      let outputs = try bench.outputs(network, weights, fixture.input)
      #expect(outputs.count == record.logits.count)
      for (output, expected) in zip(outputs, record.logits) {
        #expect(relativeDifference(fixture.every7th(output.values), expected) < 1e-4)
      }
    }
  }

  @Test(
    "a training step: logits and the gradients of all parameters", arguments: try UNetRecord.all())
  fileprivate func backward(_ record: UNetRecord) throws {
    let fixture = try UNetFixture(record)
    let session = try Bench(threads: 2).session(
      fixture.graph, fixture.parameters, mode: .training())
    session.inputs[0].copy(from: fixture.input)
    session.forward()
    for (index, expected) in record.trainingLogits.enumerated() {
      let output = session.outputs[index].tensor()
      #expect(relativeDifference(fixture.every7th(output.values), expected) < 1e-4)
      let slope = GoldenNumbers.of("slope", output.shape.count, -1, 1)
      session.outputGradients[index].copy(from: Tensor(shape: output.shape, values: slope))
    }
    session.backward()
    let gradients = try #require(session.gradients)
    for entry in gradients.layout.entries where entry.declaration.kind != .statistic {
      let expected = try #require(record.gradients[entry.name])
      let found = gradients.exported(entry).values.prefix(16)
      // The ResNet's last stage has 12 values per channel, whose statistics amplify rounding. Without
      // padding, biases before a normalization have no effect: the floor is for rounding.
      let tolerance = record.network == "resnet18" ? 2e-2 : 1e-3
      #expect(relativeDifference(found, expected, floor: 1e-2) < tolerance, "\(entry.name)")
    }
  }

  @Test("without padding 572 pixels give 388, as in the paper")
  func valid() {
    let scope = Scope()
    let output = UNet(logitCount: 2, width: 2, isPadded: false)(
      scope.input(Shape(n: 1, h: 572, w: 572, c: 1)), scope)[0]
    #expect(output.shape == Shape(n: 1, h: 388, w: 388, c: 2))
    // The margins of the skip connections: (64 - 56) / 2 and so on down to (568 - 392) / 2.
    let margins = scope.finish(outputs: [output]).nodes.compactMap { ($0.op as? Crop)?.margin.h }
    #expect(margins == [4, 16, 40, 88])
  }

  @Test("folded, nothing but convolutions, pools and joins is left, and no join copies")
  func folding() throws {
    let record = try #require(UNetRecord.all().first { $0.network == "unet" })
    let fixture = try UNetFixture(record)
    let folded = fixture.graph.foldingNormalization(fixture.parameters).graph
    let kinds = Set(folded.nodes.map(\.op.kind))
    #expect(
      kinds == ["conv 3x3", "conv 1x1", "max pool 2x2", "transposed conv 2x2 x2", "concat"])
    let slices = SharedStorage(graph: folded, shapes: folded.shapes)
    for node in folded.nodes where node.op is Concat {
      #expect(node.inputs.allSatisfy { slices.activations.root($0).value == node.output })
    }
  }
}
