@testable import Basics
import Foundation
import TestSupport
import Testing

@testable import Engine

/// What single ops promise besides values and gradients.
@Suite struct OpRuleTests {
  private func run(
    _ op: any Op, _ inputs: [Tensor], mode: PlanMode, seed: UInt64 = 0,
    parameters: [String: [Float]] = [:], set: InstructionSet = .scalar
  ) throws -> (output: Tensor, parameters: ParameterBlock) {
    let scope = Scope()
    let values = inputs.map { scope.input($0.shape) }
    let graph = scope.finish(outputs: [scope["op"].apply(op, values)])
    let block = ParameterBlock(graph.parameterLayout, seed: 1)
    for (name, values) in parameters {
      let entry = try #require(graph.parameterLayout["op.\(name)"])
      block.importValues(values, for: entry)
    }
    let session = try Session(
      Plan(graph, inputShapes: inputs.map(\.shape), mode: mode, kernels: Kernels(set)),
      parameters: block, pool: ThreadPool(threads: 1))
    for (view, input) in zip(session.inputs, inputs) { view.copy(from: input) }
    session.forward(seed: seed)
    return (session.outputs[0].tensor(), block)
  }

  private func random(_ n: Int, _ h: Int, _ w: Int, _ c: Int, seed: UInt64 = 1) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let shape = Shape(n: n, h: h, w: w, c: c)
    return Tensor(
      shape: shape, values: (0..<shape.count).map { _ in generator.uniform(in: -1...1) })
  }

  /// A mean of 3000 deviations: a sum of squares less the squared mean would leave nothing, since
  /// 3000^2 * 2^-24 is about half the variance.
  @Test(arguments: InstructionSet.available)
  func normalizationSurvivesALargeMean(_ set: InstructionSet) throws {
    var generator = SeededGenerator(seed: 5)
    let shape = Shape(n: 2, h: 40, w: 40, c: 3)
    let input = Tensor(
      shape: shape, values: (0..<shape.count).map { _ in 3000 + generator.normal() })
    let ops: [any Op] = [
      BatchNorm(channels: 3), GroupNorm(groups: 3, channels: 3), GroupNorm.instance(channels: 3),
    ]
    for (op, images) in zip(ops, [2, 1, 1]) {
      let output = try run(op, [input], mode: .training(), set: set).output
      for group in stride(from: 0, to: 2, by: images) {
        for channel in 0..<3 {
          let places = (group * 1600..<(group + images) * 1600).map { $0 * 3 + channel }
          let values = places.map { Double(input.values[$0]) }
          let mean = values.reduce(0, +) / Double(values.count)
          let variance =
            values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
          let error = largestDifference(
            places.map { output.values[$0] },
            values.map { ($0 - mean) / (variance + 1e-5).squareRoot() })
          // The rounding of mean * scale alone is 3000 * 2^-24 = 2e-4.
          #expect(error < 1e-3, "\(op.kind)")
        }
      }
    }
  }

  /// Momentum 0.1 from 0 and 1; values 1, 2, 3, 6 have mean 3, squared deviations 14 and so the
  /// unbiased variance 14 / 3.
  @Test func batchNormMovesItsRunningStatistics() throws {
    let input = Tensor(shape: Shape(n: 1, h: 2, w: 2, c: 1), values: [1, 2, 3, 6])
    func statistics(_ op: BatchNorm, _ mode: PlanMode) throws -> [Float] {
      let block = try run(op, [input], mode: mode).parameters
      return try ["op.running_mean", "op.running_var"].map {
        block.exported(try #require(block.layout[$0])).values[0]
      }
    }
    let moved = try statistics(BatchNorm(channels: 1), .training())
    #expect(abs(moved[0] - 0.3) < 1e-6)
    #expect(abs(moved[1] - (0.9 + 1.4 / 3)) < 1e-6)
    #expect(try statistics(BatchNorm(channels: 1), .inference) == [0, 1])
    #expect(try statistics(BatchNorm(channels: 1, frozen: true), .training()) == [0, 1])
  }

  /// (x - 2) / sqrt(4 + 0) * 3 + 1 at x = 6: 7.
  @Test func batchNormInfersWithRunningStatistics() throws {
    let input = Tensor(shape: Shape(n: 1, h: 1, w: 1, c: 1), values: [6])
    let output = try run(
      BatchNorm(channels: 1, epsilon: 0), [input], mode: .inference,
      parameters: ["weight": [3], "bias": [1], "running_mean": [2], "running_var": [4]]
    ).output
    #expect(output.values == [7])
  }

  @Test(arguments: InstructionSet.available)
  func dropoutDropsItsShare(_ set: InstructionSet) throws {
    let shape = Shape(n: 1, h: 100, w: 100, c: 10)
    let ones = Tensor(shape: shape, values: [Float](repeating: 1, count: shape.count))
    let op = Dropout(rate: 0.3)
    let first = try run(op, [ones], mode: .training(), seed: 1, set: set).output
    let again = try run(op, [ones], mode: .training(), seed: 1, set: set).output
    let other = try run(op, [ones], mode: .training(), seed: 2, set: set).output
    #expect(first == again)
    // Each value is 0 or 1 / 0.7; of 100,000, 30,000 fall, with a deviation of 145.
    #expect(first.values.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-6 })
    #expect(abs(first.values.filter { $0 == 0 }.count - 30_000) < 725)
    // Two independent masks differ in 2 * 0.3 * 0.7 = 42 % of the places.
    let changed = zip(first.values, other.values).filter { $0 != $1 }.count
    #expect(abs(changed - 42_000) < 800)
    // Neighbors are independent: both fall in 9 % of the places.
    let pairs = zip(first.values, first.values.dropFirst()).filter { $0 == 0 && $1 == 0 }.count
    #expect(abs(pairs - 9_000) < 500)
    #expect(try run(op, [ones], mode: .inference, set: set).output == ones)
  }

  @Test func flattenKeepsTheOrder() throws {
    let input = random(2, 3, 4, 5)
    let output = try run(Flatten(), [input], mode: .inference).output
    #expect(output.shape == Shape(n: 2, h: 1, w: 1, c: 60))
    #expect(output.values == input.values)
  }

  /// Large arguments neither overflow nor lose the sum.
  @Test(arguments: InstructionSet.available)
  func softmaxTakesLargeValues(_ set: InstructionSet) throws {
    let shape = Shape(n: 1, h: 1, w: 1, c: 3)
    let input = Tensor(shape: shape, values: [1000, 1000, -1000])
    let output = try run(Softmax(), [input], mode: .inference, set: set).output
    #expect(output.values[0] == 0.5 && output.values[1] == 0.5)
    // e^-2000 is 0; the kernels stop at e^-87.3 = 1.2e-38.
    #expect(output.values[2] >= 0 && output.values[2] < 1e-37)
  }

  /// 2x2 windows of 1 2 / 3 4 and 8 7 / 6 5: the largest lie at the lower right and upper left.
  @Test func unpoolingPutsValuesWhereTheLargestWere() throws {
    let reference = Tensor(
      shape: Shape(n: 1, h: 2, w: 4, c: 1), values: [1, 2, 8, 7, 3, 4, 6, 5])
    let values = Tensor(shape: Shape(n: 1, h: 1, w: 2, c: 1), values: [10, 20])
    for mode in [PlanMode.inference, .training()] {
      let output = try run(
        MaxUnpool(MaxPool(kernel: 2)), [values, reference], mode: mode
      ).output
      #expect(output.values == [0, 0, 20, 0, 0, 10, 0, 0])
    }
  }

  @Test func shapesThatDoNotFitAreRefused() {
    let shape = Shape(n: 1, h: 4, w: 6, c: 3)
    let cases: [(any Op, [Shape])] = [
      (BatchNorm(channels: 4), [shape]), (LayerNorm(channels: 4), [shape]),
      (GroupNorm(groups: 2, channels: 4), [shape]), (GroupNorm.instance(channels: 4), [shape]),
      (Convolution.linear(4, 2), [shape]), (MaxPool(kernel: 5), [shape]),
      (AveragePool(kernel: 5), [shape]),
      (Add(), [shape, shape.with(c: 4)]), (Add(), [shape]),
      (Multiply(), [shape, shape.with(c: 4)]),
      (Multiply(), [shape, Shape(n: 2, h: 1, w: 1, c: 3)]),
      (Concat(), [shape, Shape(n: 1, h: 4, w: 5, c: 3)]),
      (MaxUnpool(MaxPool(kernel: 2)), [shape, shape]),
    ]
    for (op, inputs) in cases {
      #expect(throws: EngineError.self, "\(op.kind)") { try op.outputShape(inputs) }
    }
  }

  /// Parameters that a file may hold, of which no op can be made, and missing inputs.
  @Test func parametersThatNoOpCanHaveAreRefused() {
    let shape = Shape(n: 1, h: 4, w: 6, c: 4)
    let cases: [(any Op, [Shape])] = [
      (Convolution(4, 6, kernel: 3, groups: 0), [shape]),
      (Convolution(4, 6, kernel: 3, groups: 4), [shape]),
      (Convolution(4, 6, kernel: 0), [shape]), (Convolution(4, 6, kernel: 13), [shape]),
      (Convolution(4, 6, kernel: 3, stride: 0), [shape]),
      (Convolution(4, 6, kernel: 3, padding: -1), [shape]),
      (Convolution(4, 6, kernel: 3, dilation: .init(1 << 40)), [shape]),
      (Convolution(4, 6, kernel: 9, padding: 0), [shape]),
      (TransposedConvolution(4, 6, kernel: 3, stride: 2, outputPadding: -1), [shape]),
      (MaxPool(kernel: 2, stride: 0), [shape]), (MaxPool(kernel: 2, padding: 2), [shape]),
      (AveragePool(kernel: 0), [shape]), (AveragePool.adaptive(0), [shape]),
      (AveragePool.adaptive(.init(1 << 40)), [shape]),
      (NearestUpsample(factor: 0), [shape]), (BilinearUpsample(factor: -2), [shape]),
      (Dropout(rate: 1), [shape]), (Dropout(rate: .nan), [shape]),
      (GroupNorm(groups: 3, channels: 4), [shape]), (GroupNorm(groups: 0, channels: 4), [shape]),
      (Softmax(), []), (Concat(), []), (Flatten(), [shape, shape]),
      (MaxUnpool(MaxPool(kernel: 2)), []),
    ]
    for (op, inputs) in cases {
      #expect(throws: EngineError.self, "\(op.kind)") { try op.outputShape(inputs) }
    }
  }

  /// The graph stays as it was, and the error has the node's name.
  @Test func aScopeRefusesWhatDoesNotFit() throws {
    let scope = Scope()
    let input = scope.input(Shape(n: 1, h: 4, w: 6, c: 3))
    #expect {
      _ = try scope["first"].append(Convolution(4, 6, kernel: 3), [input])
    } throws: {
      "\($0)".hasPrefix("first: ")
    }
    _ = try scope["first"].append(Softmax(), [input])
    #expect(throws: EngineError.self) { _ = try scope["first"].append(Softmax(), [input]) }
    #expect(scope.finish(outputs: [input]).nodes.count == 1)
  }

  @Test func shapesFromFilesAreChecked() throws {
    #expect(try Shape.checked(n: 1, h: 2, w: 3, c: 4) == Shape(n: 1, h: 2, w: 3, c: 4))
    for extents in [[0, 1, 1, 1], [1, -1, 1, 1], [1, 1 << 30, 1 << 30, 1 << 30]] {
      #expect(throws: EngineError.self) {
        try Shape.checked(n: extents[0], h: extents[1], w: extents[2], c: extents[3])
      }
    }
  }
}
