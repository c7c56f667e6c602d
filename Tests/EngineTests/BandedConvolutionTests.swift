import TestSupport
import Testing

@testable import Basics
@testable import Engine

/// Convolutions joined with their batch normalizations against separate ones: the same network with
/// the same values, forward and backward. Expected values are those of the separate ops, which have
/// gradient checks of their own.
@Suite struct BandedConvolutionTests {
  /// A convolution in the middle of a network, with the shape of its input.
  struct Case: CustomTestStringConvertible, Sendable {
    let convolution: Convolution
    let input: Shape

    init(_ convolution: Convolution, _ n: Int, _ h: Int, _ w: Int) {
      self.convolution = convolution
      input = Shape(n: n, h: h, w: w, c: convolution.geometry.inputChannels)
    }

    var testDescription: String { "\(convolution.kind), \(input)" }
  }

  static let cases = [
    Case(Convolution(16, 24, kernel: 1), 3, 5, 7),
    Case(Convolution(7, 5, kernel: 1), 1, 1, 1),
    // Several bands and parts per image.
    Case(Convolution(40, 70, kernel: 1), 2, 90, 61),
    Case(Convolution(12, 12, kernel: 3, groups: 12), 2, 9, 8),
    Case(Convolution(33, 33, kernel: 5, groups: 33), 2, 70, 52),
    Case(Convolution(32, 32, kernel: 3, stride: 2, groups: 32), 3, 13, 11),
    Case(Convolution(64, 64, kernel: 5, stride: 2, groups: 64), 2, 64, 50),
    Case(Convolution(20, 20, kernel: 3, dilation: 2, groups: 20), 1, 10, 9),
    Case(Convolution(10, 10, kernel: 3, padding: 0, groups: 10), 1, 7, 9),
    Case(Convolution(6, 16, kernel: 3, stride: 2), 2, 14, 15),
    Case(Convolution(8, 12, kernel: Extent(h: 3, w: 5), stride: Extent(h: 2, w: 1)), 2, 11, 12),
    Case(Convolution(12, 18, kernel: 3, stride: 2, groups: 3), 1, 9, 9),
    Case(Convolution(9, 8, kernel: 2, stride: 2, padding: 0), 2, 9, 8),
    Case(Convolution(9, 8, kernel: 1, stride: 2, padding: 0), 2, 9, 8),
    // The kernel is as large as the image.
    Case(Convolution(16, 16, kernel: 7, groups: 16), 1, 4, 3),
  ]

  /// The network: a first convolution, whose normalization is pending for the one under test; its
  /// own output has two readers, or leaves the network so that it is stored.
  private static func graph(_ test: Case, stores: Bool) -> Graph {
    let scope = Scope()
    let input = scope.input(test.input.with(c: 4))
    let first = normalized(scope["first"], Convolution(4, test.input.c, kernel: 1), input)
    let middle = normalized(scope["middle"], test.convolution, first)
    let left = scope["left"].apply(
      Convolution(middle.shape.c, 6, kernel: 1, bias: true), middle)
    // Residual blocks, whose gradients are shared.
    var right = normalized(scope["right"], Convolution(middle.shape.c, 5, kernel: 1), middle)
    for block in 0..<2 {
      let inner = normalized(scope["block"][block], Convolution(5, 5, kernel: 3, groups: 5), right)
      let outer = normalized(scope["outer"][block], Convolution(5, 5, kernel: 1), inner)
      right = scope["add"][block].apply(Add(), right, outer)
    }
    // The producer of one of the sum's inputs reads the other.
    let twice = normalized(scope["twice"], Convolution(5, 5, kernel: 1), right)
    right = scope["sum"].apply(Add(), twice, right)
    right = scope["last"].apply(ActivationOp(.silu), right)
    return scope.finish(outputs: stores ? [left, right, middle] : [left, right])
  }

