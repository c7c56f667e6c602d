import CGlimpseKernels

/// The same values in another precision: a bf16 plan has one at each end that is not bf16 already.
///
/// Any shape. Models do not use it; the plan puts it in.
struct Cast: Op {
  var kind: String { "cast" }
  func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape { inputs[0] }

  /// y = x, rounded.
  func forward(_ context: ForwardContext) {
    Self.convert(
      context.inputs[0], to: context.output, accumulates: false, pool: context.pool,
      table: context.kernels.elementwise)
  }

  /// dx = dy, rounded.
  func backward(_ context: BackwardContext) {
    guard let target = context.inputGradients[0] else { return }
    Self.convert(
      context.outputGradient, to: target.view, accumulates: target.accumulates,
      pool: context.pool, table: context.kernels.elementwise)
  }

  private static func convert(
    _ x: View, to y: View, accumulates: Bool, pool: ThreadPool, table: gk_elementwise_table
  ) {
    let accumulate: Int32 = accumulates ? 1 : 0
    Rows.forEach(x, y, pool: pool) { from, to, count in
      if x.precision == .f32 {
        table.from_floats(from.assumingMemoryBound(to: Float.self), to, accumulate, count)
      } else {
        table.to_floats(from, to.assumingMemoryBound(to: Float.self), accumulate, count)
      }
    }
  }
}

extension Graph {
  /// The network with its middle in bfloat16: its inputs are cast, and so are the outputs that their
  /// op cannot write as floats itself.
  ///
  /// The result also tells each value's precision. In training every output is cast, because its
  /// gradient comes back in floats.
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
          output: node.output))
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
