extension Graph {
  /// The network for training: each convolution joined with the batch normalization that follows
  /// it, where `BandedConvolution` suits both.
  ///
  /// - Parameter shapes: The shape of each value.
  func withBandedConvolutions(_ shapes: [Shape], _ kernels: Kernels) -> Graph {
    var result = self
    result.nodes = []
    let readers = readerCounts
    var index = 0
    while index < nodes.count {
      let node = nodes[index]
      index += 1
      guard let convolution = node.op as? Convolution,
        BandedConvolution.suits(
          convolution, input: shapes[node.inputs[0]], output: shapes[node.output],
          kernels: kernels)
      else {
        result.nodes.append(node)
        continue
      }
      var joined = Node(
        op: BandedConvolution(convolution: convolution, normalization: nil), name: node.name,
        inputs: node.inputs, output: node.output, parameterNames: node.parameterNames)
      if index < nodes.count, nodes[index].inputs == [node.output], readers[node.output] == 1,
        let normalization = nodes[index].op as? BatchNorm, !convolution.hasBias
      {
        joined = Node(
          op: BandedConvolution(convolution: convolution, normalization: normalization),
          name: node.name, inputs: node.inputs, output: nodes[index].output,
          parameterNames: node.parameterNames + nodes[index].parameterNames)
        index += 1
      }
      result.nodes.append(joined)
    }
    return result
  }

  /// The values that their producer leaves before batch normalization, because every reader applies
  /// it.
  var pendingValues: Set<Int> {
    let read = Set(nodes.filter { !$0.op.normalizesInput }.flatMap(\.inputs)).union(outputs)
    let used = Set(nodes.flatMap(\.inputs))
    return Set(
      nodes.filter { $0.op.canLeavePending }.map(\.output).filter {
        used.contains($0) && !read.contains($0)
      })
  }
}
