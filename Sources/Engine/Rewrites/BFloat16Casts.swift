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
      let producer = nodes.first { $0.output == value }
      if !mode.isTraining, !read.contains(value), producer?.op.writesFloats == true {
        precisions[value] = .f32
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
}
