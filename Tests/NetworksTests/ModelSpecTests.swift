import Engine
import Foundation
import TestSupport
import Testing

@testable import Networks

@Suite("Model catalog") struct ModelSpecTests {
  /// At the default size, for 20 classes or one mask: what the catalog promises, within a twentieth.
  private static let sizes: [(String, classes: Int, parameters: Double, gflop: Double)] = [
    ("compact-n", 20, 0.52e6, 0.6), ("compact", 20, 1.0e6, 1.3), ("compact-m", 20, 3.05e6, 3.0),
    ("resnet18", 20, 12.5e6, 16), ("resnet50", 20, 25.2e6, 32),
    ("unet", 1, 31.0e6, 96), ("unet-s", 1, 1.94e6, 6.1), ("unet-resnet18", 1, 14.3e6, 11),
    ("resnet18-cls", 1000, 11.7e6, 3.6),
  ]

  @Test("parameters and work are as promised", arguments: sizes)
  func size(_ name: String, classes: Int, parameters: Double, gflop: Double) throws {
    let spec = try #require(ModelCatalog[name])
    let size = spec.defaultSize.largest
    let graph = spec.graph(
      classCount: classes, input: Shape(n: 1, h: size.height, w: size.width, c: 3))
    let found = Double(graph.parameterLayout.trainable.count)
    #expect(abs(found / parameters - 1) < 0.05, "\(found) parameters")
    #expect(abs(graph.flops / 1e9 / gflop - 1) < 0.05, "\(graph.flops / 1e9) GFLOP")
  }

  @Test(
    "outputs have 4 + classes channels, one a stride", arguments: ModelCatalog.names(.detection))
  func outputs(_ name: String) throws {
    let graph = try #require(ModelCatalog[name]).graph(
      classCount: 3, input: Shape(n: 2, h: 96, w: 64, c: 3))
    #expect(
      graph.outputs.map { graph.shapes[$0] } == [
        Shape(n: 2, h: 12, w: 8, c: 7), Shape(n: 2, h: 6, w: 4, c: 7),
        Shape(n: 2, h: 3, w: 2, c: 7),
      ])
  }

  @Test("a segmenter's output has the input's size, a channel a class and one for the background")
  func maskOutput() {
    for (classes, head, channels) in [
      (1, nil, 1), (3, nil, 4), (3, .segmentation(SegmentationHead(.sigmoid)), 3),
    ] as [(Int, Head?, Int)] {
      let graph = ModelSpec.unet.graph(
        classCount: classes, input: Shape(n: 2, h: 64, w: 32, c: 2), head: head)
      #expect(graph.outputs.map { graph.shapes[$0] } == [Shape(n: 2, h: 64, w: 32, c: channels)])
    }
  }

  @Test("a ResNet detector takes the public backbone's names behind a prefix")
  func backboneNames() {
    let detector = ModelSpec.resnet18.graph(
      classCount: 2, input: Shape(n: 1, h: 64, w: 64, c: 3))
    let classifier = ModelSpec.resnet18Classifier.graph(
      classCount: 1000, input: Shape(n: 1, h: 64, w: 64, c: 3))
    #expect(
      classifier.outputs.map { classifier.shapes[$0] } == [Shape(n: 1, h: 1, w: 1, c: 1000)])
    let names = classifier.parameterLayout.entries.map(\.name)
    let layout = detector.parameterLayout
    #expect(
      names.filter { layout["backbone.\($0)"] == nil } == ["fc.weight", "fc.bias"])
  }

  @Test("an untrained detector expects few objects, and boxes of four strides")
  func beginning() throws {
    let shape = Shape(n: 1, h: 64, w: 64, c: 3)
    let graph = ModelSpec.compact.graph(classCount: 4, input: shape)
    let outputs = try Bench().outputs(
      graph, ParameterBlock(graph.parameterLayout, seed: 1), Tensor(random: shape, seed: 2))
    for (output, side) in zip(outputs, [8, 4, 2]) {
      // YOLOv8's prior: 5 objects among side * side cells and 4 classes, so the bias of each logit
      // is log(5 / (4 * side * side)): -3.94 at side 8, -2.55 at 4, -1.16 at 2. The last weights are
      // small, so logits lie near it. Box codes lie near (0, 0, log 4, log 4).
      let bias = Float(log(5 / (4 * Double(side * side))))
      for pixel in 0..<side * side {
        let cell = output.values[pixel * 8..<pixel * 8 + 8]
        #expect(zip(cell, [0, 0, 1.386, 1.386]).allSatisfy { abs($0 - $1) < 0.5 })
        #expect(cell.suffix(4).allSatisfy { abs($0 - bias) < 0.5 })
      }
    }
  }

  @Test("outputs do not depend on the number of threads", arguments: ModelCatalog.all.map(\.name))
  func threads(_ name: String) throws {
    let shape = Shape(n: 1, h: 96, w: 96, c: 3)
    let graph = try #require(ModelCatalog[name]).graph(classCount: 2, input: shape)
    let (folded, parameters) = graph.foldingNormalization(
      ParameterBlock(graph.parameterLayout, seed: 4))
    let input = Tensor(random: shape, seed: 5)
    let one = try Bench(threads: 1).outputs(folded, parameters, input)
    for threads in [2, 3] {
      #expect(try Bench(threads: threads).outputs(folded, parameters, input) == one)
    }
  }
}
