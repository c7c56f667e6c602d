import TestSupport
import Testing

@testable import Basics
@testable import Engine

/// Training steps of a network whose first layers are frozen.
@Suite struct FreezingTests {
  private static let shape = Shape(n: 2, h: 14, w: 12, c: 4)
  /// Learned parameters of the first two blocks.
  private static let frozen: Set<String> = Set(
    ["stem", "body"].flatMap { ["\($0).conv.weight", "\($0).bn.weight", "\($0).bn.bias"] })

  /// Two blocks and a head that reads both of them, so that one input of its concatenation and of its
  /// sum has no gradient.
  ///
  /// - Parameter isFixed: Whether the first two normalizations always use running statistics.
  private static func graph(isFixed: Bool) -> Graph {
    let scope = Scope()
    func block(
      _ scope: Scope, _ convolution: Convolution, _ input: Value, isFixed: Bool = false
    ) -> Value {
      let result = scope["conv"].apply(convolution, input)
      return scope["bn"].apply(
        BatchNorm(channels: result.shape.c, activation: .silu, frozen: isFixed), result)
    }
    let input = scope.input(shape)
    let stem = block(scope["stem"], Convolution(4, 8, kernel: 3), input, isFixed: isFixed)
    let body = block(
      scope["body"], Convolution(8, 8, kernel: 3, groups: 8), stem, isFixed: isFixed)
    let neck = block(scope["neck"], Convolution(8, 8, kernel: 1), body)
    let sum = scope["sum"].apply(Add(), stem, neck)
    let joined = scope["joined"].apply(Concat(), sum, body)
    let head = block(scope["head"], Convolution(16, 16, kernel: 3), joined)
    let output = scope["output"].apply(Convolution(16, 3, kernel: 1, bias: true), head)
    return scope.finish(outputs: [output])
  }

  private struct Step {
    var outputs: [Tensor]
    var gradients: ParameterBlock
    var parameters: ParameterBlock
  }

  private static func start(_ graph: Graph) -> ParameterBlock {
    let parameters = ParameterBlock(graph.parameterLayout, seed: 3)
    for entry in graph.parameterLayout.entries where entry.declaration.kind == .statistic {
      for place in entry.range { parameters.values[place] = 0.5 + Float(place % 7) / 8 }
    }
    return parameters
  }

  private func step(_ graph: Graph, _ kernels: Kernels, isOptimized: Bool = true) throws -> Step {
    let plan = try Plan(
      graph, inputShapes: [Self.shape], mode: .training(), kernels: kernels,
      isOptimized: isOptimized)
    let parameters = Self.start(graph)
    let session = Session(plan, parameters: parameters, pool: ThreadPool(threads: 2))
    session.inputs[0].copy(from: Tensor(random: Self.shape, seed: 1))
    session.forward()
    let outputs = session.outputs.map { $0.tensor() }
    for view in session.outputGradients { view.copy(from: Tensor(random: view.shape, seed: 2)) }
    session.backward()
    return Step(
      outputs: outputs, gradients: try #require(session.gradients), parameters: parameters)
  }

  private func bits(_ block: ParameterBlock, _ range: Range<Int>) -> [UInt32] {
    block.values[range].map(\.bitPattern)
  }

  /// A network of equal layers that is trained whole, with running statistics in the first two
  /// normalizations, has the same outputs and the same gradients, bit for bit.
  @Test func otherGradientsAreThoseOfTheWholeNetwork() throws {
    let whole = Self.graph(isFixed: true)
    let graph = Self.graph(isFixed: false).freezing(Self.frozen)
    for set in InstructionSet.available {
      for precision in Precision.allCases {
        guard let kernels = try? Kernels(set, precision: precision) else { continue }
        let (found, expected) = try (step(graph, kernels), step(whole, kernels))
        #expect(found.outputs == expected.outputs, "\(kernels)")
        for entry in graph.parameterLayout.entries where entry.declaration.kind != .statistic {
          let gradient = bits(found.gradients, entry.range)
          if Self.frozen.contains(entry.name) {
            #expect(gradient.allSatisfy { $0 == 0 }, "\(entry.name)")
            #expect(!bits(expected.gradients, entry.range).allSatisfy { $0 == 0 })
          } else {
            #expect(gradient == bits(expected.gradients, entry.range), "\(entry.name), \(kernels)")
          }
        }
      }
    }
  }

  /// Convolutions and normalizations as separate ops differ by rounding only.
  @Test func joinedOpsAgreeWithSeparateOnes() throws {
    let graph = Self.graph(isFixed: false).freezing(Self.frozen)
    for set in InstructionSet.available {
      let kernels = try Kernels(set)
      let found = try step(graph, kernels)
      let expected = try step(graph, kernels, isOptimized: false)
      #expect(relativeDifference(found.outputs[0].values, expected.outputs[0].values) < 1e-5)
      let range = 0..<graph.parameterLayout.count
      #expect(
        relativeDifference(
          Array(found.gradients.values[range]), Array(expected.gradients.values[range])) < 1e-4)
    }
  }

