/// The nodes that compute some channels of one output of a graph, and of it alone, row by row.
struct DeferredRows {
  /// The index among the graph's outputs.
  let output: Int
  /// In execution order; after their last one only nodes without work follow.
  let nodes: Range<Int>
}

extension Graph {
  /// The same network with the nodes last that compute only the first channels of an output, so that
  /// they need to run only for rows in which the other channels ask for them.
  ///
  /// They are depthwise and 1x1 convolutions, up to the tensor that others read, too.
  ///
  /// - Parameter channels: The number of these channels of each output: those of the first input of the
  ///   concatenation that the output is. Other outputs are left as they are.
  func deferring(channels: Int) -> (graph: Graph, rows: [DeferredRows]) {
    let readers = readerCounts
    let producers = Dictionary(
      uniqueKeysWithValues: nodes.indices.map { (nodes[$0].output, $0) })
    var chains: [(output: Int, nodes: [Int])] = []
    var joins: [Int] = []
    for (index, value) in outputs.enumerated() {
      guard readers[value] == 1, let join = producers[value], nodes[join].op is Concat,
        let first = nodes[join].inputs.first, shapes[first].c == channels,
        // All are stored inside the output, so the concatenation has nothing to copy.
        nodes[join].inputs.allSatisfy({ readers[$0] == 1 && producers[$0] != nil })
      else { continue }
      let chain = rowChain(endingAt: first, readers, producers)
      guard !chain.isEmpty else { continue }
      chains.append((index, chain))
      joins.append(join)
    }
    let moved = Set(chains.flatMap(\.nodes) + joins)
    var order = nodes.indices.filter { !moved.contains($0) }
    let rows = chains.map { chain in
      order += chain.nodes
      return DeferredRows(
        output: chain.output, nodes: (order.count - chain.nodes.count)..<order.count)
    }
    var result = self
    result.nodes = (order + joins).map { nodes[$0] }
    return (result, rows)
  }

  /// The nodes, in order, of which each reads only the one before it, and only the first may read more
  /// than one row for a row of its output.
  private func rowChain(
    endingAt last: Int, _ readers: [Int], _ producers: [Int: Int]
  ) -> [Int] {
    var chain: [Int] = []
    var value = last
    while readers[value] == 1, let index = producers[value],
      let op = nodes[index].op as? Convolution, op.computesRows
    {
      chain.insert(index, at: 0)
      if !op.geometry.isPointwise { break }
      value = nodes[index].inputs[0]
    }
    return chain
  }
}
