import CGlimpseKernels

/// The sum of two tensors of one shape.
package struct Add: Op {
  /// Makes the op.
  package init() {}

  /// `add`.
  package var kind: String { "add" }

  /// The inputs' shape.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard inputs.count == 2, inputs[0] == inputs[1] else {
      throw EngineError("an addition needs two inputs of one shape, and got \(inputs)")
    }
    return inputs[0]
  }

  /// One a value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(output.count) }

  /// y = a + b
  package func forward(_ context: ForwardContext) {
    let (a, b, y) = (context.inputs[0], context.inputs[1], context.output)
    let table = context.kernels.elementwise
    context.pool.forEachPart(of: y.shape.pixels, costPerUnit: 8 * y.shape.c) { begin, end in
      if a.isDense && b.isDense && y.isDense {
        table.add(a.pixel(begin), b.pixel(begin), y.pixel(begin), (end - begin) * y.shape.c)
        return
      }
      for pixel in begin..<end {
        table.add(a.pixel(pixel), b.pixel(pixel), y.pixel(pixel), y.shape.c)
      }
    }
  }

  /// da = dy, db = dy
  package func backward(_ context: BackwardContext) {
    for target in context.inputGradients.compactMap({ $0 }) {
      Rows.pass(context.outputGradient, to: target, pool: context.pool, kernels: context.kernels)
    }
  }
}