  @Test func frozenStatisticsStayAndOthersMove() throws {
    let graph = Self.graph(isFixed: false).freezing(Self.frozen)
    let step = try step(graph, Kernels(InstructionSet.chosen()))
    let before = Self.start(graph)
    for entry in graph.parameterLayout.entries where entry.declaration.kind == .statistic {
      let isFrozen = entry.name.hasPrefix("stem.") || entry.name.hasPrefix("body.")
      #expect(
        (bits(step.parameters, entry.range) == bits(before, entry.range)) == isFrozen,
        "\(entry.name)")
    }
  }

  /// The backward pass ends behind the frozen layers, and their memory is free earlier.
  @Test func frozenLayersDoNotRunBackward() throws {
    let kernels = try Kernels(InstructionSet.chosen())
    let whole = Self.graph(isFixed: false)
    func plan(_ graph: Graph, _ mode: PlanMode) throws -> Plan {
      try Plan(graph, inputShapes: [Self.shape], mode: mode, kernels: kernels)
    }
    func backward(_ plan: Plan) -> [String] {
      zip(plan.graph.nodes, plan.nodes).filter { $1.runsBackward }.map(\.0.name)
    }
    let part = try plan(whole.freezing(Self.frozen), .training())
    #expect(!backward(part).contains { $0.hasPrefix("stem") || $0.hasPrefix("body") })
    #expect(backward(part).contains { $0.hasPrefix("neck") })
    #expect(try part.arenaCount < plan(whole, .training()).arenaCount)
    // A requested gradient of the input needs all of them.
    let all = try plan(whole.freezing(Self.frozen), .training(inputGradients: true))
    #expect(backward(all).count == all.nodes.count)
  }

  /// An output whose layers are all frozen keeps its place among the gradients of the outputs.
  @Test func outputsOfFrozenLayersHaveGradientsToo() throws {
    let scope = Scope()
    let input = scope.input(Self.shape)
    let outputs = ["a", "b"].map { scope[$0].apply(Convolution(4, 2, kernel: 1), input) }
    let graph = scope.finish(outputs: outputs).freezing(["a.weight"])
    let plan = try Plan(
      graph, inputShapes: [Self.shape], mode: .training(),
      kernels: Kernels(InstructionSet.chosen()))
    let session = Session(
      plan, parameters: Self.start(graph), pool: ThreadPool(threads: 1))
    #expect(session.outputGradients.map(\.shape) == session.outputs.map(\.shape))
    #expect(plan.nodes.count(where: \.runsBackward) == 1)
  }

  @Test func rangesAreJoined() {
    let layout = Self.graph(isFixed: false).parameterLayout
    #expect(layout.ranges(of: []).isEmpty)
    #expect(layout.ranges(of: Set(layout.entries.map(\.name))) == [0..<layout.count])
    // Weights come first: 3 x 3 x 4 x 8 and 3 x 3 x 8; then scales and shifts, 8 each.
    let weights = layout.decayed.upperBound
    #expect(layout.ranges(of: Self.frozen) == [0..<360, weights..<weights + 32])
  }
}
