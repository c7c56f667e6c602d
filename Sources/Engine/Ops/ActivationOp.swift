import CGlimpseKernels

/// An activation as a node of its own: y = f(x), any shape.
package struct ActivationOp: Op {
  /// The function.
  package let activation: Activation

  /// Makes the op.
  package init(_ activation: Activation) {
    self.activation = activation
  }

  /// `activation`.
  package var kind: String { "activation" }
  /// The inputs.
  package var backwardReads: SavedTensors { .inputs }
  /// The input's shape.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape { inputs[0] }
  /// One a value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(output.count) }

  /// y = f(x)
  package func forward(_ context: ForwardContext) {
    let table = context.kernels.elementwise
    Rows.forEach(context.inputs[0], context.output, pool: context.pool) { x, y, count in
      table.activate(activation.code, x, y, count)
    }
  }

  /// dx = dy * f'(x)
  package func backward(_ context: BackwardContext) {
    guard let target = context.inputGradients[0] else { return }
    let table = context.kernels.elementwise
    let (input, gradient) = (context.inputs[0], context.outputGradient)
    let shape = input.shape
    let isDense = input.isDense && gradient.isDense && target.view.isDense
    context.pool.forEachPart(of: shape.pixels, costPerUnit: 16 * shape.c) { begin, end in
      if isDense {
        table.activate_backward(
          activation.code, input.pixel(begin), gradient.pixel(begin), target.view.pixel(begin),
          (end - begin) * shape.c, target.accumulates ? 1 : 0)
        return
      }
      for pixel in begin..<end {
        table.activate_backward(
          activation.code, input.pixel(pixel), gradient.pixel(pixel), target.view.pixel(pixel),
          shape.c, target.accumulates ? 1 : 0)
      }
    }
  }
}
