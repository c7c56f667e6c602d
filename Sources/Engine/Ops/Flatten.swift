/// Flattens each image into the channels of one pixel.
///
/// Input n, h, w, c; output n, 1, 1, h * w * c in the order h, w, c. PyTorch flattens in the order
/// c, h, w, so the weights of a following linear layer must be permuted.
package struct Flatten: Op {
  package init() {}

  package var kind: String { "flatten" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = try checked(inputs)
    return try Shape.checked(n: shape.n, h: 1, w: 1, c: shape.h * shape.w * shape.c)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    let (shape, kernels) = (context.inputs[0], context.kernels)
    return OpPlan(
      forward: { pass in
        (0..<shape.n).map {
          .copy(pass.inputs[0].image($0), to: pass.output.unflattened($0, like: shape))
        }
      },
      backward: { pass in
        guard let target = pass.inputGradients[0] else { return [] }
        return (0..<shape.n).map {
          .pass(
            pass.outputGradient.unflattened($0, like: shape),
            to: GradientTarget(view: target.view.image($0), accumulates: target.accumulates),
            kernels)
        }
      })
  }
}

extension View {
  /// The view of one image.
  fileprivate func image(_ index: Int) -> View {
    let one = shape.with(n: 1)
    return View(
      base: pixel(index * one.pixels), precision: precision, shape: one, stride: stride)
  }

  /// The view of one flattened image with its original shape.
  fileprivate func unflattened(_ index: Int, like shape: Shape) -> View {
    View(base: pixel(index), precision: precision, shape: shape.with(n: 1), stride: shape.c)
  }
}
