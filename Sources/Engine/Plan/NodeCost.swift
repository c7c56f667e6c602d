/// What one node computes and moves in a step, to compare its time with.
package struct NodeCost: Hashable, Sendable {
  /// Multiplications and additions by the definition, each counted as one; an algorithm that needs
  /// fewer seems faster than the machine.
  package var operations = 0.0
  /// Bytes read and written, each tensor once per pass; a tensor that is in place is not moved.
  package var bytes = 0

  /// Starts with nothing.
  package init() {}
}

extension Plan {
  /// The cost of each node in the order of the graph: of a forward pass, and of the backward pass
  /// where the plan is for training.
  package var nodeCosts: [NodeCost] {
    let slices = ConcatSlices(graph: graph, shapes: shapes)
    return zip(graph.nodes, nodes).map { node, place in
      var cost = NodeCost()
      let output = shapes[node.output]
      let operations = node.op.flops(node.inputs.map { shapes[$0] }, output)
      let learned = node.op.parameters.filter { $0.kind != .statistic }.reduce(0) { $0 + $1.count }
      cost.operations = operations
      cost.bytes += learned * precision.byteCount
      let moved = node.inputs.filter {
        slices.activations.root($0).value != slices.activations.root(node.output).value
      }
      let copies = node.op.inputSlices(node.inputs.map { shapes[$0] }) != nil
      let read = moved.reduce(0) { $0 + bytes($1) }
      cost.bytes += read + (copies ? read : bytes(node.output))
      guard place.runsBackward else { return cost }

      let targets = zip(node.inputs, place.gradientUses).filter { value, use in
        use != .none
          && slices.gradients.root(value).value != slices.gradients.root(node.output).value
      }
      // One pass for the gradients by the parameters, and one for those by the inputs.
      if learned > 0 { cost.operations += operations }
      if place.gradientUses.contains(where: { $0 != .none }) { cost.operations += operations }
      // Gradients of parameters are added, in 32 bits.
      cost.bytes += 2 * learned * MemoryLayout<Float>.size
      let written = targets.reduce(0) { $0 + bytes($1.0) * ($1.1 == .add ? 2 : 1) }
      let passed = targets.reduce(0) { $0 + bytes($1.0) }
      cost.bytes += written + (copies ? passed : bytes(node.output))
      if node.op.savedTensors.contains(.inputs) {
        cost.bytes += node.inputs.reduce(0) { $0 + bytes($1) }
      }
      if node.op.savedTensors.contains(.output) { cost.bytes += bytes(node.output) }
      return cost
    }
  }

  private func bytes(_ value: Int) -> Int { shapes[value].count * precisions[value].byteCount }
}
