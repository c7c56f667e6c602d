import Engine
import Foundation
import TestSupport
import Testing

@testable import Networks

/// What PyTorch computed: `Golden/resnet.json`, written by `Golden/make_resnet.py`.
private struct ResNetRecord: Decodable, CustomTestStringConvertible, Sendable {
  let network: String
  let input: [Int]
  let parameters: [String: [Int]]
  /// Every 401st value of the maps at strides 8, 16 and 32.
  let features: [[Float]]
  let meanMagnitudes: [Double]
  /// Of the second image.
  let logits: [Float]

  var testDescription: String { network }

  static func all() throws -> [ResNetRecord] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/resnet.json")
    return try JSONDecoder().decode([ResNetRecord].self, from: Data(contentsOf: file))
  }

  var backbone: ResNet? {
    ["resnet18": .resnet18, "resnet34": .resnet34, "resnet50": .resnet50][network]
  }
}

@Suite("ResNets against PyTorch") struct ResNetGoldenTests {
  @Test("18, 34 and 50 layers: names, features and logits", arguments: try ResNetRecord.all())
  fileprivate func forward(_ record: ResNetRecord) throws {
    let backbone = try #require(record.backbone)
    let scope = Scope()
    let shape = Shape(
      n: record.input[0], h: record.input[1], w: record.input[2], c: record.input[3])
    let features = backbone(scope.input(shape), scope)
    let logits = ResNetClassifier(backbone: backbone).head(features, scope)
    let graph = scope.finish(
      outputs: [features.stride8, features.stride16, features.stride32, logits])

    // The public names and shapes, neither one more nor one less.
    let parameters = ParameterBlock(zeros: graph.parameterLayout)
    let found = parameters.layout.entries.map { ($0.name, parameters.exported($0).shape) }
    #expect(Dictionary(uniqueKeysWithValues: found) == record.parameters)

    GoldenNumbers.fill(parameters)
    let input = Tensor(shape: shape, values: GoldenNumbers.of("input", shape.count, -2, 2))
    let bench = try Bench(threads: 2)
    let folded = graph.foldingNormalization(parameters)
    for (network, weights) in [(graph, parameters), (folded.graph, folded.parameters)] {
      let outputs = try bench.outputs(network, weights, input)
      for (map, (samples, magnitude)) in zip(
        outputs, zip(record.features, record.meanMagnitudes))
      {
        let every401st = stride(from: 0, to: map.values.count, by: 401).map { map.values[$0] }
        #expect(relativeDifference(every401st, samples) < 1e-4)
        let mean =
          map.values.reduce(0.0) { $0 + abs(Double($1)) } / Double(map.values.count)
        #expect(abs(mean / magnitude - 1) < 1e-4)
      }
      #expect(relativeDifference(outputs[3].values.suffix(1000), record.logits) < 1e-4)
    }
  }

  @Test("a classifier ends in its logits")
  func classifier() {
    let scope = Scope()
    let logits = ResNetClassifier(backbone: .resnet18, classCount: 7)(
      scope.input(Shape(n: 2, h: 64, w: 32, c: 3)), scope)
    #expect(logits.shape == Shape(n: 2, h: 1, w: 1, c: 7))
    // 11,689,512 parameters with 1000 classes (torchvision's table of models), less 993 of the 1000
    // rows of 512 weights and a bias.
    let layout = scope.finish(outputs: [logits]).parameterLayout
    #expect(layout.trainable.count == 11_689_512 - 993 * 513)
  }
}
