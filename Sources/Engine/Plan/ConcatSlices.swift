/// The values that are stored inside the output of a concatenation instead of having memory of their own.
struct ConcatSlices {
  /// A value's position inside another.
  struct Slice: Hashable {
    let parent: Int
    let channel: Int
  }

  private var activation: [Slice?]
  private var gradient: [Slice?]

  init(graph: Graph, shapes: [Shape]) {
    activation = [Slice?](repeating: nil, count: shapes.count)
    gradient = activation
    var readers = [Int](repeating: 0, count: shapes.count)
    for node in graph.nodes {
      for value in node.inputs { readers[value] += 1 }
    }
    let fixed = Set(graph.inputs).union(graph.outputs)
    for node in graph.nodes {
      guard let channels = node.op.inputSlices(node.inputs.map { shapes[$0] }) else { continue }
      for (value, channel) in zip(node.inputs, channels)
      where activation[value] == nil && !fixed.contains(value) {
        activation[value] = Slice(parent: node.output, channel: channel)
        // Another reader would write its part of the gradient before the whole is written.
        if readers[value] == 1 { gradient[value] = activation[value] }
      }
    }
  }

  /// The value that owns the memory of a value's activation, and the channel there.
  func activationRoot(_ value: Int) -> (value: Int, channel: Int) {
    root(of: value, in: activation)
  }
  /// The value that owns the memory of a value's gradient, and the channel there.
  func gradientRoot(_ value: Int) -> (value: Int, channel: Int) { root(of: value, in: gradient) }

  private func root(of value: Int, in slices: [Slice?]) -> (value: Int, channel: Int) {
    var (value, channel) = (value, 0)
    while let slice = slices[value] {
      channel += slice.channel
      value = slice.parent
    }
    return (value, channel)
  }

  /// Requests memory for each owner, for the time in which any value inside it is alive.
  func plan(
    lifetimes: [ClosedRange<Int>?], floats: [Int],
    root: (Int) -> (value: Int, channel: Int), into planner: inout ArenaPlanner
  ) -> [Int: Int] {
    var joined: [Int: ClosedRange<Int>] = [:]
    for (value, lifetime) in lifetimes.enumerated() {
      guard let lifetime else { continue }
      let owner = root(value).value
      joined[owner] =
        joined[owner].map {
          min($0.lowerBound, lifetime.lowerBound)...max($0.upperBound, lifetime.upperBound)
        } ?? lifetime
    }
    var items: [Int: Int] = [:]
    for (owner, lifetime) in joined.sorted(by: { $0.key < $1.key }) {
      items[owner] = planner.add(count: floats[owner], lifetime: lifetime)
    }
    return items
  }

  /// The location of each value whose owner has memory.
  func locations(
    items: [Int: Int], offsets: [Int], shapes: [Shape], root: (Int) -> (value: Int, channel: Int)
  ) -> [Plan.Location?] {
    shapes.indices.map { value in
      let (owner, channel) = root(value)
      return items[owner].map {
        Plan.Location(offset: offsets[$0], channel: channel, stride: shapes[owner].c)
      }
    }
  }
}
