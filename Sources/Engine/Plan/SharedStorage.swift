/// The values that are stored inside the output of a concatenation instead of separately, and the
/// gradients that are stored as one because an op passes them unchanged.
struct SharedStorage {
  /// The slices of activations and of gradients.
  private(set) var activations, gradients: Slices

  /// - Parameter sharesGradients: Whether gradients that are passed unchanged are stored as one.
  init(graph: Graph, shapes: [Shape], sharesGradients: Bool = false) {
    activations = Slices(parents: [Slices.Slice?](repeating: nil, count: shapes.count))
    gradients = activations
    let readers = graph.readerCounts
    let fixed = Set(graph.inputs).union(graph.outputs)
    for node in graph.nodes {
      guard let channels = node.op.inputSlices(node.inputs.map { shapes[$0] }) else { continue }
      for (value, channel) in zip(node.inputs, channels)
      where activations.parents[value] == nil && !fixed.contains(value) {
        activations.parents[value] = (node.output, channel)
        // Another reader would write to the gradient before the concatenation's is complete.
        if readers[value] == 1 { gradients.parents[value] = (node.output, channel) }
      }
    }
    guard sharesGradients else { return }
    for (index, node) in graph.nodes.enumerated()
    where node.op.passesGradient && !fixed.contains(node.output) {
      for value in Self.sharedGradients(of: node, at: index, in: graph)
      where gradients.parents[value] == nil && !fixed.contains(value) {
        gradients.parents[value] = (node.output, 0)
      }
    }
  }

  /// The inputs of a node whose gradients can be stored as one with that of the output: the node must
  /// be the first in the backward pass to write them, and what other readers of an input add must not
  /// be visible to the producer of another input, which runs before them.
  private static func sharedGradients(
    of node: Graph.Node, at index: Int, in graph: Graph
  ) -> [Int] {
    func producer(_ value: Int) -> Int { graph.nodes.firstIndex { $0.output == value } ?? -1 }
    func readers(_ value: Int) -> [Int] {
      graph.nodes.indices.filter { graph.nodes[$0].inputs.contains(value) }
    }
    var shared: [Int] = []
    for value in node.inputs where !shared.contains(value) {
      let others = readers(value).filter { $0 != index }
      guard others.allSatisfy({ $0 < index }), node.inputs.count(where: { $0 == value }) == 1,
        shared.allSatisfy({ other in
          others.allSatisfy { $0 < producer(other) }
            && readers(other).allSatisfy { $0 == index || $0 < producer(value) }
        })
      else { continue }
      shared.append(value)
    }
    return shared
  }
}

/// Which values (activations or gradients) are slices of other values.
struct Slices {
  /// The containing value and the channel offset in it.
  typealias Slice = (value: Int, channel: Int)

  fileprivate var parents: [Slice?]

  /// The value that owns the memory of `value`, and the channel offset in it.
  func root(_ value: Int) -> Slice {
    var root = (value: value, channel: 0)
    while let parent = parents[root.value] {
      root = (parent.value, root.channel + parent.channel)
    }
    return root
  }

  /// Requests memory for each owner, for the union of the lifetimes of the values inside it;
  /// returns the planner index of each owner.
  func plan(_ lifetimes: Lifetimes, floats: [Int], into planner: inout ArenaPlanner) -> [Int?] {
    var joined = Lifetimes(repeating: nil, count: lifetimes.count)
    for (value, lifetime) in lifetimes.enumerated() {
      if let lifetime { joined.extend(root(value).value, to: lifetime) }
    }
    return zip(floats, joined).map { count, lifetime in
      lifetime.map { planner.add(count: count, lifetime: $0) }
    }
  }

  /// The location of each value; nil for values without memory.
  func locations(items: [Int?], offsets: [Int], shapes: [Shape]) -> [Plan.Location?] {
    shapes.indices.map { value in
      let (owner, channel) = root(value)
      return items[owner].map {
        Plan.Location(offset: offsets[$0], channel: channel, stride: shapes[owner].c)
      }
    }
  }
}
