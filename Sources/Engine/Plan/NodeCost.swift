/// The operations and memory traffic of one node per step, to compare with its measured time.
package struct NodeCost: Hashable, Sendable {
  /// FLOPs of the direct algorithm; a multiply-add counts as two. Algorithms that need fewer
  /// operations (Winograd) can therefore exceed the peak throughput.
  package var operations = 0.0
  /// Bytes read and written, each tensor once per pass; in-place tensors do not count.
  package var bytes = 0

  /// Creates a cost of zero.
  package init() {}
}

extension Plan {
  /// The cost of each node in graph order: the forward pass and, in training plans, the backward
  /// pass.
  package var nodeCosts: [NodeCost] {
    let slices = SharedStorage(graph: graph, shapes: shapes, sharesGradients: true)
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
      // The parameter gradients and the input gradients cost about a forward pass each.
      if learned > 0 { cost.operations += operations }
      if place.gradientUses.contains(where: { $0 != .none }) { cost.operations += operations }
      // Parameter gradients are accumulated (read and written) in f32.
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
