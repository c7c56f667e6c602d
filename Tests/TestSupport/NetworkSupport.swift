import Basics
import Engine

/// What sessions of the tests run on.
package struct Bench {
  package let pool: ThreadPool
  package let kernels: Kernels

  package init(threads: Int = 1) throws {
    pool = ThreadPool(threads: threads)
    kernels = try Kernels(InstructionSet.chosen())
  }

  /// A session at the shape that the graph was built with.
  package func session(_ graph: Graph, _ parameters: ParameterBlock, mode: PlanMode = .inference)
    throws -> Session
  {
    let plan = try Plan(
      graph, inputShapes: graph.inputs.map { graph.shapes[$0] }, mode: mode, kernels: kernels)
    return Session(plan, parameters: parameters, pool: pool)
  }

  /// The outputs of one forward pass.
  package func outputs(_ graph: Graph, _ parameters: ParameterBlock, _ input: Tensor) throws
    -> [Tensor]
  {
    let session = try session(graph, parameters)
    session.inputs[0].copy(from: input)
    session.forward()
    return session.outputs.map { $0.tensor() }
  }
}

extension Tensor {
  /// Numbers in -1...1 that follow from a seed.
  package init(random shape: Shape, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    self.init(
      shape: shape, values: (0..<shape.count).map { _ in generator.uniform(in: -1...1) })
  }
}

extension ParameterBlock {
  /// Sets a parameter by name to one value; false where there is none of that name.
  package func fill(_ name: String, with value: Float) -> Bool {
    guard let range = layout[name]?.range else { return false }
    for index in range { values[index] = value }
    return true
  }
}
