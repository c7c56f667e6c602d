@testable import Basics
import TestSupport
import Testing

@testable import Engine

/// Pointwise convolutions before enlargements, against the graph as it was built.
@Suite struct LateUpsamplingTests {
  /// A convolution of `enlarged` channels at half the size and of those of `others`.
  struct Case: CustomTestStringConvertible, Sendable {
    var enlarged = 12
    var others = [7]
    /// Where the enlarged tensor stands in the concatenation.
    var place = 0
    var output = 9
    var kernel: Extent = 1
    /// True where something else reads the enlarged tensor too.
    var isShared = false
    var isRewritten = true

    var testDescription: String {
      "\(enlarged) at \(place) of \(others) -> \(output), k\(kernel)\(isShared ? ", shared" : "")"
    }

    var graph: Graph {
      let scope = Scope()
      let small = scope.input(Shape(n: 2, h: 3, w: 5, c: enlarged))
      var values = others.map { scope.input(Shape(n: 2, h: 6, w: 10, c: $0)) }
      let enlarged = scope["up"].apply(NearestUpsample(factor: 2), small)
      values.insert(enlarged, at: place)
      let all = scope["concat"].apply(Concat(), values)
      let y = scope["mix"].apply(
        Convolution(all.shape.c, output, kernel: kernel, bias: true), all)
      let z = scope["relu"].apply(ActivationOp(.relu), y)
      return scope.finish(outputs: isShared ? [z, enlarged] : [z])
    }
  }

  static let cases = [
    Case(), Case(others: [7, 4], place: 1), Case(others: [16, 3], place: 2), Case(output: 24),
    Case(others: [], isRewritten: false), Case(output: 25, isRewritten: false),
    Case(kernel: 3, isRewritten: false), Case(isShared: true, isRewritten: false),
  ]

  @Test(arguments: cases)
  func computesTheSame(_ c: Case) throws {
    let graph = c.graph
    let parameters = ParameterBlock(graph.parameterLayout, seed: 5)
    let (late, values) = graph.optimizedForInference(parameters)
    #expect(late.nodes.contains { $0.name == "mix.early" } == c.isRewritten)
    if c.isRewritten { #expect(late.flops < graph.flops) }
    let expected = try Self.outputs(graph, parameters)
    let found = try Self.outputs(late, values)
    for (a, b) in zip(found, expected) {
      // Sums of at most 31 products in another order.
      #expect(relativeDifference(a, b, floor: 1e-6) < 2e-6)
    }
  }

  static func outputs(_ graph: Graph, _ parameters: ParameterBlock) throws -> [[Float]] {
    let plan = try Plan(
      graph, inputShapes: graph.inputs.map { graph.shapes[$0] }, mode: .inference,
      kernels: Kernels(.chosen()))
    let session = Session(plan, parameters: parameters, pool: ThreadPool(threads: 2))
    for (index, view) in session.inputs.enumerated() {
      var generator = SeededGenerator(seed: UInt64(index))
      let values = (0..<view.shape.count).map { _ in generator.uniform(in: -1...1) }
      view.copy(from: Tensor(shape: view.shape, values: values))
    }
    session.forward()
    return session.outputs.map { $0.tensor().values }
  }
}
