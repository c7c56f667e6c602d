/// The values that are stored inside the output of a concatenation instead of separately.
struct ConcatSlices {
  /// The slices of activations and of gradients.
  private(set) var activations, gradients: Slices

  init(graph: Graph, shapes: [Shape]) {
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
