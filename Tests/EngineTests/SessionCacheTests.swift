import TestSupport
import Testing

@testable import Engine

/// Sessions of several shapes that share an arena compute what sessions of their own do.
@Suite struct SessionCacheTests {
  private func graph() -> Graph {
    let scope = Scope()
    let input = scope.input(Shape(n: 1, h: 8, w: 8, c: 4))
    let first = scope["first"].apply(Convolution(4, 16, kernel: 3), input)
    return scope.finish(outputs: [scope["second"].apply(Convolution(16, 6, kernel: 3), first)])
  }

  @Test func manyShapesInAnyOrder() throws {
    let graph = graph()
    let kernels = try Kernels(InstructionSet.chosen())
    let pool = ThreadPool(threads: 2)
    let parameters = ParameterBlock(graph.parameterLayout, seed: 3)
    var planned: [Shape] = []
    let cache = SessionCache(
      plan: { (shape) throws(EngineError) in
        planned.append(shape)
        return try Plan(graph, inputShapes: [shape], mode: .inference, kernels: kernels)
      }, bind: { Session($0, parameters: parameters, sharedArena: $1, pool: pool) })
    #expect(cache.last == nil)
    func output(_ session: Session, _ shape: Shape) -> [Float] {
      session.inputs[0].copy(from: Tensor(random: shape, seed: UInt64(shape.h)))
      session.forward()
      return session.outputs[0].tensor().values
    }
    // Eight shapes, the largest first: each is planned once, whatever the order of use.
    let shapes = (0..<8).map { Shape(n: 1, h: 40 - 4 * $0, w: 8, c: 4) }
    for shape in shapes + shapes.reversed() + shapes {
      let plan = try Plan(graph, inputShapes: [shape], mode: .inference, kernels: kernels)
      let own = Session(plan, parameters: parameters, pool: pool)
      #expect(try output(cache[shape], shape) == output(own, shape), "\(shape)")
    }
    #expect(planned == shapes)
    // A ninth shape takes the place of the one that was used longest ago.
    let ninth = Shape(n: 1, h: 4, w: 4, c: 4)
    _ = try cache[ninth]
    _ = try cache[shapes[1]]
    #expect(planned == shapes + [ninth])
    _ = try cache[shapes[0]]
    #expect(planned == shapes + [ninth, shapes[0]])
    // A larger one needs a larger arena, for which all sessions are made again.
    let larger = Shape(n: 1, h: 80, w: 8, c: 4)
    #expect(try output(cache[larger], larger).allSatisfy(\.isFinite))
    _ = try cache[ninth]
    #expect(planned.suffix(2) == [larger, ninth])
  }
}
