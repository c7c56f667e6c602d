/// Which values have gradients, which nodes run backward, and who writes each gradient first.
struct GradientFlow {
  private let graph: Graph
  /// True where the value depends on a parameter, or on an input whose gradient is wanted.
  private var needed: [Bool]
  /// True where the loss depends on the value.
  private var reached: [Bool]
  /// True where an earlier step of the backward pass has written already.
  private var written: [Bool]
  /// For each node, true where its backward pass has something to do.
  private(set) var runsBackward: [Bool]

  init(graph: Graph, mode: PlanMode) {
    self.graph = graph
    needed = [Bool](repeating: false, count: graph.shapes.count)
    reached = needed
    written = needed
    runsBackward = [Bool](repeating: false, count: graph.nodes.count)
    guard case .training(let inputGradients) = mode else { return }
    if inputGradients {
      for value in graph.inputs { needed[value] = true }
    }
    for node in graph.nodes {
      let learns = node.op.parameters.contains { $0.kind != .statistic }
      needed[node.output] = learns || node.inputs.contains { needed[$0] }
    }
    for value in graph.outputs {
      reached[value] = true
      written[value] = true
    }
    for (index, node) in graph.nodes.enumerated().reversed()
    where reached[node.output] && needed[node.output] {
      runsBackward[index] = true
      for value in node.inputs { reached[value] = true }
    }
  }

  private func hasGradient(_ value: Int) -> Bool { needed[value] && reached[value] }

  /// The time in which each value is alive: from its producer to its last reader, backward passes
  /// included.
  func activationLifetimes() -> Lifetimes {
    let last = graph.nodes.count
    var result = Lifetimes(repeating: nil, count: needed.count)
    for value in graph.inputs { result.extend(value, to: 0) }
    for value in graph.outputs { result.extend(value, to: last) }
    for (time, node) in graph.nodes.enumerated() {
      result.extend(node.output, to: time)
      for value in node.inputs { result.extend(value, to: time) }
      guard runsBackward[time] else { continue }
      let backward = 2 * last - time
      if node.op.savedTensors.contains(.inputs) {
        for value in node.inputs { result.extend(value, to: backward) }
      }
      if node.op.savedTensors.contains(.output) { result.extend(node.output, to: backward) }
    }
    return result
  }

  /// The time in which each gradient is alive: from its first write until its producer has read it.
  func gradientLifetimes() -> Lifetimes {
    let last = graph.nodes.count
    var result = Lifetimes(repeating: nil, count: needed.count)
    for value in graph.outputs where hasGradient(value) { result.extend(value, to: last) }
    for (index, node) in graph.nodes.enumerated() where runsBackward[index] {
      result.extend(node.output, to: 2 * last - index)
      for value in node.inputs where hasGradient(value) {
        result.extend(value, to: 2 * last - index)
      }
    }
    // The caller reads the gradients of the graph's inputs after the last step.
    for value in graph.inputs where hasGradient(value) { result.extend(value, to: 2 * last) }
    return result
  }

  /// What a node does with the gradient of each input; to be called once per node, in backward order.
  mutating func claimGradients(of node: Graph.Node) -> [Plan.GradientUse] {
    node.inputs.map { value in
      guard hasGradient(value) else { return .none }
      defer { written[value] = true }
      return written[value] ? .add : .write
    }
  }
}

/// The steps in which each value is alive, if it is.
typealias Lifetimes = [ClosedRange<Int>?]

extension Lifetimes {
  mutating func extend(_ value: Int, to steps: ClosedRange<Int>) {
    self[value] =
      self[value].map {
        Swift.min($0.lowerBound, steps.lowerBound)...Swift.max($0.upperBound, steps.upperBound)
      } ?? steps
  }

  mutating func extend(_ value: Int, to step: Int) { extend(value, to: step...step) }
}