  private static func normalized(
    _ scope: Scope, _ convolution: Convolution, _ input: Value
  ) -> Value {
    let result = scope["conv"].apply(convolution, input)
    return scope["bn"].apply(
      BatchNorm(channels: result.shape.c, activation: .hardSwish), result)
  }

  /// Outputs, gradients and parameters after a step.
  private struct Step {
    var outputs: [Tensor]
    var inputGradients: [Tensor]
    var parameterGradients: [Float]
    var parameters: [Float]
  }

  private func step(
    _ graph: Graph, _ kernels: Kernels, joins: Bool, threads: Int
  ) throws -> Step {
    let plan = try Plan(
      graph, inputShapes: graph.inputs.map { graph.shapes[$0] },
      mode: .training(inputGradients: true), kernels: kernels, isOptimized: joins)
    #expect(
      plan.graph.nodes.contains { $0.op is BatchNorm } != joins, "all normalizations are joined")
    var generator = SeededGenerator(seed: 5)
    let parameters = ParameterBlock(zeros: graph.parameterLayout)
    for index in parameters.values.indices {
      parameters.values[index] = generator.uniform(in: 0.1...1) - (index % 3 == 0 ? 1 : 0)
    }
    let session = Session(plan, parameters: parameters, pool: ThreadPool(threads: threads))
    func random(_ view: View) -> Tensor {
      Tensor(
        shape: view.shape, values: (0..<view.shape.count).map { _ in generator.uniform(in: -1...1) }
      )
    }
    for view in session.inputs { view.copy(from: random(view)) }
    session.forward()
    let outputs = session.outputs.map { $0.tensor() }
    for view in session.outputGradients { view.copy(from: random(view)) }
    session.gradients?.values.update(repeating: 0)
    session.backward()
    return Step(
      outputs: outputs, inputGradients: session.inputGradients.map { $0.tensor() },
      parameterGradients: session.gradients.map { Array($0.values) } ?? [],
      parameters: Array(parameters.values))
  }

  @Test(arguments: cases, [false, true])
  func joinedOpsAgreeWithSeparateOnes(_ test: Case, _ stores: Bool) throws {
    let graph = Self.graph(test, stores: stores)
    for set in InstructionSet.available {
      for precision in Precision.allCases {
        guard let kernels = try? Kernels(set, precision: precision) else { continue }
        let expected = try step(graph, kernels, joins: false, threads: 1)
        let found = try step(graph, kernels, joins: true, threads: 2)
        // Sums over pixels are taken in another order; in bfloat16 a rounding of 2^-9 is amplified
        // by the normalizations.
        let tolerance = precision == .f32 ? 2e-4 : 0.1
        for (a, b) in zip(found.outputs, expected.outputs) {
          #expect(relativeDifference(a.values, b.values) < tolerance, "outputs, \(kernels)")
        }
        for (a, b) in zip(found.inputGradients, expected.inputGradients) {
          #expect(relativeDifference(a.values, b.values) < tolerance, "inputs, \(kernels)")
        }
        for entry in graph.parameterLayout.entries {
          let a = Array(found.parameterGradients[entry.range])
          let b = Array(expected.parameterGradients[entry.range])
          #expect(relativeDifference(a, b) < tolerance, "gradient of \(entry.name), \(kernels)")
        }
        #expect(
          relativeDifference(found.parameters, expected.parameters) < tolerance, "\(kernels)")
      }
    }
  }

  /// The partition of sums depends on shapes alone.
  @Test(arguments: cases)
  func threadsDoNotMatter(_ test: Case) throws {
    let kernels = try Kernels(InstructionSet.chosen())
    let graph = Self.graph(test, stores: false)
    let one = try step(graph, kernels, joins: true, threads: 1)
    let three = try step(graph, kernels, joins: true, threads: 3)
    #expect(one.outputs == three.outputs)
    #expect(one.inputGradients == three.inputGradients)
    #expect(one.parameterGradients == three.parameterGradients)
    #expect(one.parameters == three.parameters)
  }
}
