/// Determines which values need gradients, which nodes run backward, and which write to each
/// gradient is the first.
struct GradientFlow {
  private let graph: Graph
  /// True if the value depends on a trained parameter or on an input whose gradient is requested.
  private var needed: [Bool]
  /// True if the loss depends on the value.
  private var reached: [Bool]
  /// True if an earlier step of the backward pass has written the gradient.
  private var written: [Bool]
  /// For each node, true if its backward pass computes any gradient.
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
      needed[node.output] = graph.trains(node) || node.inputs.contains { needed[$0] }
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

  /// For each value, the last node of the backward pass that writes its gradient.
  var lastGradientWriters: [Int: Int] {
    var result: [Int: Int] = [:]
    for (index, node) in graph.nodes.enumerated().reversed() where runsBackward[index] {
      for value in node.inputs where hasGradient(value) { result[value] = index }
    }
    return result
  }

  /// The lifetime of each value: from its producer to its last reader, including backward passes.
  ///
  /// - Parameter pending: The values that their producer's backward pass reads, too.
  func activationLifetimes(pending: Set<Int>) -> Lifetimes {
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
      if node.op.savedTensors.contains(.output) || pending.contains(node.output) {
        result.extend(node.output, to: backward)
      }
    }
    return result
  }

  /// The lifetime of each gradient: from its first write until the value's producer has read it.
  func gradientLifetimes() -> Lifetimes {
    let last = graph.nodes.count
    var result = Lifetimes(repeating: nil, count: needed.count)
    // The loss writes the gradients of all outputs, even of those that no node reads.
    for value in graph.outputs where reached[value] { result.extend(value, to: last) }
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

  /// How a node uses the gradient of each input; call once per node, in backward order.
  mutating func claimGradients(of node: Graph.Node) -> [Plan.GradientUse] {
    node.inputs.map { value in
      guard hasGradient(value) else { return .none }
      defer { written[value] = true }
      return written[value] ? .add : .write
    }
  }
}

/// The steps in which each value is alive; nil if it is never used.
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
