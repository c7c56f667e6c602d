import CGlimpseKernels

/// An activation as a separate op: y = f(x), any shape.
package struct ActivationOp: Op {
  package let activation: Activation

  package init(_ activation: Activation) {
    self.activation = activation
  }

  package var kind: String { "activation" }
  package var savedTensors: SavedTensors { .inputs }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape { try checked(inputs) }

  /// One operation per value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let table = context.kernels.elementwise
    let code = activation.code
    return OpPlan(
      forward: { pass in
        [.rows(pass.inputs[0], pass.output) { x, y, count in table.activate(code, x, y, count) }]
      },
      // dx = dy * f'(x)
      backward: { pass in
        guard let target = pass.inputGradients[0] else { return [] }
        let accumulate = target.accumulate
        return [
          .rows(pass.inputs[0], pass.outputGradient, target.view, cost: 16) { x, gy, gx, count in
            table.activate_backward(code, x, gy, gx, count, accumulate)
          }
        ]
      })
  }
}
