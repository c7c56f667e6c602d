extension Graph {
  /// The network in bfloat16, with casts after its inputs and before the outputs that their op
  /// cannot write as `f32` itself.
  ///
  /// Also returns the precision of each value. In training every output is cast, because its
  /// gradient is `f32`.
  func inBFloat16(_ mode: PlanMode) -> (graph: Graph, precisions: [Precision]) {
    var result = self
    var precisions = [Precision](repeating: .bf16, count: shapes.count)
    func append(_ shape: Shape, _ precision: Precision) -> Int {
      result.shapes.append(shape)
      precisions.append(precision)
      return result.shapes.count - 1
    }
    var casts: [Int: Int] = [:]
    for value in inputs {
      precisions[value] = .f32
      casts[value] = append(shapes[value], .bf16)
    }
    result.nodes = inputs.map {
      Node(op: Cast(), name: "input\($0).cast", inputs: [$0], output: casts[$0] ?? $0)
    }
    for node in nodes {
      result.nodes.append(
        Node(
          op: node.op, name: node.name, inputs: node.inputs.map { casts[$0] ?? $0 },
          output: node.output, parameterNames: node.parameterNames))
    }
    let read = Set(nodes.flatMap(\.inputs))
    for (index, value) in outputs.enumerated() {
      let floats = mode.isTraining || read.contains(value) ? [] : valuesWithFloats(value)
      if !floats.isEmpty {
        for value in floats { precisions[value] = .f32 }
      } else if precisions[value] == .bf16 {
        result.outputs[index] = append(shapes[value], .f32)
        result.nodes.append(
          Node(
            op: Cast(), name: "output\(index).cast", inputs: [value],
            output: result.outputs[index]))
      }
    }
    return (result, precisions)
  }

  /// The values that are `f32` if the op that computes `value` writes floats: itself, and what it
  /// concatenates; none if it cannot.
  private func valuesWithFloats(_ value: Int) -> [Int] {
    guard let producer = nodes.first(where: { $0.output == value }) else { return [] }
    if producer.op.writesFloats { return [value] }
    guard producer.op is Concat else { return [] }
    let readers = readerCounts
    let parts = producer.inputs.filter { input in
      readers[input] == 1 && nodes.contains { $0.output == input && $0.op.writesFloats }
    }
    return parts.count == producer.inputs.count ? parts + [value] : []
  }
}
