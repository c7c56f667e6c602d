extension Graph {
  /// The network for inference: batch normalization folded into the preceding convolution, and the
  /// following residual addition and activation fused with it.
  ///
  /// The folded weights are w' = w * s and b' = bias + (b - mean) * s with
  /// s = weight / sqrt(variance + epsilon) (Jacob et al. 2018, "Quantization and Training of Neural
  /// Networks", section 3.2). Outputs differ only by rounding.
  package func foldingNormalization(
    _ parameters: ParameterBlock
  ) -> (graph: Graph, parameters: ParameterBlock) {
    precondition(parameterLayout == parameters.layout, "the parameters belong to another network")
    let (graph, nodes) = rewritten
    let result = ParameterBlock(zeros: graph.parameterLayout)
    for item in nodes { item.copyParameters(from: parameters, to: result) }
    return (graph, result)
  }

  /// The graph of `foldingNormalization`, without parameters.
  package var normalizationFolded: Graph { rewritten.graph }

  private var rewritten: (graph: Graph, nodes: [RewrittenNode]) {
    var rewriter = InferenceRewriter(self)
    rewriter.run()
    var graph = self
    graph.nodes = rewriter.nodes.map(\.node)
    return (graph, rewriter.nodes)
  }
}

/// A node of the rewritten graph and the normalization that was folded into it.
private struct RewrittenNode {
  var node: Graph.Node
  var normalization: (op: BatchNorm, name: String)?

  /// Copies the node's parameters with the normalization folded in.
  func copyParameters(from old: ParameterBlock, to new: ParameterBlock) {
    func values(_ block: ParameterBlock, _ name: String) -> UnsafeMutableBufferPointer<Float>? {
      block.layout[name].map { UnsafeMutableBufferPointer(rebasing: block.values[$0.range]) }
    }
    for declaration in node.op.parameters {
      let name = "\(node.name).\(declaration.name)"
      if let source = values(old, name), let target = values(new, name) {
        _ = target.update(fromContentsOf: source)
      }
    }
    guard let (op, name) = normalization,
      let weights = values(new, "\(node.name).weight"),
      let biases = values(new, "\(node.name).bias"),
      let gamma = values(old, "\(name).weight"), let beta = values(old, "\(name).bias"),
      let mean = values(old, "\(name).running_mean"),
      let variance = values(old, "\(name).running_var")
    else { return }
    for c in 0..<op.channels {
      let scale = gamma[c] / (variance[c] + op.epsilon).squareRoot()
      biases[c] = beta[c] + (biases[c] - mean[c]) * scale
      // Output channels are innermost in memory.
      for index in stride(from: c, to: weights.count, by: op.channels) { weights[index] *= scale }
    }
  }
}

/// Visits the nodes in order and fuses each with the preceding convolution where possible.
private struct InferenceRewriter {
  private let graph: Graph
  private let readers: [Int]
  /// For each value, the index in `nodes` of its producer.
  private var producers: [Int: Int] = [:]
  private(set) var nodes: [RewrittenNode] = []

  init(_ graph: Graph) {
    self.graph = graph
    readers = graph.readerCounts
  }

  mutating func run() {
    for node in graph.nodes {
      append(normalized(node) ?? added(node) ?? activated(node) ?? RewrittenNode(node: node))
    }
  }

  private mutating func append(_ item: RewrittenNode) {
    producers[item.node.output] = nodes.count
    nodes.append(item)
  }

  /// The convolution that produces a value, if the value has one reader and nothing is fused yet.
  private func convolution(_ value: Int) -> (place: Int, op: Convolution)? {
    guard readers[value] == 1, let place = producers[value],
      let op = nodes[place].node.op as? Convolution, op.activation == .identity
    else { return nil }
    return (place, op)
  }

  /// Removes a convolution from the list and appends it with a new op, additional inputs, and the
  /// output of the fused node.
  private mutating func replace(
    _ place: Int, op: Convolution, adding inputs: [Int] = [], output: Int,
    normalization: (BatchNorm, String)? = nil
  ) -> RewrittenNode {
    let old = nodes.remove(at: place)
    for (value, other) in producers where other > place { producers[value] = other - 1 }
    let node = Graph.Node(
      op: op, name: old.node.name, inputs: old.node.inputs + inputs, output: output)
    return RewrittenNode(node: node, normalization: normalization ?? old.normalization)
  }

  private mutating func normalized(_ node: Graph.Node) -> RewrittenNode? {
    guard let norm = node.op as? BatchNorm, let (place, conv) = convolution(node.inputs[0]),
      !conv.addsResidual, !conv.isExact, nodes[place].normalization == nil
    else { return nil }
    var op = conv.withBias
    op.activation = norm.activation
    return replace(place, op: op, output: node.output, normalization: (norm, node.name))
  }

  private mutating func added(_ node: Graph.Node) -> RewrittenNode? {
    guard node.op is Add, node.inputs.count == 2, node.inputs[0] != node.inputs[1] else {
      return nil
    }
    for (value, other) in zip(node.inputs, node.inputs.reversed()) {
      guard let (place, conv) = convolution(value), !conv.addsResidual else { continue }
      var op = conv
      op.addsResidual = true
      return replace(place, op: op, adding: [other], output: node.output)
    }
    return nil
  }

  private mutating func activated(_ node: Graph.Node) -> RewrittenNode? {
    guard let step = node.op as? ActivationOp, let (place, conv) = convolution(node.inputs[0])
    else { return nil }
    var op = conv
    op.activation = step.activation
    return replace(place, op: op, output: node.output)
  }
}
