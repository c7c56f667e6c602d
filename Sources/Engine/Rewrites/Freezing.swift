extension Graph {
  /// The network with parameters that training does not change.
  ///
  /// A batch normalization whose scale and shift are frozen also uses and keeps its running
  /// statistics, as in the usual fine-tuning of detectors. The backward pass ends where neither a
  /// parameter nor an input needs a gradient.
  ///
  /// - Parameter names: The full names of learned parameters; others have no effect.
  package func freezing(_ names: Set<String>) -> Graph {
    var result = self
    result.frozenParameters = names
    result.nodes = nodes.map { node in
      guard let normalization = node.op as? BatchNorm, !result.trains(node) else { return node }
      return Node(
        op: normalization.frozen, name: node.name, inputs: node.inputs, output: node.output,
        parameterNames: node.parameterNames)
    }
    return result
  }

  /// True if training changes a parameter of a node.
  func trains(_ node: Node) -> Bool {
    zip(node.op.parameters, node.parameterNames).contains { declaration, name in
      declaration.kind != .statistic && !frozenParameters.contains(name)
    }
  }
}
