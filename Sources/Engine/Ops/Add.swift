import CGlimpseKernels

/// Elementwise addition of two tensors of the same shape.
package struct Add: Op {
  package init() {}

  package var kind: String { "add" }
  package var passesGradient: Bool { true }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = try checked(inputs, count: 2)
    guard inputs[1] == shape else {
      throw EngineError("an addition takes two inputs of the same shape, but got \(inputs)")
    }
    return shape
  }

  /// One operation per value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(output.count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    let kernels = context.kernels
    let table = kernels.elementwise
    return OpPlan(
      // y = a + b
      forward: { pass in
        [
          .rows(pass.inputs[0], pass.inputs[1], pass.output) { a, b, y, count in
            table.add(a, b, y, count)
          }
        ]
      },
      // da = dy, db = dy
      backward: { pass in
        pass.inputGradients.compactMap { target in
          guard let target, target.view.base != pass.outputGradient.base else { return nil }
          return .pass(pass.outputGradient, to: target, kernels)
        }
      })
  }
}
