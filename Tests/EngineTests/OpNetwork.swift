import TestSupport
@testable import Basics
@testable import Engine

/// Where the tensors of the op under test lie.
enum Placement: CaseIterable, Sendable {
  /// Inputs and output in memory of their own.
  case dense
  /// Inputs and output inside concatenations that follow: pixels lie further apart than the
  /// channels, and the inputs' gradients have been written to before the op's backward pass.
  case sliced
}

/// A graph around one op, with all that one step of it gives.
struct OpNetwork {
  /// What a step gives, as numbers.
  struct Step: Hashable {
    var outputs: [Tensor]
    var inputGradients: [Tensor]
    var parameterGradients: [Float]
    /// The parameters after the step: statistics move.
    var parameters: [Float]
  }

  let graph: Graph
  let session: Session
  let pool: ThreadPool
  /// Values of the graph's inputs; the op's own come first.
  var inputs: [Tensor]
  /// The loss is the sum of the outputs times these.
  var weights: [Tensor]
  static let seed: UInt64 = 3

  init(
    _ test: OpCase, _ placement: Placement, _ set: InstructionSet, threads: Int = 1
  ) throws {
    try self.init(test, placement, Kernels(set), threads: threads)
  }

  init(
    _ test: OpCase, _ placement: Placement, _ kernels: Kernels, threads: Int = 1
  ) throws {
    graph = Self.graph(test, placement)
    let plan = try Plan(
      graph, inputShapes: graph.inputs.map { [graph] in graph.shapes[$0] },
      mode: .training(inputGradients: true), kernels: kernels)
    let parameters = ParameterBlock(zeros: graph.parameterLayout)
    var generator = SeededGenerator(seed: 11)
    // Statistics stay positive: a variance is among them.
    for (index, entry) in graph.parameterLayout.entries.enumerated() {
      for place in entry.range {
        parameters.values[place] =
          entry.declaration.kind == .statistic
          ? generator.uniform(in: 0.5...1.5) : generator.uniform(in: -1...1) + Float(index % 2)
      }
    }
    pool = ThreadPool(threads: threads)
    session = Session(plan, parameters: parameters, pool: pool)
    inputs = session.inputs.enumerated().map {
      test.tensor($1.shape, seed: UInt64(100 + $0))
    }
    weights = session.outputs.enumerated().map { index, view in
      var generator = SeededGenerator(seed: UInt64(200 + index))
      return Tensor(
        shape: view.shape,
        values: (0..<view.shape.count).map { _ in generator.uniform(in: -1...1) })
    }
  }

  private static func graph(_ test: OpCase, _ placement: Placement) -> Graph {
    let scope = Scope()
    let values = test.inputs.map { scope.input($0) }
    guard placement == .sliced else {
      return scope.finish(outputs: [scope["op"].apply(test.op, values)])
    }
    /// A value whose producer may write anywhere.
    func movable(_ value: Value, _ name: String) -> Value {
      scope[name].apply(ActivationOp(.identity), value)
    }
    let moved = values.enumerated().map { movable($1, "input\($0)") }
    let output = scope["op"].apply(test.op, moved)
    let joined = (moved + [output]).enumerated().map { index, value in
      // Three channels before and one behind.
      let front = movable(scope.input(value.shape.with(c: 3)), "front\(index)")
      let back = movable(scope.input(value.shape.with(c: 1)), "back\(index)")
      return scope["concat\(index)"].apply(Concat(), front, value, back)
    }
    return scope.finish(outputs: joined)
  }

  /// Fills the inputs and runs forward.
  func forward() {
    for (view, tensor) in zip(session.inputs, inputs) { view.copy(from: tensor) }
    session.forward(seed: Self.seed)
  }

  /// The sum of the outputs times the weights.
  func loss() -> Double {
    forward()
    var sum = 0.0
    for (output, weight) in zip(session.outputs, weights) {
      let values = output.tensor().values
      for index in values.indices { sum += Double(values[index]) * Double(weight.values[index]) }
    }
    return sum
  }

  /// One step forward and backward.
  func step() -> Step {
    forward()
    // Backward may use the outputs' memory again.
    let outputs = session.outputs.map { $0.tensor() }
    for (view, weight) in zip(session.outputGradients, weights) { view.copy(from: weight) }
    session.gradients?.values.update(repeating: 0)
    session.backward()
    return Step(
      outputs: outputs,
      inputGradients: session.inputGradients.map { $0.tensor() },
      parameterGradients: session.gradients.map { Array($0.values) } ?? [],
      parameters: Array(session.parameters.values))
  }
}
