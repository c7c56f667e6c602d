extension Graph {
  /// The network without the nodes whose results nothing reads.
  package var withoutUnusedNodes: Graph {
    var used = Set(outputs)
    var result = self
    result.nodes = []
    for node in nodes.reversed() where used.contains(node.output) {
      used.formUnion(node.inputs)
      result.nodes.append(node)
    }
    result.nodes.reverse()
    return result
  }
}
