@testable import Basics
import Engine
import TestSupport
import Testing

@testable import Networks

/// Smooth everywhere, so that differences have no kinks to step over.
private let smooth = NormStyle(activation: .silu, epsilon: 1e-3, momentum: 0.03)

/// One block, or an assembly of blocks, with an input that fits.
private struct BlockCase: CustomTestStringConvertible, Sendable {
  let name: String
  let input: Shape
  let output: [Shape]
  let build: @Sendable (Value, Scope) -> [Value]

  var testDescription: String { name }

  init(
    _ name: String, _ input: [Int], _ output: [[Int]],
    build: @escaping @Sendable (Value, Scope) -> [Value]
  ) {
    self.name = name
    self.input = Shape(input)
    self.output = output.map { Shape($0) }
    self.build = build
  }

  /// Three maps of one image, as a backbone would make them.
  static func features(_ x: Value, _ scope: Scope) -> BackboneFeatures {
    let fine = scope["a"].convNormActivation(x, 5, kernel: 3, stride: 1, style: smooth)
    let middle = scope["b"].convNormActivation(fine, 6, kernel: 3, stride: 2, style: smooth)
    let coarse = scope["c"].convNormActivation(middle, 7, kernel: 3, stride: 2, style: smooth)
    return BackboneFeatures(stride8: fine, stride16: middle, stride32: coarse)
  }

  private static func head(_ x: Value, _ scope: Scope) -> [Value] {
    let maps = scope["neck"].featurePyramid(features(x, scope["features"]), 6, style: smooth)
    return scope["head"].decoupledHead(
      maps, .decoupled, classCount: 3,
      style: HeadStyle(channels: 6, norm: smooth, isDepthwise: true),
      input: Shape(n: 2, h: 64, w: 64, c: 3))
  }

  static let all: [BlockCase] = [
    BlockCase("conv-norm-activation", [2, 5, 7, 3], [[2, 3, 4, 9]]) { x, scope in
      [scope.convNormActivation(x, 9, kernel: 3, stride: 2, style: smooth)]
    },
    BlockCase("conv-norm-activation, depthwise", [2, 6, 5, 17], [[2, 6, 5, 17]]) { x, scope in
      [scope.convNormActivation(x, 17, kernel: 5, depthwise: true, style: smooth)]
    },
    BlockCase("basic residual", [2, 5, 6, 8], [[2, 5, 6, 8]]) { x, scope in
      [scope.basicResidual(x, 8, style: smooth)]
    },
    BlockCase("basic residual, halving", [2, 5, 6, 4], [[2, 3, 3, 8]]) { x, scope in
      [scope.basicResidual(x, 8, stride: 2, style: smooth)]
    },
    BlockCase("bottleneck", [2, 5, 6, 12], [[2, 5, 6, 12]]) { x, scope in
      [scope.bottleneck(x, 3, style: smooth)]
    },
    BlockCase("bottleneck, halving", [2, 6, 7, 5], [[2, 3, 4, 12]]) { x, scope in
      [scope.bottleneck(x, 3, stride: 2, style: smooth)]
    },
    BlockCase("depthwise separable", [2, 6, 7, 6], [[2, 3, 4, 10]]) { x, scope in
      [scope.depthwiseSeparable(x, 10, kernel: 5, stride: 2, style: smooth)]
    },
    BlockCase("inverted residual", [2, 6, 5, 6], [[2, 6, 5, 6]]) { x, scope in
      [scope.invertedResidual(x, 6, expansion: 3, style: smooth)]
    },
    BlockCase("inverted residual, halving", [2, 6, 5, 6], [[2, 3, 3, 8]]) { x, scope in
      [scope.invertedResidual(x, 8, kernel: 5, stride: 2, style: smooth)]
    },
    BlockCase("pooling pyramid", [2, 7, 8, 6], [[2, 7, 8, 5]]) { x, scope in
      [scope.sppf(x, 5, style: smooth)]
    },
    BlockCase("upsample and join", [2, 4, 6, 5], [[2, 4, 6, 7]]) { x, scope in
      let coarse = scope["coarse"].convNormActivation(x, 3, kernel: 1, stride: 2, style: smooth)
      return [scope["join"].upsampleConcat(coarse, x, 7, style: smooth)]
    },
    BlockCase("pyramid neck", [2, 16, 12, 3], [[2, 16, 12, 6], [2, 8, 6, 6], [2, 4, 3, 6]]) {
      x, scope in
      scope["neck"].featurePyramid(features(x, scope["features"]), 6, style: smooth)
    },
    BlockCase(
      "path aggregation neck", [2, 16, 12, 3], [[2, 16, 12, 6], [2, 8, 6, 6], [2, 4, 3, 6]]
    ) { x, scope in
      scope["neck"].pathAggregation(features(x, scope["features"]), 6, style: smooth)
    },
    BlockCase(
      "head", [2, 16, 12, 3], [[2, 16, 12, 7], [2, 8, 6, 7], [2, 4, 3, 7]], build: head),
  ]
}

extension Shape {
  fileprivate init(_ extents: [Int]) {
    self.init(n: extents[0], h: extents[1], w: extents[2], c: extents[3])
  }
}

extension BackboneFeatures {
  fileprivate var all: [Value] { [stride8, stride16, stride32] }
}

@Suite("Blocks") struct BlockTests {
  @Test("have the shapes of their figures", arguments: BlockCase.all)
  fileprivate func shapes(_ block: BlockCase) {
    let scope = Scope()
    #expect(block.build(scope.input(block.input), scope).map(\.shape) == block.output)
  }

  @Test("have gradients equal to central differences", arguments: BlockCase.all)
  fileprivate func gradients(_ block: BlockCase) throws {
    let worst = try GradientCheck(input: block.input, block.build).worst()
    #expect(worst.error < 5e-4, "the worst is \(worst.place)")
  }

  @Test("compute the same with normalization folded", arguments: BlockCase.all)
  fileprivate func folding(_ block: BlockCase) throws {
    let scope = Scope()
    let graph = scope.finish(outputs: block.build(scope.input(block.input), scope))
    let parameters = ParameterBlock(graph.parameterLayout, seed: 9)
    // Statistics as after some training: otherwise the folding has little to fold.
    var generator = SeededGenerator(seed: 21)
    for entry in parameters.layout.entries where entry.declaration.shape.count == 1 {
      for index in entry.range { parameters.values[index] += generator.uniform(in: 0...0.5) }
    }
    let folded = graph.foldingNormalization(parameters)
    #expect(!folded.graph.nodes.contains { $0.op is BatchNorm })
    let input = Tensor(random: block.input, seed: 4)
    let bench = try Bench()
    for (plain, fast) in try zip(
      bench.outputs(graph, parameters, input),
      bench.outputs(folded.graph, folded.parameters, input))
    {
      #expect(relativeDifference(fast.values, plain.values) < 1e-5)
    }
  }
}
